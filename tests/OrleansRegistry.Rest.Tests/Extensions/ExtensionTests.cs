namespace OrleansRegistry.Rest.Tests;

public sealed class ExtensionTests(RestHost host)
{
    private readonly HttpClient client = host.Client;

    [Fact]
    public async Task An_extension_as_the_older_registry_shows_it()
    {
        var uri = "https://example.com/" + TestHttp.NewName();
        var first = await DeclareAsync(uri, ""","description":"What","required":true,"params":{"n":1.50}""");
        var second = await DeclareAsync(uri, "");
        var json = await (await client.SendAsync("GET", "/extensions/" + uri)).JsonAsync();
        Assert.True(json.GetProperty("found").GetBoolean());
        var info = json.GetProperty("extension_info");
        Assert.Equal(
            ["uri", "description", "required", "params", "first_declared_by_agent", "first_declared_at", "trust_level", "declaring_agents",
            "usage_count"],
            info.EnumerateObject().Select(member => member.Name));
        Assert.Equal(uri, info.Text("uri"));
        Assert.Equal("What", info.Text("description"));
        Assert.True(info.GetProperty("required").GetBoolean());
        Assert.Equal("""{"n":1.50}""", info.GetProperty("params").GetRawText());
        Assert.Equal(first, info.Text("first_declared_by_agent"));
        Assert.True(info.GetProperty("first_declared_at").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(-10));
        Assert.StartsWith("TRUST_LEVEL_", info.Text("trust_level"), StringComparison.Ordinal);
        Assert.Equal([first, second], info.GetProperty("declaring_agents").EnumerateArray().Select(agent => agent.GetString()!));
        Assert.Equal(2, info.Number("usage_count"));
    }

    [Fact]
    public async Task A_uri_is_found_raw_or_escaped_and_only_the_path_counts()
    {
        var uri = $"https://example.com/extensions/{TestHttp.NewName()}/ä";
        await DeclareAsync(uri, "");
        foreach (var written in (string[])[uri.Replace("ä", "%C3%A4", StringComparison.Ordinal), Uri.EscapeDataString(uri), uri.Replace(
            "ä",
            "%c3%a4",
            StringComparison.Ordinal) + "?v=1"])
        {
            Assert.Equal(
                uri,
                (await (await client.SendAsync("GET", "/extensions/" + written)).JsonAsync()).GetProperty("extension_info").Text("uri"));
        }

        var (status, _) = await TestHttp.RawGetAsync(host.Address, $"http://{host.Address.Authority}/extensions/{Uri.EscapeDataString(uri)}");
        Assert.Equal(200, status);
        var queried = "urn:q?v=1&w=" + TestHttp.NewName();
        await DeclareAsync(queried, "");
        Assert.Equal("{}", (await (await client.SendAsync("GET", "/extensions/" + Uri.EscapeDataString(queried))).JsonAsync()).GetProperty(
            "extension_info").GetProperty("params").GetRawText());
    }

    [Theory]
    [InlineData("/extensions/urn:nothing", 404)]
    [InlineData("/extensions/https://nothing.example/../x", 404)]
    [InlineData("/extensions/%FF", 400)]
    [InlineData("/extensions/%2", 400)]
    public async Task What_is_not_there_is_told(string path, int status)
    {
        var problem = await (await client.SendAsync("GET", path)).ProblemAsync(status, "uri");
        Assert.True(status == 400 || problem.Text("detail") == "Extension not found");
    }

    [Fact]
    public async Task The_list_is_filtered_and_paged()
    {
        var mark = TestHttp.NewName("mark");
        var agents = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            agents.Add(await DeclareAsync($"urn:{mark}:{i}", ""));
        }

        var all = await (await client.SendAsync("GET", $"/extensions?uri_pattern={mark.ToUpperInvariant()}:")).JsonAsync();
        Assert.Equal((5, 5), (all.Number("count"), all.Number("total_count")));
        Assert.Null(all.Text("next_page_token"));
        Assert.True(all.GetProperty("dev_mode").GetBoolean());

        var page = await (await client.SendAsync("GET", $"/extensions?uri_pattern={mark}:&page_size=3")).JsonAsync();
        Assert.Equal((3, 5), (page.Number("count"), page.Number("total_count")));
        var rest = await (await client.SendAsync(
            "GET",
            $"/extensions?uri_pattern={mark}:&page_size=3&page_token={Uri.EscapeDataString(page.Text("next_page_token"))}")).JsonAsync();
        Assert.Equal(2, rest.Number("count"));

        var declared = await (await client.SendAsync("GET", $"/extensions?declaring_agents={agents[0]}&declaring_agents={agents[4]}")).JsonAsync();
        Assert.Equal(2, declared.Number("count"));
        var level = all.GetProperty("extensions")[0].Text("trust_level");
        Assert.Equal(5, (await (await client.SendAsync(
            "GET",
            $"/extensions?uri_pattern={mark}:&trust_levels={level}&trust_levels=TRUST_LEVEL_OFFICIAL")).JsonAsync()).Number("count"));
        Assert.Equal(
            0,
            (await (await client.SendAsync("GET", $"/extensions?uri_pattern={mark}:&trust_levels=TRUST_LEVEL_OFFICIAL")).JsonAsync())
                .Number("count"));

        var own = await (await client.SendAsync("GET", $"/agents/{agents[2]}/extensions")).JsonAsync();
        Assert.Equal((agents[2], 1), (own.Text("agent_id"), own.Number("count")));
        Assert.Equal($"urn:{mark}:2", own.GetProperty("extensions")[0].Text("uri"));

        await client.SendAsync("DELETE", $"/agents/{agents[2]}");
        await (await client.SendAsync("GET", $"/extensions/urn:{mark}:2")).ProblemAsync(404);
    }

    private async Task<string> DeclareAsync(string uri, string more)
    {
        var name = TestHttp.NewName("declares");
        await (await client.SendAsync("POST", "/agents", TestHttp.Card(name, $$""","capabilities":{"extensions":[{"uri":"{{uri}}"{{more}}}]}""")))
            .JsonAsync();
        return name;
    }
}
