namespace OrleansRegistry.Storage.Sqlite;

/// <summary>Stores what another store holds or held, in one transaction where that has room.</summary>
internal static class SqliteImport
{
    public static async ValueTask<IReadOnlyList<ImportedRecord>> RunAsync(
        SqliteWriter writer, RecordKind kind, IReadOnlyList<RecordChange> records, bool replace, CancellationToken cancellationToken)
    {
        var writes = new PendingWrite[records.Count];
        for (var i = 0; i < writes.Length; i++)
        {
            var (key, revision, body) = records[i];
            var columns = body is { } written ? ColumnValues.Read(kind, written.Fields) : null;
            writes[i] = new PendingWrite(kind, key, 0, body, columns, CancellationToken.None) { Import = new RecordImport(revision, replace) };
        }

        await EnqueueInTurnAsync(writer, writes, cancellationToken);

        var imported = new ImportedRecord[writes.Length];
        for (var i = 0; i < imported.Length; i++)
        {
            try
            {
                var version = await writes[i].Answer;
                imported[i] = new ImportedRecord(writes[i].Import!.Result, version);
            }
            catch (RegistryException refusal) when (refusal.Error is RegistryError.Invalid or RegistryError.Conflict)
            {
                imported[i] = new ImportedRecord(ImportResult.Refused, 0, refusal);
            }
        }

        return imported;
    }

    /// <summary>Waits while the queue is full of the writes of others.</summary>
    private static async ValueTask EnqueueInTurnAsync(SqliteWriter writer, PendingWrite[] writes, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                writer.Enqueue(writes);
                return;
            }
            catch (RegistryException busy) when (busy.Error == RegistryError.Busy)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
            }
        }
    }
}
