using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage.Sqlite;

/// <summary>Opens the database, where it is one of the registry.</summary>
/// <param name="folder">Null for a database in memory.</param>
/// <param name="description">How to call it in messages.</param>
internal sealed class SqliteFile(string? folder, string description, ILogger logger)
{
    /// <summary>Marks the file as the registry's: "ORRG".</summary>
    public const int ApplicationId = 0x4f525247;

    /// <summary>Small, as every page of which a byte changes is written whole.</summary>
    private const int PageBytes = 2048;

    private static readonly string[] Common = ["synchronous = FULL", "temp_store = MEMORY", "cache_size = -8192"];

    private readonly string connectionString = new SqliteConnectionStringBuilder
    {
        DataSource = folder is null ? ":memory:" : Path.Combine(folder, SqliteDatabase.FileName),
        Mode = folder is null ? SqliteOpenMode.Memory : SqliteOpenMode.ReadWrite,
        Pooling = false,
        DefaultTimeout = 5,
    }.ConnectionString;

    /// <summary>A session beside others.</summary>
    public SqliteSession OpenSession(params ReadOnlySpan<string> pragmas) => new(connectionString, [.. Common, .. pragmas]);

    /// <summary>The session that writes, which makes a new database the registry's.</summary>
    /// <exception cref="StoreStartException">Another program made the file.</exception>
    public SqliteSession OpenWriter()
    {
        if (folder is null)
        {
            return new SqliteSession(connectionString, $"application_id = {ApplicationId}");
        }

        // The size of pages and the mode are the file's once it has a table.
        var session = new SqliteSession(
            connectionString,
            [$"page_size = {PageBytes}", "journal_mode = WAL", .. Common, "cache_size = -32768", "wal_autocheckpoint = 0"]);
        if (session.Scalar("PRAGMA application_id") is not (long)ApplicationId)
        {
            if (session.Scalar("SELECT count(*) FROM sqlite_schema") is not 0L)
            {
                session.Dispose();
                throw new StoreStartException(
                    $"The {description} is not the registry's: another program made it. Move it away, or name another folder.");
            }

            session.Script($"PRAGMA application_id = {ApplicationId}");
        }

        return session;
    }

    /// <exception cref="StoreStartException">There is no database of the registry, or its schema is behind.</exception>
    public SqliteSession OpenForReading()
    {
        if (!File.Exists(Path.Combine(folder!, SqliteDatabase.FileName)))
        {
            throw new StoreStartException($"There is no {description}.");
        }

        var session = OpenSession("query_only = 1");
        try
        {
            if (session.Scalar("PRAGMA application_id") is not (long)ApplicationId)
            {
                throw new StoreStartException($"The {description} is not the registry's: another program made it.");
            }

            new SqliteMigrations(session, description, logger).Open(run: false);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Looks through the whole file.</summary>
    /// <returns>How many milliseconds that took; 0 in memory, where there is nothing to look through.</returns>
    /// <exception cref="StoreStartException">It is damaged.</exception>
    public long Check()
    {
        if (folder is null)
        {
            return 0;
        }

        var clock = Stopwatch.StartNew();
        using var session = OpenSession();
        return session.Scalar("PRAGMA quick_check(1)") is not "ok" and var found
            ? throw new StoreStartException($"The {description} is damaged ({found}). Put a backup in its place; nothing was changed.")
            : clock.ElapsedMilliseconds;
    }
}
