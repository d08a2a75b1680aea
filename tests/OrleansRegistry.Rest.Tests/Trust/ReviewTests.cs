using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests.Trust;

/// <summary>Reviews over HTTP.</summary>
public sealed class ReviewTests(KeyHost host) : IClassFixture<KeyHost>
{
    private const string Card = """{"name":"NAME","description":"d","version":"1","url":"https://agent.example.com","skills":[]}""";

    [Fact]
    public async Task A_registration_that_waits_is_202_and_is_approved_or_rejected()
    {
        var (user, admin) = await KeysAsync("reviewed");
        const string Asked = """{"review":"all","webhook_url":"https://example.com/h"}""";
        var policy = await (await host.AskAsync(admin, "PUT", "/review-policy", Asked)).JsonAsync();
        Assert.StartsWith("whsec_", policy.Text("secret"), StringComparison.Ordinal);
        policy = await (await host.AskAsync(user, "GET", "/review-policy")).JsonAsync();
        Assert.Equal("""{"review":"all","on_failure":"deny"}""", policy.GetRawText());
        policy = await (await host.AskAsync(admin, "GET", "/review-policy")).JsonAsync();
        Assert.Equal("""{"review":"all","on_failure":"deny","webhook_url":"https://example.com/h"}""", policy.GetRawText());

        var answer = await host.AskAsync(user, "PUT", "/agents/a?view=record", $$$"""{"agent_card":{{{Named("a")}}}}""");
        Assert.False(answer.Headers.Contains("ETag") || answer.Headers.Contains("Location"));
        var held = await answer.JsonAsync(HttpStatusCode.Accepted);
        var review = held.GetProperty("review");
        Assert.Equal(("pending", "new", "alice"), (review.Text("state"), review.Text("change"), review.Text("requested_by")));
        Assert.Equal(
            (false, 0, "Agent card waits for a review"),
            (held.GetProperty("created").GetBoolean(), held.GetProperty("revision").GetInt64(), held.Text("message")));
        await (await host.AskAsync(user, "GET", "/agents/a")).ProblemAsync(404);

        var shown = await (await host.AskAsync(admin, "GET", "/reviews/a")).JsonAsync();
        Assert.Equal(Named("a"), shown.GetProperty("agent_card").GetRawText());
        var page = await (await host.AskAsync(admin, "GET", "/reviews?state=pending")).JsonAsync();
        Assert.Equal(review.GetRawText(), Assert.Single(page.GetProperty("reviews").EnumerateArray()).GetRawText());
        var body = $$"""{"review_id":"{{review.Text("id")}}"}""";
        await (await host.AskAsync(user, "POST", "/reviews/a:approve", body)).ProblemAsync(403);
        await (await host.AskAsync(admin, "POST", "/reviews/a:approve", """{"review_id":"x"}""")).ProblemAsync(409, "review_id");
        Assert.Equal("approved", (await (await host.AskAsync(admin, "POST", "/reviews/a:approve", body)).JsonAsync()).Text("state"));
        Assert.Equal(HttpStatusCode.OK, (await host.AskAsync(user, "GET", "/agents/a")).StatusCode);

        // Of one that there is, its ETag is told.
        answer = await host.AskAsync(user, "PATCH", "/agents/a", """{"agent_card":{"description":"e"}}""");
        Assert.True(answer.Headers.Contains("ETag"));
        review = (await answer.JsonAsync(HttpStatusCode.Accepted)).GetProperty("review");
        body = $$"""{"review_id":"{{review.Text("id")}}","reason":"no"}""";
        Assert.Equal("no", (await (await host.AskAsync(admin, "POST", "/reviews/a:reject", body)).JsonAsync()).Text("reason"));
        await (await host.AskAsync(user, "DELETE", "/reviews/a")).ProblemAsync(409);
    }

    [Fact]
    public async Task A_batch_and_JSON_RPC_tell_it_too_and_it_is_withdrawn()
    {
        var (user, admin) = await KeysAsync("batched");
        await (await host.AskAsync(admin, "PUT", "/review-policy", """{"review":"new"}""")).JsonAsync();
        var batch = await (await host.AskAsync(user, "POST", "/agents:batch", $"[{Named("b1")},{Named("b2")}]")).JsonAsync();
        Assert.Equal(2, batch.GetProperty("success").GetInt32());
        Assert.All(batch.GetProperty("results").EnumerateArray(), entry => Assert.Equal("pending", entry.GetProperty("review").Text("state")));
        var call = $$$"""{"jsonrpc":"2.0","id":1,"method":"register_agent","params":{"agent_card":{{{Named("c")}}}}}""";
        var result = (await (await host.AskAsync(user, "POST", "/jsonrpc", call)).JsonAsync()).GetProperty("result");
        Assert.Equal("pending", result.GetProperty("review").Text("state"));
        Assert.Equal(HttpStatusCode.NoContent, (await host.AskAsync(user, "DELETE", "/reviews/c")).StatusCode);
        await (await host.AskAsync(user, "GET", "/reviews/c")).ProblemAsync(404, "agent_id");
    }

    [Theory]
    [InlineData("GET", "/reviews?state=open", null, "state")]
    [InlineData("GET", "/reviews?page_size=0", null, "page_size")]
    [InlineData("POST", "/reviews/a:approve", "{}", "review_id")]
    [InlineData("POST", "/reviews/a:approve", """{"review_id":1}""", "review_id")]
    [InlineData("POST", "/reviews/a:reject", """{"review_id":"x"}""", "reason")]
    [InlineData("PUT", "/review-policy", """{"review":"some"}""", "review")]
    [InlineData("PUT", "/review-policy", """{"on_failure":"maybe"}""", "on_failure")]
    [InlineData("PUT", "/review-policy", """{"hook_url":"http://127.0.0.1/"}""", "hook_url")]
    [InlineData("PUT", "/review-policy", """{"secret":"x"}""", "secret")]
    [InlineData("PUT", "/review-policy", """{"hook":"https://example.com"}""", "hook")]
    public async Task What_is_wrong_is_named(string method, string path, string? body, string field) =>
        await (await host.AskAsync(KeyHost.AdminKey, method, path, body)).ProblemAsync(400, field);

    [Fact]
    public async Task An_action_that_is_none_is_405() =>
        await (await host.AskAsync(KeyHost.AdminKey, "POST", "/reviews/a:accept", "{}")).ProblemAsync(405);

    private static string Named(string name) => Card.Replace("NAME", name, StringComparison.Ordinal);

    private async Task<(string User, string Admin)> KeysAsync(string tenant) => (
        await host.MakeAsync($$"""{"subject":"alice","tenant":"{{tenant}}","roles":["user"]}"""),
        await host.MakeAsync($$"""{"subject":"rita","tenant":"{{tenant}}","roles":["admin"]}"""));
}
