using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

public sealed class CountTests
{
    private const string Agents = """
        [{"name":"Alpha","tags":["t1","t2"],"description":"rain"},{"name":"Beta","tags":["t1"]},{"agent_card":{"name":"Gamma"},"enabled":false}]
        """;

    [Fact]
    public async Task Agents_and_values_are_counted_and_lists_ordered()
    {
        await using var host = await RestHost.StartAsync();
        await (await host.Client.SendAsync("POST", "/agents:batch", Agents)).JsonAsync();
        Assert.Equal(3, (await (await host.Client.SendAsync("GET", "/agents:count")).JsonAsync()).Number("count"));
        Assert.Equal(1, (await (await host.Client.SendAsync("GET", "/agents:count?tag=t1&not.tag=t2")).JsonAsync()).Number("count"));
        Assert.Equal(1, (await (await host.Client.SendAsync("GET", "/agents:count?q=rain")).JsonAsync()).Number("count"));

        var facets = await (await host.Client.SendAsync("GET", "/agents:facets?enabled=true&facet=tag&facet=owner&limit=1")).JsonAsync();
        Assert.Equal(2, facets.Number("total"));
        Assert.Equal("""{"values":[{"value":"t1","count":2}],"distinct":2}""", facets.GetProperty("facets").GetProperty("tag").GetRawText());
        Assert.True(facets.Number("revision") >= 3);

        var names = await (await host.Client.SendAsync("GET", "/agents?sort=-name&page_size=2")).JsonAsync();
        Assert.Equal(["Gamma", "Beta"], names.GetProperty("agents").EnumerateArray().Select(card => card.Text("name")));
        var body = JsonSerializer.Serialize(new { query = "", sort = "-name", page_size = 2, page_token = names.Text("next_page_token") });
        var rest = await (await host.Client.SendAsync("POST", "/agents/search", body)).JsonAsync();
        Assert.Equal("Alpha", rest.GetProperty("agents")[0].Text("name"));
    }

    [Theory]
    [InlineData("/agents?sort=size", "sort")]
    [InlineData("/agents?sort=relevance", "sort")]
    [InlineData("/agents:watch?sort=name", "sort")]
    [InlineData("/agents:count?page_size=5", "page_size")]
    [InlineData("/agents:count?not.enabled=x", "not.enabled")]
    [InlineData("/agents:facets", "facet")]
    [InlineData("/agents:facets?facet=colour", "facet")]
    [InlineData("/agents:facets?facet=tag&facet=tag", "facet")]
    [InlineData("/agents:facets?facet=tag&limit=0", "limit")]
    [InlineData("/agents:facets?facet=tag&limit=1001", "limit")]
    public async Task What_is_wrong_is_named(string path, string field)
    {
        await using var host = await RestHost.StartAsync();
        await (await host.Client.SendAsync("GET", path)).ProblemAsync(400, field);
    }
}
