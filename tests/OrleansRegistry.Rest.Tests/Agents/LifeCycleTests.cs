using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>An agent's life cycle over HTTP: set with a registration or by a patch, shown in records.</summary>
public sealed class LifeCycleTests(TrustingHost host)
{
    private const string Card = """{"name":"a"}""";

    private readonly TaskClient owner = host.NewTenant() with { Subject = "owner" };

    [Fact]
    public async Task It_is_set_shown_and_taken_back()
    {
        await PutAsync("", HttpStatusCode.Created);
        Assert.Equal("active", (await owner.GetAsync("/agents/a")).Text("lifecycle"));
        await PutAsync(""","lifecycle":"deprecated","deprecation_message":"ends in \"May\"","successor":"b/ü" """);
        var shown = await owner.GetAsync("/agents/a");
        Assert.Equal(
            ("deprecated", "ends in \"May\"", "b/ü"), (shown.Text("lifecycle"), shown.Text("deprecation_message"), shown.Text("successor")));
        Assert.Equal("deprecated", (await owner.GetAsync("/agents/a?consistency=strong")).Text("lifecycle"));
        await PutAsync(""","deprecation_message":null""");
        Assert.Equal("b/ü", (await PatchAsync("""{"deprecation_message":null}""")).Text("successor"));
        Assert.False((await owner.GetAsync("/agents/a")).TryGetProperty("deprecation_message", out _));
        Assert.Equal("retired", (await PatchAsync("""{"lifecycle":"retired"}""")).Text("lifecycle"));
        Assert.False((await PatchAsync("""{"lifecycle":"active"}""")).TryGetProperty("successor", out _));
    }

    [Theory]
    [InlineData("""{"lifecycle":"over"}""", "lifecycle")]
    [InlineData("""{"lifecycle":"Retired"}""", "lifecycle")]
    [InlineData("""{"lifecycle":3}""", "lifecycle")]
    [InlineData("""{"lifecycle":null}""", "lifecycle")]
    [InlineData("""{"deprecation_message":"it is active"}""", "deprecation_message")]
    [InlineData("""{"deprecation_message":["a"]}""", "deprecation_message")]
    [InlineData("""{"lifecycle":"retired","successor":"a"}""", "successor")]
    [InlineData("""{"lifecycle":"retired","successor":".."}""", "successor")]
    public async Task What_is_none_is_refused_by_name(string patch, string field)
    {
        await PutAsync("", HttpStatusCode.Created);
        await (await owner.SendAsync("PATCH", "/agents/a", patch)).ProblemAsync(400, field);
        Assert.Equal("active", (await owner.GetAsync("/agents/a")).Text("lifecycle"));
    }

    [Fact]
    public async Task What_it_cannot_become_is_a_conflict_and_the_owner_alone_says_it()
    {
        await PutAsync("", HttpStatusCode.Created);
        await (await owner.SendAsync("PATCH", "/agents/a", """{"lifecycle":"draft"}""")).ProblemAsync(409, "lifecycle");
        var mallory = owner with { Subject = "mallory" };
        await (await mallory.SendAsync("PATCH", "/agents/a", """{"lifecycle":"retired"}""")).ProblemAsync(403, "lifecycle");
    }

    [Fact]
    public async Task A_batch_says_it_for_each_entry()
    {
        var answer = await (await owner.SendAsync("POST", "/agents:batch", """
            [{"agent_card":{"name":"b1"},"lifecycle":"draft"},{"agent_card":{"name":"b2"},"lifecycle":"over"}]
            """)).JsonAsync();
        Assert.Equal((1, 1), ((int)answer.Number("success"), (int)answer.Number("failed")));
        Assert.Equal("draft", (await owner.GetAsync("/agents/b1")).Text("lifecycle"));
    }

    [Fact]
    public async Task Lists_and_searches_find_active_agents_unless_asked()
    {
        await PutAsync("", HttpStatusCode.Created);
        await (await owner.SendAsync("PUT", "/agents/b", """{"agent_card":{"name":"b"},"lifecycle":"draft"}""")).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(["a"], await NamesAsync("/agents"));
        Assert.Equal(["b"], await NamesAsync("/agents?lifecycle=draft"));
        Assert.Equal(["a", "b"], await NamesAsync("/agents?lifecycle=draft&lifecycle=active"));
        Assert.Equal(["a", "b"], await NamesAsync("/agents?lifecycle=all"));
        Assert.Equal(["b"], await NamesAsync("/agents?q=b&lifecycle=all"));
        Assert.Empty(await NamesAsync("/agents?q=b"));
        await (await owner.SendAsync("GET", "/agents?lifecycle=over")).ProblemAsync(400, "lifecycle");
        foreach (var (body, count) in new[] { ("", 1), (""","lifecycle":"all" """, 2), (""","lifecycle":["draft"]""", 1) })
        {
            var found = await (await owner.SendAsync("POST", "/agents/search", $$"""{"query":""{{body}}}""")).JsonAsync();
            Assert.Equal(count, found.Number("count"));
        }

        Assert.Equal("draft", (await owner.GetAsync("/agents/b")).Text("lifecycle"));
    }

    private async Task<IEnumerable<string>> NamesAsync(string path) =>
        (await owner.GetAsync(path)).GetProperty("agents").EnumerateArray().Select(card => card.Text("name"));

    private async Task<JsonElement> PatchAsync(string patch) =>
        (await (await owner.SendAsync("PATCH", "/agents/a?view=record", patch)).JsonAsync()).GetProperty("agent");

    private async Task PutAsync(string more, HttpStatusCode code = HttpStatusCode.OK) =>
        await (await owner.SendAsync("PUT", "/agents/a", $$"""{"agent_card":{{Card}}{{more}}}""")).JsonAsync(code);
}
