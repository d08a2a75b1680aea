using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OrleansRegistry.Storage.Sqlite;

/// <summary>SQLite's online backup, in steps, so that it can be given up.</summary>
internal static class SqliteOnlineCopy
{
    private const int StepPages = 4096;

    /// <param name="source">In a transaction that reads, or the only session of its database: what others write meanwhile is not seen.</param>
    /// <param name="path">A file that does not exist yet.</param>
    /// <exception cref="SqliteException">The source could not be read.</exception>
    /// <exception cref="SqliteCopyException">The file could not be written.</exception>
    public static void Run(SqliteConnection source, string path, CancellationToken cancellationToken)
    {
        using var target = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false }.ConnectionString);
        try
        {
            target.Open();

            // Whoever wants the copy reads it at once; what a crash leaves of it is dropped.
            Script(target, "PRAGMA synchronous = OFF");
        }
        catch (SqliteException fault)
        {
            throw new SqliteCopyException(fault);
        }

        var from = source.Handle!;
        var to = target.Handle!;
        var backup = raw.sqlite3_backup_init(to, "main", from, "main");
        if (backup.IsInvalid)
        {
            throw Fault(to);
        }

        using (backup)
        {
            int result;
            while ((result = raw.sqlite3_backup_step(backup, StepPages)) == raw.SQLITE_OK)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            raw.sqlite3_backup_finish(backup);
            if (result != raw.SQLITE_DONE)
            {
                throw IsOfSource(result, from) ? new SqliteException(raw.sqlite3_errmsg(from).utf8_to_string(), result) : Fault(to, result);
            }
        }

        try
        {
            // One file, without a write-ahead log beside it.
            Script(target, "PRAGMA journal_mode = DELETE");
        }
        catch (SqliteException fault)
        {
            throw new SqliteCopyException(fault);
        }
    }

    /// <summary>Both sides report through the step; damage is the source's, and so is what it says of itself.</summary>
    private static bool IsOfSource(int result, sqlite3 source) =>
        (result & 0xff) is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB || raw.sqlite3_errcode(source) != raw.SQLITE_OK;

    private static SqliteCopyException Fault(sqlite3 target, int? result = null) =>
        new(new SqliteException(raw.sqlite3_errmsg(target).utf8_to_string(), result ?? raw.sqlite3_errcode(target)));

    private static void Script(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

/// <summary>The file of a copy could not be written.</summary>
internal sealed class SqliteCopyException(SqliteException fault) : Exception(fault.Message, fault)
{
    public SqliteException Fault => fault;
}
