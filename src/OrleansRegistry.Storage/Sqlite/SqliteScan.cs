namespace OrleansRegistry.Storage.Sqlite;

/// <summary>Reads all records of a kind, in the order of the key, so that one that is deleted and created again meanwhile is not met twice.</summary>
internal static class SqliteScan
{
    /// <summary>About how many bytes of records it holds at once.</summary>
    private const long MostBytes = 8 * 1024 * 1024;

    private const int MostRecords = 1_000;

    /// <param name="open">The database; throws where it is not open any more.</param>
    /// <param name="after">The key after which to begin; null for the first.</param>
    public static async IAsyncEnumerable<StoredRecord> ReadAsync(Func<SqliteDatabase> open, RecordKind kind, RecordKey? after)
    {
        for (var more = true; more;)
        {
            var page = await ReadPageAsync(open(), kind, after);
            more = page.Count > 0;
            foreach (var record in page)
            {
                after = record.Key;
                yield return record;
            }
        }
    }

    private static ValueTask<List<StoredRecord>> ReadPageAsync(SqliteDatabase database, RecordKind kind, RecordKey? after)
    {
        var from = after is null ? "" : " WHERE (id, tenant) > ($1, $2)";
        var sql = $"SELECT {ListSql.Columns} FROM {kind.Table}{from} ORDER BY id, tenant LIMIT {MostRecords}";
        var key = after is { } last ? KeyText.Columns(last) : default;
        return database.ReadAsync(
            session =>
            {
                var page = new List<StoredRecord>();
                var bytes = 0L;
                using var reader = after is null ? session.Query(sql) : session.Query(sql, key.Id, key.Tenant);
                while (bytes < MostBytes && reader.Read())
                {
                    var record = new StoredRecord(SqliteRows.Key(reader), reader.GetInt64(3), SqliteRows.Body(reader, 4));
                    bytes += record.Body.Document.Length + record.Body.Fields.Length;
                    page.Add(record);
                }

                return page;
            },
            CancellationToken.None);
    }
}
