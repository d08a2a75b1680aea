using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>A query in the making. What is asked for the same way has the same text, so that its plan is made once a connection.</summary>
internal sealed class ListQuery
{
    private readonly List<NpgsqlParameter> parameters = [];

    public StringBuilder Sql { get; } = new();

    /// <summary>Adds a parameter.</summary>
    /// <returns>How the text names it.</returns>
    public string Add(string value) => Add(new NpgsqlParameter<string> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Text });

    /// <inheritdoc cref="Add(string)"/>
    public string Add(string[] values) => Add(new NpgsqlParameter<string[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });

    /// <inheritdoc cref="Add(string)"/>
    public string Add(DateTimeOffset value) => Add(new NpgsqlParameter<DateTime> { TypedValue = value.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });

    /// <inheritdoc cref="Add(string)"/>
    public string Add(int value) => Add(new NpgsqlParameter<int> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Integer });

    /// <summary>A condition that holds for what comes after a position in the order of <paramref name="time"/>, tenant and id.</summary>
    public string After(RecordPosition position, string time, bool ascending, bool oneTenant)
    {
        var (tenant, id, _) = KeyText.Columns(position.Key);
        var than = ascending ? '>' : '<';
        return oneTenant
            ? $"({time}, id) {than} ({Add(position.At)}, {Add(id)})"
            : $"({time}, tenant, id) {than} ({Add(position.At)}, {Add(tenant)}, {Add(id)})";
    }

    /// <summary>The order of lists; where the tenant is one, it is left out.</summary>
    public static string Order(string[] times, bool ascending, bool oneTenant)
    {
        string[] columns = oneTenant ? [.. times, "id"] : [.. times, "tenant", "id"];
        return "ORDER BY " + string.Join(", ", columns.Select(column => $"{column} {(ascending ? "ASC" : "DESC")}"));
    }

    /// <summary>A new command with the parameters; called again where the query is.</summary>
    public NpgsqlCommand Command(NpgsqlConnection connection)
    {
        var command = new NpgsqlCommand(Sql.ToString(), connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter.Clone());
        }

        return command;
    }

    private string Add(NpgsqlParameter parameter)
    {
        parameters.Add(parameter);
        return $"${parameters.Count}";
    }
}
