using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Issuers, and what is asked of cards, over HTTP.</summary>
public sealed class CardTrustTests(RestHost host)
{
    private const string Keys = """{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}""";

    private readonly string path = $"/issuers/i-{Guid.NewGuid():N}";

    [Fact]
    public async Task An_issuer_is_put_listed_and_removed()
    {
        var put = await SendAsync("PUT", path, $$"""{"url":"https://a.example","keys":{{Keys}}}""");
        Assert.Equal($$"""{"id":"{{path[9..]}}","url":"https://a.example","key_ids":["k"]}""", put.GetRawText());
        Assert.Contains(put.GetRawText(), (await SendAsync("GET", "/issuers")).GetRawText(), StringComparison.Ordinal);
        put = await SendAsync("PUT", path, """{"url":"https://a.example"}""");
        Assert.Equal(("https://a.example/.well-known/jwks.json", true), (put.Text("keys_url"), put.GetProperty("awaits_keys").GetBoolean()));
        Assert.Equal(HttpStatusCode.NoContent, (await host.Client.SendAsync("DELETE", path)).StatusCode);
        await (await host.Client.SendAsync("DELETE", path)).ProblemAsync(404, "issuer_id");
    }

    [Theory]
    [InlineData("{}", "url")]
    [InlineData("""{"url":1}""", "url")]
    [InlineData("""{"url":"http://a.example"}""", "url")]
    [InlineData("""{"url":"https://a.example","keys":[]}""", "keys")]
    [InlineData("""{"url":"https://a.example","keys":{"keys":[]}}""", "keys")]
    [InlineData("""{"url":"https://a.example","key":{}}""", "key")]
    public async Task What_cannot_be_one_is_refused(string body, string field) =>
        await (await host.Client.SendAsync("PUT", path, body)).ProblemAsync(400, field);

    [Fact]
    public async Task A_policy_is_put_and_got()
    {
        // Nothing that would refuse a card, as others register here.
        const string Levels = """{"require_signature":false,"minimum_trust_level":"TRUST_LEVEL_UNVERIFIED","owner_trust_levels":"""
            + """{"x-y":"TRUST_LEVEL_OFFICIAL"},"extension_trust_levels":{}}""";
        Assert.Equal(Levels, (await SendAsync("PUT", "/card-policy", Levels)).GetRawText());
        Assert.Equal(Levels, (await SendAsync("GET", "/card-policy")).GetRawText());
        Assert.Equal("""{"require_signature":false}""", (await SendAsync("PUT", "/card-policy", """{"require_signature":false}""")).GetRawText());
        Assert.Equal("""{"require_signature":false}""", (await SendAsync("GET", "/card-policy")).GetRawText());
        await (await host.Client.SendAsync("PUT", "/card-policy", """{"require_signature":"yes"}""")).ProblemAsync(400, "require_signature");
        await (await host.Client.SendAsync("PUT", "/card-policy", """{"extensions":[1]}""")).ProblemAsync(400, "extensions[0]");
        await (await host.Client.SendAsync("PUT", "/card-policy", """{"extensions":[""]}""")).ProblemAsync(400, "extensions");
        await (await host.Client.SendAsync("PUT", "/card-policy", """{"owner_trust_levels":{"a":1}}""")).ProblemAsync(400, "owner_trust_levels.a");
        await (await host.Client.SendAsync("PUT", "/card-policy", """{"owner_trust_levels":[]}""")).ProblemAsync(400, "owner_trust_levels");
        await (await host.Client.SendAsync("PUT", "/card-policy", """{"minimum_trust_level":"high"}""")).ProblemAsync(400, "minimum_trust_level");
    }

    private async Task<JsonElement> SendAsync(string method, string path, string? body = null) =>
        await (await host.Client.SendAsync(method, path, body)).JsonAsync(HttpStatusCode.OK);
}
