using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Postgres;

/// <summary>The queries by hand of docs/postgres.md: what they find, and that the index serves them.</summary>
public sealed class QueryPlanTests : IAsyncLifetime
{
    private TestDatabase? database;

    private TestDatabase Database => database!;

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateAsync();

    public async ValueTask DisposeAsync() => await Database.DisposeAsync();

    [Fact]
    public async Task A_query_by_hand_uses_its_index()
    {
        await using var store = await Database.OpenAsync();
        await Database.ExecuteAsync(
            """
            INSERT INTO agent_cards (tenant, id, revision, card, enabled, tags, skills)
            SELECT 'acme', 'agent-' || n, n, jsonb_build_object('provider', jsonb_build_object('organization', 'org-' || n % 300),
                   'skills', jsonb_build_array(jsonb_build_object('id', 'skill-' || n % 500))), true, array['t' || n % 200],
                   array['skill-' || n % 500]
            FROM generate_series(1, 20000) n
            """);
        await Database.ExecuteAsync("VACUUM ANALYZE agent_cards");
        foreach (var condition in (string[])
            [
                """card @> '{"provider":{"organization":"org-7"}}'""",
                """tenant = 'acme' AND enabled AND card @> '{"skills":[{"id":"skill-7"}]}'""",
                "tags && array['t7', 't8']",
                "skills @> array['skill-7'] AND tags @> array['t7']",
            ])
        {
            var plan = await Database.QueryAsync<string>($"EXPLAIN (FORMAT JSON) SELECT tenant, id FROM agent_cards WHERE {condition}");
            Assert.Contains("\"agent_cards_query\"", plan);
        }
    }

    [Fact]
    public async Task The_columns_hold_what_the_card_says()
    {
        await using var store = await Database.OpenAsync();
        var card = """{"name":"Weather","skills":[{"id":"forecast","name":"Forecast","tags":["rain","sun"]}]}""";
        await store.WriteAsync(
            AgentKind.Kind, Key("w"), 0, new RecordBody(Json(card), Json("""{"enabled":false,"created_at":"2026-01-02T03:04:05.678Z"}""")));
        const string Columns =
            """
            SELECT concat_ws('|', name, enabled, array_to_string(tags, ','), array_to_string(skills, ','), created_at AT TIME ZONE 'UTC')
            FROM agent_cards WHERE card @> '{"skills":[{"id":"forecast"}]}'
            """;
        await Eventually.TrueAsync(async () => await Database.QueryAsync<string?>(Columns) is not null, "the card in its table for queries");
        Assert.Equal("Weather|f|rain,sun|forecast,Forecast|2026-01-02 03:04:05.678", await Database.QueryAsync<string>(Columns));
        await store.DropAsync("w", 1);
        await Eventually.TrueAsync(async () => await Database.QueryAsync<long>("SELECT count(*) FROM agent_cards") == 0, "the removal there");
    }

    [Fact]
    public async Task The_columns_come_to_what_many_writers_in_two_processes_left()
    {
        await using var one = await Database.OpenAsync();
        await using var other = await Database.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(agent => Task.Run(async () =>
        {
            var (store, version) = (agent % 2 == 0 ? one : other, 0L);
            for (var i = 0; i < 25; i++)
            {
                version = await store.WriteAsync(
                    AgentKind.Kind, Key($"a{agent}"), version, new RecordBody(Json($$"""{"name":"n{{i}}","x":"\\u0000"}"""), Json("{}")));
            }

            if (agent % 4 == 0)
            {
                await store.DropAsync($"a{agent}", version);
            }
        })));
        await Eventually.TrueAsync(
            async () => await Database.QueryAsync<long>(
                "SELECT min(p.revision - r.value) FROM registry_projections p JOIN registry_revision r USING (kind)") == 0, "all projected");
        Assert.Equal(30, await Database.QueryAsync<long>("SELECT count(*) FROM agent_cards AS c JOIN agents AS a ON a.tenant = c.tenant AND a.id = "
            + "c.id AND a.version = c.revision WHERE name = 'n24' AND card ->> 'name' = 'n24'"));
        Assert.Equal(30, await Database.QueryAsync<long>("SELECT count(*) FROM agent_cards"));
    }

    [Fact]
    public async Task What_an_index_refuses_leaves_its_own_columns_empty_and_no_other()
    {
        await using var store = await Database.OpenAsync();
        await Database.ExecuteAsync("ALTER TABLE agent_cards ADD CHECK (name <> 'poison')");
        await Task.WhenAll(Enumerable.Range(0, 9).Select(i => store.WriteAsync(
            AgentKind.Kind, Key($"a{i}"), 0, new RecordBody(Json(i == 4 ? """{"name":"poison"}""" : """{"name":"good"}"""), Json("{}"))).AsTask()));
        await Eventually.TrueAsync(async () => await Database.QueryAsync<long>("SELECT count(*) FROM agent_cards") == 9, "all nine");
        Assert.Equal("a4", await Database.QueryAsync<string>("SELECT id FROM agent_cards WHERE name IS NULL AND card IS NULL"));
    }
}
