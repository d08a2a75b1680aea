using System.Net;
using System.Text.Json;
using OrleansRegistry.Agents.Sources;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Agents by the URL of their card, and cards that are fetched anew.</summary>
public sealed class CardUrlTests(RestHost closed) : IAsyncLifetime
{
    private CardServer server = null!;
    private RestHost host = null!;

    public async ValueTask InitializeAsync()
    {
        server = await CardServer.StartAsync();
        host = await RestHost.StartAsync(
            options => (options.TrustCallerHeaders, options.DefaultCaller) = (true, Caller.Default),
            options: registry => registry.CardFetch = new CardFetchOptions { AllowedNetworks = ["127.0.0.1"] });
        server.At[CardServer.WellKnown] = CardServer.Serve(CardServer.Card("a"), "v1");
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task An_agent_is_registered_and_refreshed_by_its_url()
    {
        var body = $$"""{"card_url":"{{server.Url()}}","refresh_seconds":3600,"enabled":false,"delivery":"worker"}""";
        var written = await (await host.Client.SendAsync("POST", "/agents?view=record", body)).JsonAsync();
        Assert.Equal(("a", true, "worker"), (written.Text("agent_id"), written.GetProperty("created").GetBoolean(), written.Text("delivery")));
        Assert.Equal(server.Url(CardServer.WellKnown), written.GetProperty("agent").Text("source_url"));

        var agent = await GetAsync();
        Assert.Equal(CardServer.Card("a"), agent.GetProperty("agent_card").GetRawText());
        Assert.Equal((server.Url(CardServer.WellKnown), 3600), (agent.Text("source_url"), agent.Number("refresh_seconds")));
        Assert.True(DateTimeOffset.UtcNow - agent.GetProperty("fetched_at").GetDateTimeOffset() < TimeSpan.FromMinutes(1));
        Assert.False(agent.TryGetProperty("fetch_failure", out _));

        var same = await RefreshAsync();
        Assert.Equal((false, agent.Number("revision")), (same.GetProperty("changed").GetBoolean(), same.Number("revision")));
        server.At[CardServer.WellKnown] = CardServer.Serve("""{"name":"a","description":"newer"}""");
        var changed = await RefreshAsync("?view=record");
        Assert.True(changed.GetProperty("changed").GetBoolean());
        Assert.NotEmpty(changed.GetProperty("warnings").EnumerateArray());
        Assert.Equal("newer", changed.GetProperty("agent").GetProperty("agent_card").Text("description"));
        Assert.Equal(changed.Number("revision"), (await GetAsync()).Number("revision"));
    }

    [Fact]
    public async Task A_fetch_that_fails_is_answered_and_shown()
    {
        await (await host.Client.SendAsync("PUT", "/agents/a", $$"""{"card_url":"{{server.Url()}}"}""")).JsonAsync(HttpStatusCode.Created);
        server.At.Clear();
        var problem = await (await host.Client.SendAsync("POST", "/agents/a:refresh")).ProblemAsync(400, "card_url");
        var failure = (await GetAsync()).GetProperty("fetch_failure");
        Assert.Equal((problem.Text("detail"), 1), (failure.Text("reason"), failure.Number("attempts")));
        Assert.True(failure.TryGetProperty("at", out _));
    }

    [Theory]
    [InlineData("""{"card_url":"ftp://example.com/"}""", 400, "card_url")]
    [InlineData("""{"card_url":7}""", 400, "card_url")]
    [InlineData("""{"card_url":""}""", 400, "agent_card")]
    [InlineData("""{"card_url":null}""", 400, "agent_card")]
    [InlineData("""{"description":"a card without a name"}""", 400, "agent_card")]
    [InlineData("""{"refresh_seconds":3600}""", 400, "agent_card")]
    [InlineData("""{"card_url":"https://example.com/","agent_card":{"name":"a"}}""", 400, "card_url")]
    [InlineData("""{"card_url":"https://example.com/","refresh_seconds":59}""", 400, "refresh_seconds")]
    [InlineData("""{"card_url":"https://example.com/","refresh_seconds":2592001}""", 400, "refresh_seconds")]
    [InlineData("""{"card_url":"https://example.com/","refresh_seconds":9223372036854775807}""", 400, "refresh_seconds")]
    [InlineData("""{"card_url":"https://example.com/","refresh_seconds":-1}""", 400, "refresh_seconds")]
    [InlineData("""{"card_url":"https://example.com/","refresh_seconds":"often"}""", 400, "refresh_seconds")]
    [InlineData("""{"agent_card":{"name":"a"},"refresh_seconds":3600}""", 400, "refresh_seconds")]
    [InlineData("""{"card_url":"https://example.com/","etag":"x"}""", 400, "etag")]
    public async Task What_does_not_go_is_refused(string body, int status, string field)
    {
        await (await host.Client.SendAsync("POST", "/agents", body)).ProblemAsync(status, field);
        await (await host.Client.SendAsync("PUT", "/agents/a", body)).ProblemAsync(status, field);
        await (await host.Client.SendAsync("GET", "/agents/a")).ProblemAsync(404);
    }

    [Fact]
    public async Task A_batch_takes_none_and_a_card_may_have_such_a_member_of_its_own()
    {
        var batch = await (await host.Client.SendAsync(
            "POST", "/agents:batch", $$"""[{"card_url":"{{server.Url()}}"},{"name":"b","card_url":"https://b.example.com"}]""")).JsonAsync();
        var results = batch.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal((400, "card_url"), (results[0].Number("status"), results[0].Text("field")));
        Assert.Equal("b", results[1].Text("agent_id"));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task This_machine_is_refused_unless_it_is_allowed()
    {
        var problem = await (await closed.Client.SendAsync("POST", "/agents", $$"""{"card_url":"{{server.Url()}}"}""")).ProblemAsync(400, "card_url");
        Assert.Contains("CARD_FETCH_ALLOWED_NETWORKS", problem.Text("detail"), StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_refresh_is_for_the_owner_and_takes_no_condition()
    {
        await (await host.Client.SendAsync("POST", "/agents", $$"""{"card_url":"{{server.Url()}}"}""")).JsonAsync();
        var requests = server.Requests.Count;
        await (await host.Client.SendAsync("POST", "/agents/a:refresh", null, ("X-Registry-Subject", "mallory"))).ProblemAsync(403);
        await (await host.Client.SendAsync("POST", "/agents/a:refresh", null, ("If-Match", "\"1\""))).ProblemAsync(400);
        await (await host.Client.SendAsync("POST", "/agents/none:refresh")).ProblemAsync(404);
        await (await host.Client.SendAsync("POST", "/agents", CardServer.Card("sent"))).JsonAsync();
        await (await host.Client.SendAsync("POST", "/agents/sent:refresh")).ProblemAsync(400, "card_url");
        Assert.Equal(requests, server.Requests.Count);
    }

    private async Task<JsonElement> GetAsync() => await (await host.Client.SendAsync("GET", "/agents/a")).JsonAsync();

    private async Task<JsonElement> RefreshAsync(string query = "") =>
        await (await host.Client.SendAsync("POST", $"/agents/a:refresh{query}")).JsonAsync();
}
