using OrleansRegistry.Storage.Postgres;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>The queries by hand of docs/postgres.md: what they find, and that the index serves them.</summary>
public sealed class QueryPlanTests : IAsyncLifetime
{
    private TestDatabase? database;

    private TestDatabase Database => database!;

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateAsync();

    public async ValueTask DisposeAsync() => await Database.DisposeAsync();

    [Theory]
    [InlineData("""card @> '{"provider":{"organization":"org-7"}}'""")]
    [InlineData("""tenant = 'acme' AND enabled AND card @> '{"skills":[{"id":"skill-7"}]}'""")]
    [InlineData("tags && array['t7', 't8']")]
    [InlineData("skills @> array['skill-7'] AND tags @> array['t7']")]
    public async Task A_query_by_hand_uses_its_index(string condition)
    {
        await using var store = await Database.OpenAsync();
        await Database.ExecuteAsync(
            """
            INSERT INTO agents (tenant, id, revision, document, card, enabled, tags, skills)
            SELECT 'acme', 'agent-' || n, n, '1', jsonb_build_object('provider', jsonb_build_object('organization', 'org-' || n % 300),
                   'skills', jsonb_build_array(jsonb_build_object('id', 'skill-' || n % 500))), true, array['t' || n % 200], array['skill-' || n % 500]
            FROM generate_series(1, 20000) n
            """);
        await Database.ExecuteAsync("VACUUM ANALYZE agents");
        var plan = await Database.QueryAsync<string>($"EXPLAIN (FORMAT JSON) SELECT tenant, id FROM agents WHERE {condition}");
        Assert.Contains("\"agents_query\"", plan);
    }

    [Fact]
    public async Task The_columns_hold_what_the_card_says()
    {
        await using var store = await Database.OpenAsync();
        var card = """{"name":"Weather","skills":[{"id":"forecast","name":"Forecast","tags":["rain","sun"]}]}""";
        await store.WriteAsync(
            RecordKind.Agent, Key("w"), 0, new RecordBody(Json(card), Json("""{"enabled":false,"created_at":"2026-01-02T03:04:05.678Z"}""")));
        Assert.Equal(
            "Weather|f|rain,sun|forecast,Forecast|2026-01-02 03:04:05.678",
            await Database.QueryAsync<string>(
                """
                SELECT concat_ws('|', name, enabled, array_to_string(tags, ','), array_to_string(skills, ','), created_at AT TIME ZONE 'UTC')
                FROM agents WHERE card @> '{"skills":[{"id":"forecast"}]}'
                """));
        await store.DropAsync("w", 1);
        Assert.Equal(0, await Database.QueryAsync<long>("SELECT count(*) FROM agents WHERE card IS NOT NULL OR name IS NOT NULL OR enabled IS NOT NULL"));
    }
}
