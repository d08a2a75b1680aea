using Microsoft.Data.Sqlite;

namespace OrleansRegistry.Storage.Sqlite;

/// <summary>What a copy of a database holds.</summary>
/// <param name="Schema">The number of its newest migration.</param>
/// <param name="Revisions">The newest revision of each kind that has a feed, by the kind's name.</param>
/// <param name="Counts">How many records of each kind, by the kind's name.</param>
internal sealed record SqliteCopyContents(
    int Schema, IReadOnlyDictionary<string, long> Revisions, IReadOnlyDictionary<string, long> Counts);

/// <summary>A copy of a database as a file by itself, which nobody else uses.</summary>
internal static class SqliteCopy
{
    /// <summary>The newest migration that this program knows: it can open no copy with a newer one.</summary>
    public static int NewestSchema => Migration.Sqlite[^1].Number;

    /// <summary>What it holds.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or is not the registry's: the message ends a sentence about it.</exception>
    public static SqliteCopyContents Read(string path, IEnumerable<RecordKind> kinds) => Reading(
        path,
        session =>
        {
            if (session.Scalar("PRAGMA application_id") is not (long)SqliteFile.ApplicationId)
            {
                throw new InvalidDataException("it is not a database of the registry");
            }

            var schema = (int)(long)session.Scalar("SELECT coalesce(max(number), 0) FROM schema_migrations")!;
            var revisions = new Dictionary<string, long>(StringComparer.Ordinal);
            using (var reader = session.Query("SELECT kind, value FROM registry_revision"))
            {
                while (reader.Read())
                {
                    revisions[reader.GetString(0)] = reader.GetInt64(1);
                }
            }

            // A copy of an older version may lack the tables of newer kinds.
            var counts = kinds.Where(kind => session.Scalar("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1", kind.Table) is not null)
                .ToDictionary(kind => kind.Name, kind => (long)session.Scalar($"SELECT count(*) FROM {kind.Table}")!, StringComparer.Ordinal);
            return new SqliteCopyContents(schema, revisions, counts);
        });

    /// <summary>Reads all of it.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void Check(string path) => Reading(
        path,
        session => session.Scalar("PRAGMA quick_check(1)") is "ok" and var well
            ? well
            : throw new InvalidDataException("SQLite's quick_check finds it damaged"));

    private static T Reading<T>(string path, Func<SqliteSession, T> read)
    {
        try
        {
            using var session = new SqliteSession(
                new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ConnectionString,
                "temp_store = MEMORY",
                "mmap_size = 17179869184");
            return read(session);
        }
        catch (SqliteException fault)
        {
            throw new InvalidDataException($"SQLite cannot read it ({fault.Message})", fault);
        }
    }
}
