using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Domains over HTTP.</summary>
public sealed class DomainTests(RestHost host)
{
    private readonly string domain = $"d{Guid.NewGuid():N}.example";

    [Fact]
    public async Task One_is_begun_listed_and_removed()
    {
        var begun = await SendAsync("POST", "/domains", $$"""{"domain":"{{domain}}"}""");
        Assert.Equal(
            ($"_a2a-registry-verification.{domain}", $"https://{domain}/.well-known/a2a-registry-verification", "pending"),
            (begun.Text("record_name"), begun.Text("file_url"), begun.Text("state")));
        Assert.Contains(begun.GetRawText(), (await SendAsync("GET", "/domains")).GetRawText(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await host.Client.SendAsync("DELETE", "/domains/" + domain)).StatusCode);
        await (await host.Client.SendAsync("DELETE", "/domains/" + domain)).ProblemAsync(404, "domain");
        await (await host.Client.SendAsync("POST", $"/domains/{domain}:verify")).ProblemAsync(404, "domain");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await host.Client.SendAsync("POST", $"/domains/{domain}%3Averify")).StatusCode);
    }

    [Theory]
    [InlineData("{}", "domain")]
    [InlineData("""{"domain":1}""", "domain")]
    [InlineData("""{"domain":"*.a.example"}""", "domain")]
    [InlineData("""{"domain":"a.example","token":"x"}""", "token")]
    public async Task What_cannot_be_one_is_refused(string body, string field) =>
        await (await host.Client.SendAsync("POST", "/domains", body)).ProblemAsync(400, field);

    [Fact]
    public async Task Agents_are_searched_by_it()
    {
        await SendAsync("GET", "/agents?domain_verified=true");
        await (await host.Client.SendAsync("GET", "/agents?domain_verified=maybe")).ProblemAsync(400, "domain_verified");
        await SendAsync("POST", "/agents/search", """{"query":"","trust_levels":["TRUST_LEVEL_VERIFIED"],"domain_verified":true}""");
        await (await host.Client.SendAsync("GET", "/agents?trust_level=high")).ProblemAsync(400, "trust_level");
        await (await host.Client.SendAsync("GET", "/agents/events?domain_verified=true")).ProblemAsync(400, "domain_verified");
        const string Parameters = """{"query":"","require_domain_verified":true,"trust_levels":["TRUST_LEVEL_OFFICIAL"]}""";
        var found = await SendAsync("POST", "/jsonrpc", $$"""{"jsonrpc":"2.0","id":1,"method":"search_agents","params":{{Parameters}}}""");
        Assert.Equal(0, found.GetProperty("result").GetProperty("count").GetInt32());
    }

    private async Task<JsonElement> SendAsync(string method, string path, string? body = null) =>
        await (await host.Client.SendAsync(method, path, body)).JsonAsync(HttpStatusCode.OK);
}
