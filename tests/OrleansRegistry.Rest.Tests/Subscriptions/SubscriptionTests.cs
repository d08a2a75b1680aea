using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Subscriptions over REST; what reaches a receiver is tested with the registry.</summary>
public sealed class SubscriptionTests(TrustingHost host)
{
    private const string Url = "https://example.com/hook";

    [Fact]
    public async Task A_subscription_is_made_read_replaced_and_deleted()
    {
        var client = host.NewTenant();
        const string Query = """{"query":"rain","tags":["sky"],"enabled":true,"all":{"skill":["a","b"]},"not":{"owner":"x"}}""";
        var body = $$"""{"url":"{{Url}}","query":{{Query}} }""";
        var made = await (await client.SendAsync("POST", "/subscriptions", body)).JsonAsync(HttpStatusCode.Created);
        Assert.StartsWith("whsec_", made.Text("secret"), StringComparison.Ordinal);
        var path = $"/subscriptions/{made.Text("id")}";
        var read = await client.GetAsync(path);
        Assert.False(read.TryGetProperty("secret", out _));
        Assert.Equal(
            """{"query":"rain","tags":["sky"],"enabled":true,"all":{"skills":["a","b"]},"not":{"owner":["x"]}}""",
            read.GetProperty("query").GetRawText());

        var replaced = await (await client.SendAsync("PUT", path, $$"""{"url":"{{Url}}","batch":true}""")).JsonAsync();
        Assert.Equal(("{}", true), (replaced.GetProperty("query").GetRawText(), replaced.GetProperty("batch").GetBoolean()));
        await (await client.SendAsync("PUT", "/subscriptions/mine", $$"""{"url":"{{Url}}"}""")).JsonAsync(HttpStatusCode.Created);
        var page = await client.GetAsync("/subscriptions?page_size=1");
        Assert.Equal("mine", Assert.Single(page.GetProperty("subscriptions").EnumerateArray()).Text("id"));
        var rest = await client.GetAsync($"/subscriptions?page_size=1&page_token={Uri.EscapeDataString(page.Text("nextPageToken")!)}");
        Assert.Equal(made.Text("id"), Assert.Single(rest.GetProperty("subscriptions").EnumerateArray()).Text("id"));

        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync("DELETE", path)).StatusCode);
        await (await client.SendAsync("GET", path)).ProblemAsync(404, "subscription_id");
        await (await client.SendAsync("DELETE", path)).ProblemAsync(404, "subscription_id");
    }

    [Theory]
    [InlineData("{}", "url")]
    [InlineData("""{"url":7}""", "url")]
    [InlineData("""{"url":"http://127.0.0.1/hook"}""", "url")]
    [InlineData("""{"url":"https://example.com","query":{"q":"rank"}}""", "query.q")]
    [InlineData("""{"url":"https://example.com","query":{"tags":"one"}}""", "query.tags")]
    [InlineData("""{"url":"https://example.com","query":{"delivery":"pigeon"}}""", "delivery")]
    [InlineData("""{"url":"https://example.com","secret":"mine"}""", "secret")]
    [InlineData("""{"url":"https://example.com","batch":"yes"}""", "batch")]
    [InlineData("""{"url":"https://example.com","more":1}""", "more")]
    public async Task What_is_wrong_is_named(string body, string field) =>
        await (await host.NewTenant().SendAsync("POST", "/subscriptions", body)).ProblemAsync(400, field);

    [Fact]
    public async Task A_request_that_is_repeated_makes_one_and_tells_the_secret_again()
    {
        var client = host.NewTenant();
        var first = await SendAsync();
        var second = await SendAsync();
        Assert.Equal((first.Text("id"), first.Text("secret")), (second.Text("id"), second.Text("secret")));
        var other = await client.SendAsync("POST", "/subscriptions", $$"""{"url":"{{Url}}2"}""", ("Idempotency-Key", "once"));
        await other.ProblemAsync(422, "Idempotency-Key");

        async Task<JsonElement> SendAsync()
        {
            var answer = await client.SendAsync("POST", "/subscriptions", $$"""{"url":"{{Url}}"}""", ("Idempotency-Key", "once"));
            return await answer.JsonAsync(answer.StatusCode);
        }
    }
}
