using Npgsql;
using NpgsqlTypes;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>Runs the queries of lists and groups.</summary>
internal sealed class RecordLists(PostgresDatabase database, GroupCommit writes)
{
    /// <exception cref="RegistryException">The database cannot answer.</exception>
    public Task<List<ListedRecord>> ReadAsync(SqlQuery query, CancellationToken cancellationToken) => RunAsync(
        query,
        reader =>
        {
            var position = Position(reader, time: 6);
            return new ListedRecord(position, new StoredRecord(position.Key, reader.GetInt64(3), RecordColumns.Body(reader, 4)!.Value));
        },
        cancellationToken);

    /// <exception cref="RegistryException">The database cannot answer.</exception>
    public Task<List<RecordPosition>> ReadKeysAsync(SqlQuery query, CancellationToken cancellationToken) =>
        RunAsync(query, reader => Position(reader, time: 3), cancellationToken);

    /// <exception cref="RegistryException">The database cannot answer.</exception>
    public Task<List<RecordGroup>> GroupAsync(SqlQuery query, string? tenant, int first, CancellationToken cancellationToken) => RunAsync(
        query,
        reader =>
        {
            var ids = first == 0 ? [] : Array.ConvertAll(reader.GetFieldValue<string[]>(1), KeyText.Decode);
            var tenants = first == 0 || tenant is not null ? null : Array.ConvertAll(reader.GetFieldValue<string[]>(2), KeyText.Decode);
            return new RecordGroup(reader.GetInt64(0), [.. ids.Select((id, i) => new RecordKey(tenant ?? tenants![i], id))]);
        },
        cancellationToken);

    /// <exception cref="RegistryException">The database cannot answer.</exception>
    public async Task<RecordUsage> SumAsync(SqlQuery query, CancellationToken cancellationToken) => (await RunAsync(
        query, reader => new RecordUsage(reader.GetInt64(0), reader.GetInt64(1)), cancellationToken))[0];

    /// <exception cref="RegistryException">The database cannot answer.</exception>
    public Task<List<VersionedKey>> ReadVersionsAsync(SqlQuery query, CancellationToken cancellationToken) => RunAsync(
        query, reader => new VersionedKey(Key(reader), reader.GetInt64(3)), cancellationToken);

    private Task<List<T>> RunAsync<T>(SqlQuery query, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) => database.RunAsync(
        async (connection, token) =>
        {
            await writes.SettleAsync(connection, token);
            await using var command = new NpgsqlCommand(query.Sql.ToString(), connection);
            foreach (var value in query.Parameters)
            {
                command.Parameters.Add(Parameter(value));
            }

            await using var reader = await command.ExecuteReaderAsync(token);
            var rows = new List<T>();
            while (await reader.ReadAsync(token))
            {
                rows.Add(read(reader));
            }

            return rows;
        },
        cancellationToken);

    private static NpgsqlParameter Parameter(object value) => value switch
    {
        string text => new NpgsqlParameter<string> { TypedValue = text, NpgsqlDbType = NpgsqlDbType.Text },
        string[] texts => new NpgsqlParameter<string[]> { TypedValue = texts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
        DateTime time => new NpgsqlParameter<DateTime> { TypedValue = time, NpgsqlDbType = NpgsqlDbType.TimestampTz },
        long number => new NpgsqlParameter<long> { TypedValue = number, NpgsqlDbType = NpgsqlDbType.Bigint },
        _ => throw new InvalidOperationException($"No query has a parameter of {value.GetType()}."),
    };

    private static RecordPosition Position(NpgsqlDataReader reader, int time) => new(reader.GetFieldValue<DateTimeOffset>(time), Key(reader));

    private static RecordKey Key(NpgsqlDataReader reader) =>
        new(KeyText.Decode(reader.GetString(0)), KeyText.Decode(reader.GetString(reader.IsDBNull(2) ? 1 : 2)));
}
