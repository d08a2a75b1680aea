namespace OrleansRegistry.Storage.Postgres;

internal sealed class PostgresDialect : SqlDialect
{
    public static PostgresDialect Instance { get; } = new();

    public override string IsOneOf(string column, string parameter) => $"{column} = ANY({parameter}::text[])";

    public override string Asked(string parameter) => $"unnest({parameter}::text[]) WITH ORDINALITY AS asked (value, place)";

    public override string Collect(string column, string subquery) => $"ARRAY(SELECT {column} FROM ({subquery}) AS collected)";
}
