using Npgsql;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>Runs the queries of lists and counts.</summary>
internal sealed class RecordLists(PostgresDatabase database, GroupCommit writes)
{
    /// <summary>What a list selects first; the time that it is ordered by comes next.</summary>
    public const string Columns = $"{Keys}, version, document, fields";

    /// <summary>What a list of keys selects first; the time that it is ordered by comes next.</summary>
    public const string Keys = "tenant, id, long_id";

    /// <exception cref="RegistryException">The database cannot answer.</exception>
    public async ValueTask<IReadOnlyList<StoredRecord>> ReadAsync(ListQuery query, CancellationToken cancellationToken) =>
        await RunAsync(
            query,
            reader => new StoredRecord(KeyOf(reader), reader.GetInt64(3), RecordColumns.Body(reader, 4)!.Value) { ListedAt = TimeOf(reader) },
            cancellationToken);

    /// <exception cref="RegistryException">The database cannot answer.</exception>
    public async ValueTask<IReadOnlyList<RecordPosition>> ReadKeysAsync(ListQuery query, CancellationToken cancellationToken) =>
        await RunAsync(query, reader => new RecordPosition(reader.GetFieldValue<DateTimeOffset>(3), KeyOf(reader)), cancellationToken);

    /// <exception cref="RegistryException">The database cannot answer.</exception>
    public async ValueTask<IReadOnlyDictionary<TaskState, long>> CountAsync(ListQuery query, CancellationToken cancellationToken) =>
        (await RunAsync(query, reader => (State: TaskStates.TryParse(reader.GetString(0))!.Value, Count: reader.GetInt64(1)), cancellationToken))
        .ToDictionary(count => count.State, count => count.Count);

    /// <exception cref="RegistryException">The database cannot answer.</exception>
    public async ValueTask<IReadOnlyList<ContextTasks>> SummarizeAsync(ListQuery query, CancellationToken cancellationToken) => await RunAsync(
        query,
        reader => new ContextTasks(reader.GetInt64(0), Array.ConvertAll(reader.GetFieldValue<string[]>(1), KeyText.Decode)),
        cancellationToken);

    private Task<List<T>> RunAsync<T>(ListQuery query, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) => database.RunAsync(
        async (connection, token) =>
        {
            await writes.SettleAsync(connection, token);
            await using var command = query.Command(connection);
            await using var reader = await command.ExecuteReaderAsync(token);
            var rows = new List<T>();
            while (await reader.ReadAsync(token))
            {
                rows.Add(read(reader));
            }

            return rows;
        },
        cancellationToken);

    private static DateTimeOffset? TimeOf(NpgsqlDataReader reader) => reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6);

    private static RecordKey KeyOf(NpgsqlDataReader reader) =>
        new(KeyText.Decode(reader.GetString(0)), KeyText.Decode(reader.GetString(reader.IsDBNull(2) ? 1 : 2)));
}
