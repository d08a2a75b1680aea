using System.Net;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

public sealed class BatchTests(RestHost host)
{
    private readonly HttpClient client = host.Client;

    [Fact]
    public async Task Each_entry_has_its_own_result_and_a_bad_one_spoils_no_other()
    {
        var first = TestHttp.NewName();
        var last = TestHttp.NewName();
        var deep = new string('[', 5_000) + new string(']', 5_000);
        var body = $$"""
            {"agents":[
              {{TestHttp.Card(first)}}, null, 7, "text", [], {},
              {"agent_card":{"name":7},"agent_id":"seven"},
              {"agent_card":{"name":"x"},"enable":true},
              {"name":"x","name":"y"}, {"name":"x","a":"\uD800"}, {"name":"x","a":{{deep}} },
              {"name":"x","\uD800":1}, {"\uD800":1,"agent_card":{"name":"x"} },
              {"agent_card":{"name":"x"},"agent_id":"{{new string('i', 10_000)}}"},
              {"agent_id":"{{last}}","enabled":false,"agent_card":{{TestHttp.Card("other")}} }
            ]}
            """;
        var response = await client.SendAsync("POST", "/agents:batch", body);
        var json = await response.JsonAsync();
        Assert.Equal(2, json.Number("success"));
        Assert.Equal(13, json.Number("failed"));
        Assert.Equal(13, json.GetProperty("errors").GetArrayLength());
        var results = json.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal(Enumerable.Range(0, 15), results.Select(result => result.Number("index")));
        Assert.All(results[1..^1], result =>
        {
            Assert.False(result.GetProperty("success").GetBoolean());
            Assert.Equal(400, result.Number("status"));
            Assert.NotEmpty(result.Text("field"));
            Assert.NotEmpty(result.Text("error"));
        });
        Assert.StartsWith("[6] name: ", json.GetProperty("errors")[5].GetString(), StringComparison.Ordinal);
        Assert.Equal("seven", results[6].Text("agent_id"));
        Assert.Equal("enable", results[7].Text("field"));
        Assert.True(results[0].GetProperty("created").GetBoolean());
        Assert.NotEmpty(results[0].GetProperty("warnings").EnumerateArray());
        Assert.Equal(last, results[^1].Text("agent_id"));
        Assert.True(long.Parse(response.One("X-Registry-Revision")) >= results[^1].Number("revision"));

        Assert.Equal(first, (await (await client.SendAsync("GET", $"/agents/{first}")).JsonAsync()).Text("agent_id"));
        Assert.False((await (await client.SendAsync("GET", $"/agents/{last}")).JsonAsync()).GetProperty("enabled").GetBoolean());
    }

    [Fact]
    public async Task Invalid_bytes_in_one_entry_spoil_no_other()
    {
        var name = TestHttp.NewName();
        byte[] body = [.. "[{\"name\":\"a"u8, 0xFF, .. "\"},"u8, .. Encoding.UTF8.GetBytes(TestHttp.Card(name)), .. "]"u8];
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        var json = await (await client.PostAsync("/agents:batch", content, TestContext.Current.CancellationToken)).JsonAsync();
        Assert.Equal(1, json.Number("success"));
        Assert.Equal(1, json.Number("failed"));
        Assert.Equal(name, json.GetProperty("results")[1].Text("agent_id"));
    }

    [Fact]
    public async Task A_bare_array_and_an_empty_one_are_taken()
    {
        var name = TestHttp.NewName();
        var twice = await (await client.SendAsync("POST", "/agents:batch", $" \n[{TestHttp.Card(name)},{TestHttp.Card(name, ",\"n\":2")}]"))
            .JsonAsync();
        Assert.Equal(2, twice.Number("success"));
        Assert.Equal([true, false], twice.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("created").GetBoolean()));
        Assert.Contains("\"n\":2", await client.GetStringAsync($"/agents/{name}", TestContext.Current.CancellationToken), StringComparison.Ordinal);

        foreach (var empty in (string[])["[]", """{"agents":[]}"""])
        {
            Assert.Equal(0, (await (await client.SendAsync("POST", "/agents:batch", empty)).JsonAsync()).Number("success"));
        }
    }

    [Theory]
    [InlineData("", "body")]
    [InlineData("[", "body")]
    [InlineData("[{}", "body")]
    [InlineData("[{}] x", "body")]
    [InlineData("[{},]", "body")]
    [InlineData("7", "body")]
    [InlineData("{}", "agents")]
    [InlineData("""{"agents":null}""", "agents")]
    [InlineData("""{"agents":{}}""", "agents")]
    [InlineData("""{"agents":[],"agents":[]}""", "agents")]
    [InlineData("""{"agents":[],"mode":"x"}""", "mode")]
    [InlineData("""{"agents":[{"name":"x"}]""", "body")]
    public async Task A_batch_that_is_none_is_refused_whole(string body, string field) =>
        await (await client.SendAsync("POST", "/agents:batch", body)).ProblemAsync(400, field);

    [Fact]
    public async Task Too_many_entries_are_413()
    {
        await using var other = await RestHost.StartAsync(registry: new WaitingRegistry(), rest: options => options.MaxBatchEntries = 3);
        await (await other.Client.SendAsync("POST", "/agents:batch", "[1,2,3,4]")).ProblemAsync(413, "agents");
        Assert.Equal(3, (await (await other.Client.SendAsync("POST", "/agents:batch", "[1,2,3]")).JsonAsync()).Number("failed"));
    }

    [Fact]
    public async Task A_thousand_at_once()
    {
        var prefix = TestHttp.NewName("many");
        var body = "[" + string.Join(',', Enumerable.Range(0, 1000).Select(i => TestHttp.Card($"{prefix}-{i}"))) + "]";
        var json = await (await client.SendAsync("POST", "/agents:batch", body)).JsonAsync();
        Assert.Equal(1000, json.Number("success"));
        var found = await (await client.SendAsync("POST", "/agents/search", JsonSerializer.Serialize(new { query = prefix }))).JsonAsync();
        Assert.Equal(1000, found.Number("count"));
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync("GET", $"/agents/{prefix}-999")).StatusCode);
    }
}
