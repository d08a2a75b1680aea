using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Versions of agents' cards over HTTP.</summary>
public sealed class VersionTests(TrustingHost host)
{
    private readonly TaskClient owner = host.NewTenant() with { Subject = "owner" };

    [Fact]
    public async Task They_are_listed_read_compared_and_taken_back_to()
    {
        await PutAsync("""{"name":"a", "version":"1.0","skills":[{"id":"x"}]}""", HttpStatusCode.Created);
        Assert.Equal(1, (await owner.GetAsync("/agents/a")).Number("version_number"));
        await PutAsync("""{"name":"a", "version":"2.0","skills":[{"id":"y"}]}""");
        var shown = await owner.GetAsync("/agents/a");
        Assert.Equal((2, "owner"), (shown.Number("version_number"), shown.Text("card_written_by")));

        var list = await owner.GetAsync("/agents/a/versions");
        Assert.Equal("", list.Text("nextPageToken"));
        Assert.Equal(
            [(2, "2.0", true), (1, "1.0", false)],
            list.GetProperty("versions").EnumerateArray()
                .Select(one => (one.Number("number"), one.Text("version"), one.GetProperty("current").GetBoolean())));
        var page = await owner.GetAsync("/agents/a/versions?page_size=1");
        var rest = await owner.GetAsync($"/agents/a/versions?page_size=1&page_token={page.Text("nextPageToken")}");
        Assert.Equal(1, Assert.Single(rest.GetProperty("versions").EnumerateArray()).Number("number"));

        foreach (var name in (string[])["@1", "1.0"])
        {
            var version = await owner.GetAsync($"/agents/a/versions/{name}");
            Assert.Equal("""{"name":"a", "version":"1.0","skills":[{"id":"x"}]}""", version.GetProperty("agent_card").GetRawText());
        }

        var diff = await owner.GetAsync("/agents/a/versions:diff?from=1.0");
        Assert.Equal((1, 2), (diff.GetProperty("from").Number("number"), diff.GetProperty("to").Number("number")));
        Assert.Equal(
            ["replace /version", "remove /skills/0", "add /skills/0"],
            diff.GetProperty("changes").EnumerateArray().Select(change => $"{change.Text("op")} {change.Text("path")}"));
        Assert.Equal("\"1.0\"", diff.GetProperty("changes")[0].GetProperty("before").GetRawText());

        await (await owner.SendAsync("POST", "/agents/a:rollback", """{"to":"1.0"}""", ("If-Match", "\"1\""))).ProblemAsync(412);
        var tag = $"\"{shown.Number("revision")}\"";
        var back = await (await owner.SendAsync("POST", "/agents/a:rollback?view=record", """{"to":"@1"}""", ("If-Match", tag))).JsonAsync();
        var agent = back.GetProperty("agent");
        Assert.Equal((3, "1.0"), (agent.Number("version_number"), agent.GetProperty("agent_card").Text("version")));
    }

    [Fact]
    public async Task A_card_that_breaks_clients_is_told_as_such_and_refused_where_the_agent_says_so()
    {
        await PutAsync("""{"name":"a","skills":[{"id":"x"}]}""", HttpStatusCode.Created);
        Assert.Equal("compatible", (await PutAsync("""{"name":"a","skills":[{"id":"x"},{"id":"y"}]}""")).Text("verdict"));
        var broken = await PutAsync("""{"name":"a","skills":[{"id":"x"}]}""");
        Assert.Equal(("incompatible", "y"), (broken.Text("verdict"), broken.GetProperty("breaks")[0].Text("value")));
        Assert.Equal("incompatible", (await owner.GetAsync("/agents/a/versions:diff?from=@2")).Text("verdict"));

        await (await owner.SendAsync("PATCH", "/agents/a", """{"compatibility":"backward"}""")).JsonAsync();
        Assert.Equal("backward", (await owner.GetAsync("/agents/a")).Text("compatibility"));
        var problem = await (await owner.SendAsync("PATCH", "/agents/a", """{"agent_card":{"skills":null}}""")).ProblemAsync(409, "agent_card");
        Assert.Contains("skill 'x' is removed", problem.Text("detail"), StringComparison.Ordinal);
        await (await owner.SendAsync("PATCH", "/agents/a", """{"agent_card":{"skills":null},"force":true}""")).JsonAsync();
        await (await owner.SendAsync("PATCH", "/agents/a", """{"compatibility":"forward"}""")).ProblemAsync(400, "compatibility");
        await (await owner.SendAsync("PUT", "/agents/a", """{"agent_card":{"name":"a"},"compatibility":1}""")).ProblemAsync(400, "compatibility");
        await (await owner.SendAsync("POST", "/agents/a:rollback", """{"to":"@1","force":"yes"}""")).ProblemAsync(400, "force");
    }

    [Fact]
    public async Task A_draft_lies_beside_the_card_until_it_is_published()
    {
        await PutAsync("""{"name":"a","version":"1.0","skills":[{"id":"x"}]}""", HttpStatusCode.Created);
        await (await owner.SendAsync("GET", "/agents/a/draft")).ProblemAsync(404, "draft");
        var draft = await (await owner.SendAsync("PUT", "/agents/a/draft", """{"name":"a", "version":"2.0"}""")).JsonAsync();
        Assert.Equal(("incompatible", "owner"), (draft.Text("verdict"), draft.Text("written_by")));
        Assert.Equal("1.0", (await owner.GetAsync("/agents/a/card")).Text("version"));
        Assert.Equal("""{"name":"a", "version":"2.0"}""", (await owner.GetAsync("/agents/a/draft")).GetProperty("agent_card").GetRawText());
        var mallory = owner with { Subject = "mallory" };
        await (await mallory.SendAsync("GET", "/agents/a/draft")).ProblemAsync(403, "draft");
        await (await owner.SendAsync("PUT", "/agents/a/draft", """{"version":"3.0"}""")).ProblemAsync(400, "name");
        await (await owner.SendAsync("POST", "/agents/a/draft:publish", """{"by":"me"}""")).ProblemAsync(400, "by");
        await (await owner.SendAsync("POST", "/agents/a/draft:publish", null, ("If-Match", "\"1\""))).ProblemAsync(412);
        var published = await (await owner.SendAsync("POST", "/agents/a/draft:publish", null)).JsonAsync();
        Assert.Equal("incompatible", published.Text("verdict"));
        Assert.Equal("2.0", (await owner.GetAsync("/agents/a/card")).Text("version"));
        await (await owner.SendAsync("DELETE", "/agents/a/draft")).ProblemAsync(404, "draft");
        await (await owner.SendAsync("PUT", "/agents/a/draft", """{"name":"a"}""")).JsonAsync();
        Assert.Equal("a", (await (await owner.SendAsync("DELETE", "/agents/a/draft")).JsonAsync()).Text("agent_id"));
    }

    [Fact]
    public async Task Labels_are_set_shown_and_removed()
    {
        await PutAsync("""{"name":"a","version":"1.0"}""", HttpStatusCode.Created);
        await PutAsync("""{"name":"a","version":"2.0"}""");
        var labelled = await (await owner.SendAsync("PUT", "/agents/a/labels/stable", """{"number":1}""")).JsonAsync();
        Assert.Equal(1, labelled.GetProperty("labels").Number("stable"));
        Assert.Equal("1.0", (await owner.GetAsync("/agents/a/versions/stable")).Text("version"));
        Assert.Equal(1, (await owner.GetAsync("/agents/a")).GetProperty("labels").Number("stable"));
        var mallory = owner with { Subject = "mallory" };
        await (await mallory.SendAsync("PUT", "/agents/a/labels/stable", """{"number":2}""")).ProblemAsync(403, "label");
        await (await mallory.SendAsync("DELETE", "/agents/a/labels/stable")).ProblemAsync(403, "label");
        Assert.Empty((await (await owner.SendAsync("DELETE", "/agents/a/labels/stable")).JsonAsync()).GetProperty("labels").EnumerateObject());
        await (await owner.SendAsync("DELETE", "/agents/a/labels/stable")).ProblemAsync(404, "label");
    }

    [Theory]
    [InlineData("GET", "/agents/nobody/versions", null, 404, "agent_id")]
    [InlineData("GET", "/agents/a/versions?page_size=0", null, 400, "page_size")]
    [InlineData("GET", "/agents/a/versions?page_token=x", null, 400, "page_token")]
    [InlineData("GET", "/agents/a/versions/@9", null, 404, "version")]
    [InlineData("GET", "/agents/a/versions/@x", null, 400, "version")]
    [InlineData("GET", "/agents/a/versions/9.9", null, 404, "version")]
    [InlineData("GET", "/agents/a/versions:diff", null, 400, "from")]
    [InlineData("GET", "/agents/a/versions:diff?from=@9", null, 404, "from")]
    [InlineData("GET", "/agents/a/versions:diff?from=@1&to=@9", null, 404, "to")]
    [InlineData("POST", "/agents/a:rollback", "{}", 400, "to")]
    [InlineData("POST", "/agents/a:rollback", """{"to":1}""", 400, "to")]
    [InlineData("POST", "/agents/a:rollback", """{"to":"nothing"}""", 404, "to")]
    [InlineData("POST", "/agents/nobody:rollback", """{"to":"@1"}""", 404, "agent_id")]
    [InlineData("PUT", "/agents/a/labels/latest", """{"number":1}""", 400, "label")]
    [InlineData("PUT", "/agents/a/labels/a%2Fb", """{"number":1}""", 400, "label")]
    [InlineData("PUT", "/agents/a/labels/stable", "{}", 400, "number")]
    [InlineData("PUT", "/agents/a/labels/stable", """{"number":0}""", 400, "number")]
    [InlineData("PUT", "/agents/a/labels/stable", """{"number":"x"}""", 400, "number")]
    [InlineData("PUT", "/agents/a/labels/stable", """{"number":2}""", 404, "version")]
    public async Task What_there_is_not_is_refused_by_name(string method, string path, string? body, int status, string field)
    {
        await PutAsync("""{"name":"a"}""", HttpStatusCode.Created);
        await (await owner.SendAsync(method, path, body)).ProblemAsync(status, field);
    }

    private async Task<JsonElement> PutAsync(string card, HttpStatusCode code = HttpStatusCode.OK) =>
        await (await owner.SendAsync("PUT", "/agents/a/card", card)).JsonAsync(code);
}
