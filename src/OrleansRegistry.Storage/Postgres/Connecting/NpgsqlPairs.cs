using System.Data.Common;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>Npgsql's own way to name a database: <c>Host=…;Username=…</c>.</summary>
internal static class NpgsqlPairs
{
    /// <exception cref="StoreStartException">The text is not such a list, or Npgsql does not know a name in it, or not its value.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        var pairs = new DbConnectionStringBuilder();
        try
        {
            pairs.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            throw PostgresConnectionString.Refused(
                "it is neither a postgresql:// URL, nor name=value pairs as libpq takes them (a blank between) or Npgsql (a ';' between)");
        }

        var builder = new NpgsqlConnectionStringBuilder();
        foreach (string key in pairs.Keys)
        {
            try
            {
                builder[key] = pairs[key];
            }
            catch (Exception refused) when (refused
                is ArgumentException or FormatException or InvalidCastException or OverflowException or KeyNotFoundException)
            {
                throw PostgresConnectionString.Refused(
                    $"{PostgresConnectionString.Name(key)} is not known to Npgsql, or has a value that it cannot have");
            }
        }

        // Logs and messages name these, and a password must not hide in them.
        (string, string?)[] named =
        [
            ("host", builder.Host), ("user", builder.Username), ("database", builder.Database), ("application name", builder.ApplicationName),
        ];
        foreach (var (name, value) in named)
        {
            if (value is not null && value.Contains('='))
            {
                throw PostgresConnectionString.Refused($"its {name} holds a '=': is a ';' between two pairs missing, or a quote?");
            }
        }

        return builder;
    }
}
