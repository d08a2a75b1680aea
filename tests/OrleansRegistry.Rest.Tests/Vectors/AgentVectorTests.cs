using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Vectors of agents over HTTP and, as clients of the older registry send them, over JSON-RPC.</summary>
public sealed class AgentVectorTests(TrustingHost host)
{
    private readonly TaskClient owner = host.NewTenant() with { Subject = "owner" };

    [Fact]
    public async Task They_are_put_read_counted_and_removed()
    {
        await RegisterAsync("a");
        var body = """
            {"model":"m","vectors":[{"field":"description","values":[0.1,-2],"content":"räin","metadata":{"n": 1.50}},{"values":[3,4]}]}
            """;
        var response = await owner.SendAsync("PUT", "/agents/a/vectors", body);
        var written = await response.JsonAsync();
        Assert.Equal(("m", 2, 2), (written.Text("model"), written.Number("dimensions"), written.Number("vector_count")));
        Assert.Equal($"\"{written.Number("revision")}\"", response.Headers.ETag!.Tag);
        var info = (await owner.GetAsync("/agents/a")).GetProperty("vectors");
        Assert.Equal(("m", 2, 2), (info.Text("model"), info.Number("dimensions"), info.Number("count")));

        var read = await owner.GetAsync("/agents/a/vectors");
        Assert.True(read.GetProperty("given").GetBoolean());
        Assert.Equal(("m", 2, "owner", 1), (read.Text("model"), read.Number("count"), read.Text("written_by"), read.Number("version_number")));
        Assert.Equal(
            """[{"values":[0.1,-2],"field":"description","content":"räin","metadata":{"n": 1.50}},{"values":[3,4],"field":""}]""",
            read.GetProperty("vectors").GetRawText());
        var stats = await owner.GetAsync("/agents:vectors");
        Assert.Equal((1, 2, 0), (stats.Number("agents"), stats.Number("vectors"), stats.Number("waiting")));
        Assert.Equal("m", Assert.Single(stats.GetProperty("models").EnumerateArray()).Text("model"));

        await (await owner.SendAsync("DELETE", "/agents/a/vectors", null, ("If-Match", "\"999999999\""))).ProblemAsync(412);
        await (await owner.SendAsync("DELETE", "/agents/a/vectors")).JsonAsync();
        var none = await owner.GetAsync("/agents/a/vectors");
        Assert.Equal((0, JsonValueKind.Null), (none.Number("count"), none.GetProperty("model").ValueKind));
        Assert.False((await owner.GetAsync("/agents/a")).TryGetProperty("vectors", out _));
    }

    [Theory]
    [InlineData("""{"vectors":[{"values":[1]}]}""", "model")]
    [InlineData("""{"model":7,"vectors":[{"values":[1]}]}""", "model")]
    [InlineData("""{"model":"m"}""", "vectors")]
    [InlineData("""{"model":"m","vectors":null}""", "vectors")]
    [InlineData("""{"model":"m","vectors":[]}""", "vectors")]
    [InlineData("""{"model":"m","vectors":{}}""", "vectors")]
    [InlineData("""{"model":"m","vectors":[7]}""", "vectors[0]")]
    [InlineData("""{"model":"m","vectors":[{}]}""", "vectors[0].values")]
    [InlineData("""{"model":"m","vectors":[{"values":7}]}""", "vectors[0].values")]
    [InlineData("""{"model":"m","vectors":[{"values":[]}]}""", "vectors[0].values")]
    [InlineData("""{"model":"m","vectors":[{"values":[1,"2"]}]}""", "vectors[0].values[1]")]
    [InlineData("""{"model":"m","vectors":[{"values":[1,1e39]}]}""", "vectors[0].values[1]")]
    [InlineData("""{"model":"m","vectors":[{"values":[0,0]}]}""", "vectors[0].values")]
    [InlineData("""{"model":"m","vectors":[{"values":[1]},{"values":[1,2]}]}""", "vectors[1].values")]
    [InlineData("""{"model":"m","vectors":[{"values":[1],"metadata":[]}]}""", "vectors[0].metadata")]
    [InlineData("""{"model":"m","vectors":[{"values":[1],"x":1}]}""", "vectors[0].x")]
    [InlineData("""{"model":"m","vectors":[{"values":[1]}],"x":1}""", "x")]
    public async Task What_are_no_vectors_is_refused_with_its_field(string body, string field)
    {
        await RegisterAsync("a");
        await (await owner.SendAsync("PUT", "/agents/a/vectors", body)).ProblemAsync(400, field);
    }

    [Fact]
    public async Task Too_many_unknown_agents_and_those_of_others_are_refused()
    {
        await RegisterAsync("a");
        var many = string.Join(',', Enumerable.Repeat("""{"values":[1]}""", 300));
        await (await owner.SendAsync("PUT", "/agents/a/vectors", $$"""{"model":"m","vectors":[{{many}}]}""")).ProblemAsync(413, "vectors");
        var numbers = string.Join(',', Enumerable.Repeat("1", 4_097));
        await (await owner.SendAsync("PUT", "/agents/a/vectors", $$"""{"model":"m","vectors":[{"values":[{{numbers}}]}]}"""))
            .ProblemAsync(400, "vectors[0].values");
        const string Good = """{"model":"m","vectors":[{"values":[1]}]}""";
        await (await owner.SendAsync("PUT", "/agents/a/vectors", Good, ("If-Match", "\"999999999\""))).ProblemAsync(412);
        await (await owner.SendAsync("PUT", "/agents/none/vectors", Good)).ProblemAsync(404, "agent_id");
        await (await owner.SendAsync("GET", "/agents/none/vectors")).ProblemAsync(404, "agent_id");
        await (await owner.SendAsync("DELETE", "/agents/none/vectors")).ProblemAsync(404, "agent_id");
        var other = owner with { Subject = "other" };
        await (await other.SendAsync("PUT", "/agents/a/vectors", Good)).ProblemAsync(403, "vectors");
    }

    [Fact]
    public async Task Clients_of_the_older_registry_have_its_requests_and_answers()
    {
        await RegisterAsync("a");
        var updated = await CallAsync("update_agent_vectors", """
            {"agent_id":"a","vectors":[
             {"values":[0.25,0.5],"field_path":"name","field_content":"A","agent_id":"a","metadata":{"model":"all-MiniLM-L6-v2","dimensions":2}},
             {"values":[1,0],"field_path":"description","field_content":"About it","metadata":{"model":"all-MiniLM-L6-v2"}}]}
            """);
        Assert.True(updated.GetProperty("success").GetBoolean());
        Assert.Equal(
            ("a", 2, "Updated 2 vectors for agent a", "JSONRPC"),
            (updated.Text("agent_id"), updated.Number("vector_count"), updated.Text("message"), updated.Text("transport")));
        Assert.Equal("all-MiniLM-L6-v2", (await owner.GetAsync("/agents/a/vectors")).Text("model"));

        var read = await CallAsync("get_agent_vectors", """["a"]""");
        Assert.Equal((2, "a", "JSONRPC"), (read.Number("count"), read.Text("agent_id"), read.Text("transport")));
        var first = read.GetProperty("vectors")[0];
        Assert.Equal(("name", "A", "a"), (first.Text("field_path"), first.Text("field_content"), first.Text("agent_id")));
        Assert.Equal("[0.25,0.5]", first.GetProperty("values").GetRawText());
        Assert.Equal("all-MiniLM-L6-v2", first.GetProperty("metadata").Text("model"));
        Assert.True(first.GetProperty("created_at").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);

        var stats = (await CallAsync("get_vector_stats", "{}")).GetProperty("vector_stats");
        Assert.Equal((2, 1, 2), (stats.Number("total_vectors"), stats.Number("total_agents"), stats.Number("vector_dimensions")));
        Assert.True(stats.GetProperty("memory_usage_mb").GetDouble() > 0);

        // None in their place take them away, as there.
        Assert.Equal(0, (await CallAsync("update_agent_vectors", """{"agent_id":"a","vectors":[]}""")).Number("vector_count"));
        Assert.Equal(0, (await CallAsync("get_agent_vectors", """{"agent_id":"a"}""")).Number("count"));
    }

    [Fact]
    public async Task Agents_are_found_by_a_vector_with_the_scores_of_the_older_registry()
    {
        foreach (var (id, vectors) in (Dictionary<string, string>)new()
        {
            ["a"] = """{"values":[1,0],"field":"near"},{"values":[3,4]}""",
            ["b"] = """{"values":[0,1]}""",
        })
        {
            await RegisterAsync(id);
            await (await owner.SendAsync("PUT", $"/agents/{id}/vectors", $$"""{"model":"m","vectors":[{{vectors}}]}""")).JsonAsync();
        }

        var found = await (await owner.SendAsync("POST", "/agents/search", """{"vector":[2,0],"model":"m"}""")).JsonAsync();
        var match = Assert.Single(found.GetProperty("matches").EnumerateArray());
        Assert.Equal(("vector", "a", "near"), (found.GetProperty("search").Text("mode"), match.Text("agent_id"), match.Text("meaning_field")));
        Assert.Equal(0.6 + (0.3 * 0.8) + 0.04, match.GetProperty("score").GetDouble(), 1e-4);
        var all = """{"vector":[2,0],"model":"m","threshold":-1,"page_size":1}""";
        var first = await (await owner.SendAsync("POST", "/agents/search", all)).JsonAsync();
        var rest = await (await owner.SendAsync(
            "POST", "/agents/search", $$"""{{all[..^1]}},"page_token":"{{first.Text("next_page_token")}}"}""")).JsonAsync();
        Assert.Equal("b", rest.GetProperty("matches")[0].Text("agent_id"));

        var older = await CallAsync(
            "search_agents", """{"search_mode":"SEARCH_MODE_VECTOR","query_vector":[2,0],"model":"m","similarity_threshold":-1,"max_results":5}""");
        Assert.Equal((2, "SEARCH_MODE_VECTOR"), (older.Number("count"), older.Text("search_mode")));
        Assert.Equal(-1, older.GetProperty("similarity_threshold").GetDouble());
        Assert.Equal(["a", "b"], older.GetProperty("agents").EnumerateArray().Select(card => card.Text("name")));
        Assert.Equal(
            [0.88, 0.02], older.GetProperty("similarity_scores").EnumerateArray().Select(score => Math.Round(score.GetDouble(), 4)));
        var one = await CallAsync("search_agents", """{"query_vector":{"values":[2,0]},"model":"m","similarity_threshold":-1,"max_results":1}""");
        Assert.Equal(1, one.Number("count"));
    }

    [Fact]
    public async Task What_clients_of_the_older_registry_send_without_a_model_they_find_without_one()
    {
        await RegisterAsync("a");
        await CallAsync("update_agent_vectors", """{"agent_id":"a","vectors":[{"values":[1,0]}]}""");
        var found = await CallAsync("search_agents", """{"query_vector":[2,0]}""");
        Assert.Equal((1, "SEARCH_MODE_VECTOR"), (found.Number("count"), found.Text("search_mode")));
    }

    [Fact]
    public async Task Metadata_that_is_nested_too_deeply_is_refused()
    {
        await RegisterAsync("a");
        var deep = string.Concat(Enumerable.Repeat("[", 100)) + string.Concat(Enumerable.Repeat("]", 100));
        var response = await owner.SendAsync("POST", "/jsonrpc", $$$"""
            {"jsonrpc":"2.0","method":"update_agent_vectors","id":1,
             "params":{"agent_id":"a","vectors":[{"values":[1],"metadata":{"deep":{{{deep}}}}}]}}
            """);
        var error = (await response.JsonAsync()).GetProperty("error");
        Assert.Equal(-32602, error.Number("code"));
        Assert.Contains("vectors[0].metadata", error.Text("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"vector":[1,0,0],"model":"m"}""", "vector")]
    [InlineData("""{"vector":[1,0],"model":"none"}""", "model")]
    [InlineData("""{"vector":[1,0]}""", "model")]
    [InlineData("""{"vector":[0,0],"model":"m"}""", "vector")]
    [InlineData("""{"vector":[1,1e39],"model":"m"}""", "vector[1]")]
    [InlineData("""{"vector":["1"],"model":"m"}""", "vector[0]")]
    [InlineData("""{"vector":"1","model":"m"}""", "vector")]
    [InlineData("""{"query":"","model":"m"}""", "model")]
    [InlineData("""{"vector":[1,0],"model":"m","threshold":2}""", "threshold")]
    [InlineData("""{"vector":[1,0],"model":"m","threshold":"x"}""", "threshold")]
    [InlineData("""{"vector":[1,0],"model":"m","search":"hybrid"}""", "search")]
    [InlineData("""{"vector":[1,0],"model":"m","search":"text"}""", "search")]
    [InlineData("""{"vector":[1,0],"model":"m","sort":"name"}""", "sort")]
    public async Task A_search_that_fits_no_vectors_is_refused_with_its_field(string body, string field)
    {
        await RegisterAsync("a");
        await (await owner.SendAsync("PUT", "/agents/a/vectors", """{"model":"m","vectors":[{"values":[1,0]}]}""")).JsonAsync();
        await (await owner.SendAsync("POST", "/agents/search", body)).ProblemAsync(400, field);
    }

    [Fact]
    public async Task A_threshold_is_a_number_of_a_search_by_vectors()
    {
        await (await owner.SendAsync("GET", "/agents?q=x&threshold=high")).ProblemAsync(400, "threshold");
        await (await owner.SendAsync("GET", "/agents?q=x&threshold=0.5")).ProblemAsync(400, "threshold");
    }

    private async Task RegisterAsync(string id) =>
        await (await owner.SendAsync("POST", "/agents", $$"""{"name":"{{id}}","description":"About it"}""")).JsonAsync();

    private async Task<JsonElement> CallAsync(string method, string parameters) => (await (await owner.SendAsync(
        "POST", "/jsonrpc", $$"""{"jsonrpc":"2.0","method":"{{method}}","params":{{parameters}},"id":1}""")).JsonAsync()).GetProperty("result");
}
