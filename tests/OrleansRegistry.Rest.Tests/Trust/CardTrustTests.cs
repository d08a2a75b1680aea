using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using OrleansRegistry.Http;
using OrleansRegistry.Rest.Agents;

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

    [Fact]
    public async Task The_tag_of_a_record_changes_with_what_the_policy_says_of_it_and_holds_in_conditions()
    {
        var id = TestHttp.NewName();
        var written = await host.Registry.RegisterAsync(
            Caller.Default with { Subject = id },
            new AgentRegistration(Encoding.UTF8.GetBytes(TestHttp.Card(id))),
            TestContext.Current.CancellationToken);
        var agent = "/agents/" + id;
        var plain = $"\"{written.Agent.Revision}\"";
        Assert.Equal(HttpStatusCode.NotModified, (await host.Client.SendAsync("GET", agent, null, ("If-None-Match", plain))).StatusCode);
        try
        {
            await SendAsync("PUT", "/card-policy", $$$"""{"owner_trust_levels":{"{{{id}}}":"TRUST_LEVEL_OFFICIAL"}}""");
            var told = await host.Client.SendAsync("GET", agent, null, ("If-None-Match", plain));
            Assert.Equal("TRUST_LEVEL_OFFICIAL", (await told.JsonAsync()).Text("trust_level"));
            var tag = told.One("ETag");
            Assert.StartsWith(plain[..^1] + "-", tag, StringComparison.Ordinal);
            Assert.Equal(tag, (await host.Client.SendAsync("HEAD", agent)).One("ETag"));
            Assert.Equal(HttpStatusCode.NotModified, (await host.Client.SendAsync("GET", agent, null, ("If-None-Match", tag))).StatusCode);
            var card = await host.Client.SendAsync("GET", agent + "/card", null, ("If-None-Match", plain));
            Assert.Equal(HttpStatusCode.NotModified, card.StatusCode);
            await SendAsync("PUT", "/card-policy", $$$"""{"owner_trust_levels":{"{{{id}}}":"TRUST_LEVEL_COMMUNITY"}}""");
            Assert.Equal(HttpStatusCode.OK, (await host.Client.SendAsync("GET", agent, null, ("If-None-Match", tag))).StatusCode);

            // Writes go by the revision in it, whatever else was known then.
            foreach (var none in (string[])[plain[..^1] + "-\"", tag[..^2] + "\"", tag[..^2] + "g\"", "W/" + tag])
            {
                await (await host.Client.SendAsync("POST", agent + ":disable", null, ("If-Match", none))).ProblemAsync(412);
            }

            Assert.Equal(HttpStatusCode.OK, (await host.Client.SendAsync("POST", agent + ":disable", null, ("If-Match", tag))).StatusCode);
            await (await host.Client.SendAsync("POST", agent + ":enable", null, ("If-Match", tag))).ProblemAsync(412);
        }
        finally
        {
            await SendAsync("PUT", "/card-policy", """{"require_signature":false}""");
        }
    }

    [Fact]
    public void The_tag_of_a_record_changes_with_what_its_tasks_tell()
    {
        var agent = new AgentRecord { Tenant = "acme", Id = "a", Card = RawJson.FromValid("{}"u8), Revision = 17 };
        var none = new AgentActivity(0, default, default);
        AgentActivity?[] told =
        [
            null, none, none with { OpenTasks = 1 }, none with { LastHour = new AgentOutcomes(1, 0, null) },
            none with { LastHour = new AgentOutcomes(0, 1, null) }, none with { LastDay = new AgentOutcomes(1, 0, null) },
            none with { LastDay = new AgentOutcomes(1, 0, TimeSpan.FromSeconds(1)) },
        ];
        var tags = told.Select(activity => AgentTag.Of(agent with { Activity = activity })).ToList();
        Assert.Equal("\"17\"", tags[0]);
        Assert.Equal(tags.Count, tags.Distinct().Count());
        Assert.All(tags, tag => Assert.Equal(17, EntityTags.ToRevision(new EntityTagHeaderValue(tag))));
        Assert.Equal(tags[6], AgentTag.Of(agent with { Activity = told[6]! with { OpenTasks = 0 } }));
    }

    private async Task<JsonElement> SendAsync(string method, string path, string? body = null) =>
        await (await host.Client.SendAsync(method, path, body)).JsonAsync(HttpStatusCode.OK);
}
