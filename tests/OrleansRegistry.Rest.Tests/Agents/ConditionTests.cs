using System.Net;

namespace OrleansRegistry.Rest.Tests;

public sealed class ConditionTests(RestHost host)
{
    private readonly HttpClient client = host.Client;

    [Theory]
    [InlineData("{0}", true)]
    [InlineData("*", true)]
    [InlineData("W/{0}", true)]
    [InlineData("\"x\", {0}", true)]
    [InlineData("\"x\"", false)]
    public async Task If_none_match_of_a_read(string header, bool matches)
    {
        var (path, tag) = await NewAgentAsync();
        foreach (var target in (string[])[path, path + "/card"])
        {
            var response = await client.SendAsync("GET", target, null, ("If-None-Match", header.Replace("{0}", tag, StringComparison.Ordinal)));
            Assert.Equal(matches ? HttpStatusCode.NotModified : HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(tag, response.One("ETag"));
        }
    }

    [Theory]
    [InlineData("PUT", "")]
    [InlineData("PUT", "/card")]
    [InlineData("PATCH", "")]
    [InlineData("DELETE", "")]
    [InlineData("POST", ":disable")]
    public async Task If_match_of_a_write(string method, string suffix)
    {
        foreach (var (header, holds) in ((string, bool)[])[("{0}", true), ("*", true), ("\"999999\", {0}", true), ("\"999999\"", false),
            ("W/{0}", false), ("\"a\", \"b\"", false)])
        {
            var (path, tag) = await NewAgentAsync();
            var body = method switch { "PUT" => TestHttp.Card("x"), "PATCH" => """{"enabled":false}""", _ => null };
            var response = await client.SendAsync(method, path + suffix, body, ("If-Match", header.Replace("{0}", tag, StringComparison.Ordinal)));
            if (holds)
            {
                await response.JsonAsync();
                continue;
            }

            await response.ProblemAsync(412);
            Assert.Equal(tag, (await client.SendAsync("GET", path)).One("ETag"));
        }
    }

    [Fact]
    public async Task Put_only_what_exists_or_only_what_does_not()
    {
        var path = "/agents/" + TestHttp.NewName();
        await (await client.SendAsync("PUT", path, TestHttp.Card("x"), ("If-Match", "*"))).ProblemAsync(412);
        await (await client.SendAsync("PUT", path, TestHttp.Card("x"), ("If-Match", "\"1\""))).ProblemAsync(412);
        await (await client.SendAsync("PUT", path, TestHttp.Card("x"), ("If-None-Match", "*"))).JsonAsync(HttpStatusCode.Created);
        await (await client.SendAsync("PUT", path, TestHttp.Card("x"), ("If-None-Match", "*"))).ProblemAsync(412);
        await (await client.SendAsync("PUT", path, TestHttp.Card("x"), ("If-Match", "*"))).JsonAsync();
    }

    [Fact]
    public async Task Post_takes_the_same_conditions()
    {
        var name = TestHttp.NewName();
        await (await client.SendAsync("POST", "/agents", TestHttp.Card(name), ("If-None-Match", "*"))).JsonAsync();
        await (await client.SendAsync("POST", "/agents", TestHttp.Card(name), ("If-None-Match", "*"))).ProblemAsync(412);
        await (await client.SendAsync("POST", "/agents", TestHttp.Card(name), ("If-Match", "\"999999\""))).ProblemAsync(412);
        await (await client.SendAsync("POST", "/agents", TestHttp.Card(name), ("If-Match", "*"))).JsonAsync();
        await (await client.SendAsync("POST", "/agents", TestHttp.Card(TestHttp.NewName()), ("If-Match", "*"))).ProblemAsync(412);
    }

    [Theory]
    [InlineData("If-Match", "17")]
    [InlineData("If-None-Match", "\"17\"")]
    public async Task A_condition_that_makes_no_sense_is_refused(string header, string value)
    {
        var (path, _) = await NewAgentAsync();
        await (await client.SendAsync("PUT", path, TestHttp.Card("x"), (header, value))).ProblemAsync(400, header);
    }

    [Fact]
    public async Task Both_conditions_at_once_are_refused()
    {
        var (path, tag) = await NewAgentAsync();
        await (await client.SendAsync("PUT", path, TestHttp.Card("x"), ("If-Match", tag), ("If-None-Match", "*"))).ProblemAsync(400, "If-None-Match");
    }

    [Fact]
    public async Task Of_many_writers_on_one_tag_one_wins()
    {
        var (path, tag) = await NewAgentAsync();
        var writes = Enumerable.Range(0, 16).Select(i => client.SendAsync("PUT", path, TestHttp.Card($"w{i}"), ("If-Match", tag)));
        var statuses = (await Task.WhenAll(writes)).Select(response => response.StatusCode).ToArray();
        Assert.Single(statuses, HttpStatusCode.OK);
        Assert.Equal(15, statuses.Count(status => status == HttpStatusCode.PreconditionFailed));
    }

    [Fact]
    public async Task If_match_any_wins_against_other_writers()
    {
        var (path, _) = await NewAgentAsync();
        var writes = Enumerable.Range(0, 8).Select(i => client.SendAsync("PUT", path, TestHttp.Card($"w{i}"), ("If-Match", "*")));
        Assert.All(await Task.WhenAll(writes), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
    }

    private async Task<(string Path, string Tag)> NewAgentAsync()
    {
        var name = TestHttp.NewName();
        var response = await client.SendAsync("POST", "/agents", TestHttp.Card(name));
        return ($"/agents/{name}", response.One("ETag"));
    }
}
