namespace OrleansRegistry.Storage.Sqlite;

/// <summary>
/// Reads a kind as of one revision, in the order of versions: on a session of its own in one transaction, which sees nothing that is written meanwhile.
/// Sorted are row numbers, in a temporary file where they are many.
/// </summary>
internal static class SqlitePicture
{
    public static async ValueTask<RecordPicture> TakeAsync(SqliteDatabase database, RecordKind kind, CancellationToken cancellationToken)
    {
        if (database.Folder is null)
        {
            return await database.ReadAsync(
                session => new RecordPicture(RevisionOf(session, kind), Read(session, kind).ToArray().ToAsyncEnumerable()),
                cancellationToken);
        }

        var own = database.Translated(() => database.OpenSession("query_only = 1", "temp_store = FILE"));
        try
        {
            var revision = database.Translated(() =>
            {
                own.Execute("BEGIN");
                return RevisionOf(own, kind);
            });
            return new RecordPicture(revision, StreamAsync(database, own, kind), End);
        }
        catch
        {
            own.Dispose();
            throw;
        }

        ValueTask End()
        {
            own.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    public static long RevisionOf(SqliteSession session, RecordKind kind) =>
        session.Scalar("SELECT value FROM registry_revision WHERE kind = $1", kind.Name) as long? ?? 0;

    private static IEnumerable<StoredRecord> Read(SqliteSession session, RecordKind kind)
    {
        var byRow = $"SELECT {ListSql.Columns} FROM {kind.Table} WHERE rowid = $1";
        using var order = session.Query($"SELECT rowid FROM {kind.Table} ORDER BY version");
        while (order.Read())
        {
            using var row = session.Query(byRow, order.GetInt64(0));
            row.Read();
            yield return new StoredRecord(SqliteRows.Key(row), row.GetInt64(3), SqliteRows.Body(row, 4));
        }
    }

    private static async IAsyncEnumerable<StoredRecord> StreamAsync(SqliteDatabase database, SqliteSession session, RecordKind kind)
    {
        await Task.Yield();
        using var rows = Read(session, kind).GetEnumerator();
        while (database.Translated(rows.MoveNext))
        {
            yield return rows.Current;
        }
    }
}
