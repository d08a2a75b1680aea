using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OrleansRegistry.Storage.Sqlite;

/// <summary>One connection with its prepared statements. Used by one caller at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    /// <summary>The most statements kept; lists have some hundred shapes at most.</summary>
    private const int MaxPrepared = 256;

    private readonly SqliteConnection connection;
    private readonly Dictionary<string, SqliteCommand> prepared = new(StringComparer.Ordinal);

    /// <exception cref="SqliteException">The database cannot be opened.</exception>
    public SqliteSession(string connectionString, params ReadOnlySpan<string> pragmas)
    {
        connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            foreach (var pragma in pragmas)
            {
                Script($"PRAGMA {pragma}");
            }
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>False within a transaction. A fault may have ended one.</summary>
    public bool IsAutoCommit => raw.sqlite3_get_autocommit(connection.Handle) != 0;

    /// <summary>Runs any number of statements, once.</summary>
    public void Script(string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Runs a prepared statement.</summary>
    /// <param name="values">Of <c>$1</c>, <c>$2</c>, …: string, string[], DateTime (UTC), long, bool, bytes, or null.</param>
    /// <returns>How many rows it changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteNonQuery();

    /// <summary>The first column of the first row; null where there is no row.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteScalar();

    /// <summary>Runs a prepared query. Dispose the reader before the next use of the session.</summary>
    public SqliteDataReader Query(string sql, params ReadOnlySpan<object?> values) => Bound(sql, values).ExecuteReader();

    /// <summary>Copies what is committed when it begins into a file that does not exist yet.</summary>
    public void CopyTo(string path, CancellationToken cancellationToken)
    {
        Script("BEGIN");
        try
        {
            // The transaction begins to read with its first query.
            Scalar("SELECT count(*) FROM sqlite_schema");
            SqliteOnlineCopy.Run(connection, path, cancellationToken);
        }
        finally
        {
            Script("ROLLBACK");
        }
    }

    public void Dispose()
    {
        foreach (var command in prepared.Values)
        {
            command.Dispose();
        }

        connection.Dispose();
    }

    /// <summary>A time as its column holds it.</summary>
    public static string TimeText(DateTime utc) => utc.ToString("yyyy-MM-ddTHH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static DateTimeOffset Time(string column) => DateTimeOffset.ParseExact(
        column, "yyyy-MM-ddTHH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    public static RawJson Json(SqliteDataReader reader, int column)
    {
        var bytes = reader.GetFieldValue<byte[]>(column);
        return bytes.Length == 0 ? default : RawJson.FromValid(bytes);
    }

    private SqliteCommand Bound(string sql, ReadOnlySpan<object?> values)
    {
        ref var command = ref CollectionsMarshal.GetValueRefOrAddDefault(prepared, sql, out var isPrepared);
        if (!isPrepared)
        {
            command = Prepare(sql, values.Length);
        }

        var bound = command!;
        for (var i = 0; i < values.Length; i++)
        {
            bound.Parameters[i].Value = Sent(values[i]);
        }

        if (prepared.Count > MaxPrepared)
        {
            Forget(sql);
        }

        return bound;
    }

    private SqliteCommand Prepare(string sql, int parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 1; i <= parameters; i++)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
        }

        return command;
    }

    /// <summary>Gives up all statements but one, which is in use.</summary>
    private void Forget(string kept)
    {
        foreach (var (sql, command) in prepared.ToArray())
        {
            if (sql != kept)
            {
                prepared.Remove(sql);
                command.Dispose();
            }
        }
    }

    private static object Sent(object? value) => value switch
    {
        null => DBNull.Value,
        DateTime time => TimeText(time),
        string[] texts => JsonArray(texts),
        ReadOnlyMemory<byte> bytes => MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Array is { } array && segment.Count == array.Length
        ? array
        : bytes.ToArray(),
        bool flag => flag ? 1L : 0L,
        _ => value,
    };

    private static string JsonArray(string[] texts) => System.Text.Json.JsonSerializer.Serialize(texts);
}
