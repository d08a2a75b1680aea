using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Ids in paths, as they stand in the request line.</summary>
public sealed class PathTests(RestHost host)
{
    private readonly HttpClient client = host.Client;

    [Theory]
    [InlineData("with space", "with%20space")]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("a/b", "a%2fb")]
    [InlineData("a%2Fb", "a%252Fb")]
    [InlineData("a%b", "a%25b")]
    [InlineData("urn:agent:x", "urn:agent:x")]
    [InlineData("urn:agent:x", "urn%3Aagent%3Ax")]
    [InlineData("x:enable", "x%3Aenable")]
    [InlineData("x:enable", "x:enable")]
    [InlineData("/", "%2F")]
    [InlineData("//", "%2F%2F")]
    [InlineData("../x", "..%2Fx")]
    [InlineData("a+b", "a+b")]
    [InlineData("q?r#s", "q%3Fr%23s")]
    [InlineData("search", "search")]
    [InlineData("card", "card")]
    [InlineData("Größe 日本 😀", "Gr%C3%B6%C3%9Fe%20%E6%97%A5%E6%9C%AC%20%F0%9F%98%80")]
    [InlineData("...", "...")]
    [InlineData("semi;colon,comma", "semi;colon,comma")]
    [InlineData("back\\slash", "back%5Cslash")]
    public async Task Any_id_is_reached_by_its_path(string id, string segment)
    {
        var body = JsonSerializer.Serialize(new { agent_id = id, agent_card = new { name = "path" } });
        await (await client.SendAsync("POST", "/agents", body)).JsonAsync();
        foreach (var target in (string[])[$"/agents/{segment}", $"/agents/{segment}?consistency=strong", $"/agents/{segment}/"])
        {
            var (status, answer) = await TestHttp.RawGetAsync(host.Address, target);
            Assert.Equal(200, status);
            Assert.Equal(id, JsonDocument.Parse(answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]).RootElement.Text("agent_id"));
        }

        Assert.Equal(200, (await TestHttp.RawGetAsync(host.Address, $"/agents/{segment}/card")).Status);
        Assert.Equal(200, (await TestHttp.RawGetAsync(host.Address, $"/agents/{segment}/extensions")).Status);
        Assert.Equal(id, (await (await client.SendAsync("POST", $"/agents/{segment}:disable")).JsonAsync()).Text("agent_id"));
        await (await client.SendAsync("DELETE", $"/agents/{segment}")).JsonAsync();
    }

    [Theory]
    [InlineData("absolute", 200)]
    [InlineData("absolute%20x", 200)]
    [InlineData("absolute%2Fx", 404)]
    [InlineData("absolute%2Fcard", 400)]
    public async Task A_target_in_absolute_form_is_served_but_the_server_does_not_keep_its_escaped_slashes(string segment, int expected)
    {
        foreach (var id in (string[])["absolute", "absolute%20x", "absolute%2Fx", "absolute%2Fcard"])
        {
            await client.SendAsync("PUT", "/agents/" + id, TestHttp.Card("x"));
        }

        var (status, answer) = await TestHttp.RawGetAsync(host.Address, $"http://{host.Address.Authority}/agents/{segment}");
        Assert.Equal(expected, status);
        Assert.True(status != 200 || answer.Contains($"\"agent_id\":\"{Uri.UnescapeDataString(segment)}\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_escaped_colon_is_part_of_the_id_and_no_action()
    {
        await client.SendAsync("PUT", "/agents/plain", TestHttp.Card("x"));
        var refused = await client.SendAsync("POST", "/agents/plain%3Adisable");
        await refused.ProblemAsync(405);
        Assert.Contains("PUT", refused.Content.Headers.Allow);
        Assert.True((await (await client.SendAsync("GET", "/agents/plain")).JsonAsync()).GetProperty("enabled").GetBoolean());
    }

    [Theory]
    [InlineData("/agents/%", 400)]
    [InlineData("/agents/%2", 400)]
    [InlineData("/agents/%zz", 400)]
    [InlineData("/agents/%FF", 400)]
    [InlineData("/agents/%C3", 400)]
    [InlineData("/agents/%ED%A0%80", 400)]
    [InlineData("/agents/%00", 400)]
    [InlineData("/agents/a%00b", 400)]
    [InlineData("/agents/a%01b", 400)]
    [InlineData("/agents/a%0Ab", 400)]
    [InlineData("/agents/%20", 400)]
    [InlineData("/agents/tricky/.", 400)]
    [InlineData("/agents/tricky/%2e", 400)]
    [InlineData("/agents/tricky/x/..", 400)]
    [InlineData("/agents/tricky/x/%2E%2e", 400)]
    [InlineData("/agents/tricky/card/x/..", 400)]
    [InlineData("/agents/other/../tricky/x/../card", 400)]
    [InlineData("/agents/./tricky/..", 400)]
    [InlineData("/agents//tricky", 404)]
    [InlineData("//agents/tricky", 404)]
    [InlineData("/agents/tricky//", 404)]
    [InlineData("/agents/tricky//card", 404)]
    [InlineData("/agents/tricky/nothing", 404)]
    [InlineData("/agents/a/b", 404)]
    public async Task A_tricky_path_never_finds_a_wrong_agent(string target, int expected)
    {
        await client.SendAsync("PUT", "/agents/tricky", TestHttp.Card("x"));
        var (status, answer) = await TestHttp.RawGetAsync(host.Address, target);
        Assert.Equal(expected, status);
        Assert.DoesNotContain("\"agent_id\":\"tricky\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/AGENTS/tidy")]
    [InlineData("/%61gents/tidy")]
    public async Task A_path_that_can_be_read_in_one_way_only_is_served(string target)
    {
        await client.SendAsync("PUT", "/agents/tidy", TestHttp.Card("x"));
        var (status, answer) = await TestHttp.RawGetAsync(host.Address, target);
        Assert.Equal(200, status);
        Assert.Contains("\"agent_id\":\"tidy\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x", 257, 400)]
    [InlineData("x", 7_000, 400)]
    [InlineData("x", 10_000, 414)]
    [InlineData("%20", 257, 400)]
    public async Task A_long_id_is_refused(string part, int times, int expected) =>
        Assert.Equal(expected, (await TestHttp.RawGetAsync(host.Address, "/agents/" + string.Concat(Enumerable.Repeat(part, times)))).Status);

    [Fact]
    public async Task An_id_of_10000_characters_in_a_body_is_refused_by_its_name()
    {
        var body = $$"""{"agent_id":"{{new string('x', 10_000)}}","agent_card":{{TestHttp.Card("x")}}}""";
        await (await client.SendAsync("POST", "/agents", body)).ProblemAsync(400, "agent_id");
        await (await client.SendAsync("POST", "/agents", TestHttp.Card(new string('x', 10_000)))).ProblemAsync(400);
    }

    [Fact]
    public async Task A_path_base_is_no_part_of_an_id_or_uri()
    {
        await using var other = await RestHost.StartAsync(pathBase: "/some/base");
        var created = await other.Client
            .SendAsync("PUT", "/some/base/agents/a%2Fb", TestHttp.Card("x", ""","capabilities":{"extensions":[{"uri":"https://e.com/x"}]}"""));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal("/some/base/agents/a%2Fb", created.Headers.Location?.OriginalString);
        await (await other.Client.SendAsync("GET", "/some/base/agents/a%2Fb")).JsonAsync();
        await (await other.Client.SendAsync("GET", "/some/base/extensions/https://e.com/x")).JsonAsync();
    }
}
