using Npgsql;
using NpgsqlTypes;
using OrleansRegistry.Directory;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// PostgreSQL's own full-text search over the same agents: a column of type <c>tsvector</c>, with what <see cref="CardText"/> weighs as its four weights, and
/// a GIN index on it. The best are those of <c>ts_rank</c>.
/// </summary>
internal sealed class PostgresText : IAsyncDisposable
{
    private readonly NpgsqlDataSource source;

    private PostgresText(NpgsqlDataSource source) => this.source = source;

    /// <param name="cards">Gives the card of each number.</param>
    public static async Task<PostgresText> FillAsync(PrivateServer server, int count, Func<int, byte[]> cards)
    {
        var source = NpgsqlDataSource.Create(PostgresConnectionString.Parse(await PostgresRows.CreateAsync(server, $"text_{count}")));
        await using (var connection = await source.OpenConnectionAsync())
        {
            await RunAsync(connection, "CREATE TABLE cards (id text NOT NULL, a text, b text, c text, d text)");
            await using (var copy = await connection.BeginBinaryImportAsync("COPY cards FROM STDIN (FORMAT BINARY)"))
            {
                for (var i = 0; i < count; i++)
                {
                    await copy.StartRowAsync();
                    await copy.WriteAsync($"mix{i}", NpgsqlDbType.Text);
                    var texts = CardText.Of(AgentCard.Read(RawJson.FromValid(cards(i))), $"mix{i}")
                        .ToLookup(text => text.Weight, text => text.Text);
                    foreach (var weight in (float[])[CardText.NameWeight, CardText.TagWeight, CardText.DescriptionWeight, CardText.SkillWeight])
                    {
                        await copy.WriteAsync(string.Join(" \n", texts[weight]).Replace("\0", "", StringComparison.Ordinal), NpgsqlDbType.Text);
                    }
                }

                await copy.CompleteAsync();
            }

            await RunAsync(
                connection,
                "CREATE TABLE agents AS SELECT id, setweight(to_tsvector('english', a), 'A') || setweight(to_tsvector('english', b), 'B') || "
                + "setweight(to_tsvector('english', c), 'C') || setweight(to_tsvector('english', d), 'D') AS words FROM cards");
            await RunAsync(connection, "CREATE INDEX ON agents USING gin (words)");
            await RunAsync(connection, "VACUUM ANALYZE agents");
        }

        return new PostgresText(source);
    }

    /// <summary>The ids of the best.</summary>
    /// <param name="all">Whether all words must be there, as PostgreSQL does of itself; else any, as the registry does.</param>
    public int Search(string words, int most, bool all)
    {
        using var connection = source.OpenConnection();
        using var command = connection.CreateCommand();
        var query = all ? "plainto_tsquery('english', $1)" : "replace(plainto_tsquery('english', $1)::text, '&', '|')::tsquery";
        command.CommandText = $"SELECT id FROM agents, (SELECT {query} AS asked) AS query WHERE words @@ asked "
            + "ORDER BY ts_rank(words, asked) DESC, id LIMIT $2";
        command.Parameters.Add(new NpgsqlParameter { Value = words });
        command.Parameters.Add(new NpgsqlParameter { Value = most });
        using var reader = command.ExecuteReader();
        var found = 0;
        while (reader.Read())
        {
            found++;
        }

        return found;
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync();
    }
}
