using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Rest.Tests;

/// <summary>The audit trail over REST.</summary>
public sealed class AuditTests(TrustingHost host)
{
    [Fact]
    public async Task Entries_are_listed_exported_and_anchored()
    {
        var client = host.NewTenant() with { Subject = "a\"b" };
        await RegisterAsync(client, "one");
        await RegisterAsync(client, "two");
        await (await client.SendAsync("DELETE", "/agents/one")).JsonAsync();

        var page = await client.GetAsync("/audit?page_size=2");
        var newest = page.GetProperty("entries")[0];
        Assert.Equal(
            ("registry.agent.remove", "one", "ok", "a\"b", 3, client.Tenant, "127.0.0.1"),
            (newest.Text("action"), newest.Text("object"), newest.Text("outcome"), newest.Text("subject"), newest.GetProperty("sequence").GetInt32(),
                newest.Text("tenant"), newest.Text("address")));
        var rest = await client.GetAsync($"/audit?page_size=2&page_token={Uri.EscapeDataString(page.Text("nextPageToken")!)}");
        Assert.Equal("one", Assert.Single(rest.GetProperty("entries").EnumerateArray()).Text("object"));
        Assert.Equal("two", Assert.Single((await client.GetAsync("/audit?object=two")).GetProperty("entries").EnumerateArray()).Text("object"));
        Assert.Equal(2, (await client.GetAsync("/audit?action=registry.agent.reg*")).GetProperty("entries").GetArrayLength());

        var anchor = await client.GetAsync("/audit/anchor");
        Assert.Equal((newest.Text("hash"), 3), (anchor.Text("hash"), anchor.GetProperty("sequence").GetInt32()));
        var exported = await client.SendAsync("GET", "/audit/export");
        Assert.Equal("application/x-ndjson", exported.Content.Headers.ContentType?.MediaType);
        CheckByHand(await exported.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), anchor.Text("hash")!);
    }

    [Fact]
    public async Task What_ends_at_the_door_has_an_entry_with_the_route()
    {
        var client = host.NewTenant();
        await (await client.SendAsync("GET", "/agents/an-id", null, ("X-Registry-Scope", "tenant"))).ProblemAsync(403, "X-Registry-Scope");
        var nobody = new TaskClient(host.Host.Client, Caller.Default.Tenant);
        JsonElement found = default;
        await Eventually.TrueAsync(
            async () =>
            {
                found = (await nobody.GetAsync("/audit?action=registry.http.refused")).GetProperty("entries");

                // Others are turned away at this door too.
                return found.EnumerateArray().Any(entry => (entry.Text("object"), entry.Text("outcome")) == ("GET /agents/{id}", "403"));
            },
            "the entry");
        Assert.DoesNotContain("an-id", found.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/audit?since=yesterday", "since")]
    [InlineData("/audit?oldest_first=maybe", "oldest_first")]
    [InlineData("/audit?page_size=1001", "page_size")]
    [InlineData("/audit?page_token=x", "page_token")]
    [InlineData("/audit?actor=x", "actor")]
    [InlineData("/audit/export?before=x", "before")]
    [InlineData("/audit/anchor?x=1", "x")]
    public async Task What_is_wrong_is_named(string path, string field) =>
        await (await host.NewTenant().SendAsync("GET", path)).ProblemAsync(400, field);

    /// <summary>As the page says that anybody can: each line without its hash is in the canonical form already.</summary>
    private static void CheckByHand(string lines, string last)
    {
        var previous = new string('0', 64);
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var entry = JsonDocument.Parse(line);
            var hash = entry.RootElement.Text("hash")!;
            Assert.Equal(previous, entry.RootElement.Text("previous"));
            var members = entry.RootElement.EnumerateObject()
                .Where(member => member.Name != "hash")
                .OrderBy(member => member.Name, StringComparer.Ordinal)
                .Select(member => $"\"{member.Name}\":{Canonical(member.Value)}");
            Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{{{string.Join(',', members)}}}"))));
            previous = hash;
        }

        Assert.Equal(last, previous);
    }

    private static string Canonical(JsonElement value) => value.ValueKind == JsonValueKind.String
        ? $"\"{value.GetString()!.Replace("\"", "\\\"", StringComparison.Ordinal)}\""
        : value.GetRawText();

    private static async Task RegisterAsync(TaskClient client, string id) => await (await client.SendAsync(
        "POST", "/agents", $$$"""{"agent_id":"{{{id}}}","agent_card":{"name":"{{{id}}}"}}""")).JsonAsync(HttpStatusCode.OK);
}
