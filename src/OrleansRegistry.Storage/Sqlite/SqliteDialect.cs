namespace OrleansRegistry.Storage.Sqlite;

/// <summary>Arrays are sent as JSON.</summary>
internal sealed class SqliteDialect : SqlDialect
{
    public static SqliteDialect Instance { get; } = new();

    public override string IsOneOf(string column, string parameter) => $"{column} IN (SELECT value FROM json_each({parameter}))";

    public override string Asked(string parameter) => $"(SELECT value, key AS place FROM json_each({parameter})) AS asked";

    public override string Collect(string column, string subquery) => $"(SELECT json_group_array({column}) FROM ({subquery}))";
}
