using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Instances of agents over HTTP. What becomes of their leases is the registry's own, and tested there.</summary>
public sealed class InstanceTests(RestHost host) : IAsyncLifetime
{
    private readonly string path = $"/agents/a-{Guid.NewGuid():N}";

    private string Id => path["/agents/".Length..];

    public async ValueTask InitializeAsync() => await SendAsync("PUT", path, """{"name":"a"}""", HttpStatusCode.Created);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task They_are_registered_read_replaced_and_removed()
    {
        const string Body = """
            {"url": "https://one.example/rpc", "weight": 2.5, "version": "1.2", "metadata": {"zone": "ü",  "n": 1.50}, "ttl": 60, "ephemeral": true}
            """;
        using var response = await host.Client.SendAsync("PUT", $"{path}/instances/i1", Body);
        var written = await response.JsonAsync(HttpStatusCode.Created);
        Assert.True(written.GetProperty("success").GetBoolean() && written.GetProperty("created").GetBoolean());
        Assert.Equal((Id, "i1"), (written.Text("agent_id"), written.Text("name")));
        Assert.Equal($"\"{written.Number("revision")}\"", response.Headers.ETag!.Tag);
        var read = await SendAsync("GET", $"{path}/instances/i1");
        Assert.Equal(("https://one.example/rpc", "1.2", "healthy"), (read.Text("url"), read.Text("version"), read.Text("health")));
        Assert.Equal(2.5, read.GetProperty("weight").GetDouble());
        Assert.Equal("""{"zone": "ü",  "n": 1.50}""", read.GetProperty("metadata").GetRawText());
        var lease = read.GetProperty("lease");
        Assert.Equal((60, true, "healthy"), (lease.Number("ttl"), lease.GetProperty("ephemeral").GetBoolean(), lease.Text("health")));

        var agent = await SendAsync("GET", path);
        Assert.Equal(("healthy", false), (agent.Text("health"), agent.TryGetProperty("lease", out _)));
        Assert.Equal("i1", Assert.Single(agent.GetProperty("instances").EnumerateArray()).Text("name"));
        var again = await SendAsync("PUT", $"{path}/instances/i1", """{"url":"http://one","version":""}""");
        Assert.Equal((false, "http://one"), (again.GetProperty("created").GetBoolean(), again.Text("url")));
        Assert.False(again.TryGetProperty("version", out _) || again.TryGetProperty("metadata", out _) || again.TryGetProperty("lease", out _));

        var removed = await SendAsync("DELETE", $"{path}/instances/i1");
        Assert.Equal((Id, "i1"), (removed.Text("agent_id"), removed.Text("name")));
        Assert.False((await SendAsync("GET", path)).TryGetProperty("instances", out _));
        await (await host.Client.SendAsync("GET", $"{path}/instances/i1")).ProblemAsync(404, "instance");
        await (await host.Client.SendAsync("DELETE", $"{path}/instances/i1")).ProblemAsync(404, "instance");
    }

    [Fact]
    public async Task They_are_listed_and_chosen_from()
    {
        await PutAsync("b", """{"url":"http://b","version":"1","ttl":60}""");
        await PutAsync("a", """{"url":"http://a","version":"2"}""");
        await PutAsync("c", """{"url":"http://c","weight":0}""");
        var list = await SendAsync("GET", $"{path}/instances?page_size=2");
        Assert.Equal(["a", "b"], Names(list));
        Assert.Equal(3, list.Number("totalSize"));
        list = await SendAsync("GET", $"{path}/instances?page_size=2&page_token={list.Text("nextPageToken")}");
        Assert.Equal(["c"], Names(list));
        Assert.Equal("", list.Text("nextPageToken"));
        Assert.Equal(["b"], Names(await SendAsync("GET", $"{path}/instances?health=healthy")));
        Assert.Equal(["a"], Names(await SendAsync("GET", $"{path}/instances?version=2")));

        using var response = await host.Client.SendAsync("GET", $"{path}/instances:choose?version=2");
        Assert.Equal("http://a", (await response.JsonAsync(HttpStatusCode.OK)).Text("url"));
        Assert.True(response.Headers.CacheControl!.NoStore);
        var first = (await SendAsync("GET", $"{path}/instances:choose?key=me")).Text("name");
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(first, (await SendAsync("GET", $"{path}/instances:choose?key=me&any_health=true")).Text("name"));
        }

        await PutAsync("d", """{"url":"http://d","version":"3","weight":0}""");
        var problem = await (await host.Client.SendAsync("GET", $"{path}/instances:choose?version=3")).ProblemAsync(503, "health");
        Assert.Contains("weight 0", problem.Text("detail"), StringComparison.Ordinal);
        await (await host.Client.SendAsync("GET", $"{path}/instances:choose?version=4")).ProblemAsync(404, "version");

        static string?[] Names(JsonElement list) => [.. list.GetProperty("instances").EnumerateArray().Select(one => one.Text("name"))];
    }

    [Fact]
    public async Task They_beat_one_by_one_and_in_bulk()
    {
        await PutAsync("i", """{"url":"http://i","ttl":60}""");
        await PutAsync("none", """{"url":"http://i"}""");
        var beat = await SendAsync("POST", $"{path}/instances/i:heartbeat");
        Assert.Equal((Id, "i", "healthy"), (beat.Text("agent_id"), beat.Text("instance"), beat.Text("health")));
        Assert.Equal((60, 10), (beat.Number("ttl"), beat.Number("beat_seconds")));
        var lease = await SendAsync("GET", $"{path}/instances/i/lease");
        Assert.Equal((Id, "i", 60), (lease.Text("agent_id"), lease.Text("instance"), lease.Number("ttl")));
        var (last, end) = (lease.GetProperty("last_beat").GetDateTimeOffset(), lease.GetProperty("expires_at").GetDateTimeOffset());
        Assert.InRange((end - last).TotalSeconds, 59.9, 60.1);
        await (await host.Client.SendAsync("GET", $"{path}/instances/none/lease")).ProblemAsync(404, "ttl");
        await (await host.Client.SendAsync("POST", $"{path}/instances/none:heartbeat")).ProblemAsync(400, "ttl");
        await (await host.Client.SendAsync("POST", $"{path}/instances/nobody:heartbeat")).ProblemAsync(404, "instance");
        await (await host.Client.SendAsync("POST", "/agents/nobody/instances/i:heartbeat")).ProblemAsync(404, "agent_id");
        await (await host.Client.SendAsync("POST", $"{path}/instances/i%3Aheartbeat")).ProblemAsync(405, null);

        var body = $$"""{"instances":[{"agent_id":"{{Id}}","instance":"i"},{"agent_id":"{{Id}}","instance":"nobody"}],"agent_ids":["{{Id}}"]}""";
        var answer = await SendAsync("POST", "/agents:heartbeat", body);
        Assert.Equal((1, 2), (answer.Number("success"), answer.Number("failed")));
        var results = answer.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([null, "i", "nobody"], results.Select(result => result.TryGetProperty("instance", out var name) ? name.GetString() : null));
        Assert.Equal(["ttl", null, "instance"], results.Select(result => result.TryGetProperty("field", out var field) ? field.GetString() : null));
    }

    [Fact]
    public async Task Names_may_be_anything_that_ids_may_be()
    {
        await PutAsync("a%2Fb%3Ac", """{"url":"http://i","ttl":60}""");
        Assert.Equal("a/b:c", (await SendAsync("GET", $"{path}/instances/~?name=a%2Fb%3Ac")).Text("name"));
        Assert.Equal("a/b:c", (await SendAsync("POST", $"{path}/instances/~:heartbeat?name=a%2Fb%3Ac")).Text("instance"));
        await (await host.Client.SendAsync("GET", $"{path}/instances/{new string('x', 257)}")).ProblemAsync(400, "instance");
    }

    [Fact]
    public async Task Conditions_are_headers()
    {
        var one = $"{path}/instances/i";
        await (await SendAsync("PUT", ("If-Match", "*"))).ProblemAsync(412, null);
        var written = await (await SendAsync("PUT", ("If-None-Match", "*"))).JsonAsync(HttpStatusCode.Created);
        await (await SendAsync("PUT", ("If-None-Match", "*"))).ProblemAsync(412, null);
        await (await SendAsync("PUT", ("If-Match", "\"1\""))).ProblemAsync(412, null);
        await (await SendAsync("DELETE", ("If-Match", "\"1\""))).ProblemAsync(412, null);
        await (await SendAsync("PUT", ("If-Match", $"\"{written.Number("revision")}\""))).JsonAsync(HttpStatusCode.OK);
        await (await SendAsync("DELETE", ("If-Match", "*"))).JsonAsync(HttpStatusCode.OK);

        Task<HttpResponseMessage> SendAsync(string method, (string Name, string Value) header) =>
            host.Client.SendAsync(method, one, method == "PUT" ? """{"url":"http://i"}""" : null, header);
    }

    [Theory]
    [InlineData("", 400, null)]
    [InlineData("{}", 400, "url")]
    [InlineData("""{"url":1}""", 400, "url")]
    [InlineData("""{"url":"mailto:a@b"}""", 400, "url")]
    [InlineData("""{"url":"http://i","weight":-1}""", 400, "weight")]
    [InlineData("""{"url":"http://i","weight":1e400}""", 400, "weight")]
    [InlineData("""{"url":"http://i","weight":"NaN"}""", 400, "weight")]
    [InlineData("""{"url":"http://i","version":1}""", 400, "version")]
    [InlineData("""{"url":"http://i","metadata":"text"}""", 400, "metadata")]
    [InlineData("""{"url":"http://i","metadata":{"a":[]}}""", 400, "metadata.a")]
    [InlineData("""{"url":"http://i","ttl":4}""", 400, "ttl")]
    [InlineData("""{"url":"http://i","ttl":86401}""", 400, "ttl")]
    [InlineData("""{"url":"http://i","ephemeral":1}""", 400, "ephemeral")]
    [InlineData("""{"url":"http://i","name":"i"}""", 400, "name")]
    public async Task What_is_no_instance_is_refused(string body, int status, string? field) =>
        await (await host.Client.SendAsync("PUT", $"{path}/instances/i", body)).ProblemAsync(status, field);

    [Theory]
    [InlineData("instances?health=fine", "health")]
    [InlineData("instances?page_size=1001", "page_size")]
    [InlineData("instances?page_token=x", "page_token")]
    [InlineData("instances?zone=b", "zone")]
    [InlineData("instances:choose?any_health=yes", "any_health")]
    [InlineData("instances:choose?key=a&key=b", "key")]
    public async Task What_is_no_query_is_refused(string query, string field) =>
        await (await host.Client.SendAsync("GET", $"{path}/{query}")).ProblemAsync(400, field);

    [Theory]
    [InlineData("""{"instances":"i"}""", "instances")]
    [InlineData("""{"instances":[1]}""", "instances[0]")]
    [InlineData("""{"instances":[{"agent_id":"a"}]}""", "instances[0].instance")]
    [InlineData("""{"instances":[{"instance":"a"}]}""", "instances[0].agent_id")]
    [InlineData("""{"instances":[{"agent_id":"a","instance":"i","ttl":5}]}""", "instances[0].ttl")]
    public async Task Beats_that_are_none_are_refused(string body, string field) =>
        await (await host.Client.SendAsync("POST", "/agents:heartbeat", body)).ProblemAsync(400, field);

    [Fact]
    public async Task What_is_too_large_is_refused()
    {
        var body = $$$"""{"url":"http://i","metadata":{"a":"{{{new string('x', AgentInstance.MaxMetadata)}}}"}}""";
        await (await host.Client.SendAsync("PUT", $"{path}/instances/i", body)).ProblemAsync(413, "metadata");
        var beats = JsonSerializer.Serialize(new
        {
            agent_ids = Enumerable.Repeat("a", 500),
            instances = Enumerable.Repeat(new { agent_id = "a", instance = "i" }, IAgentLiveness.MostAtOnce - 499),
        });
        await (await host.Client.SendAsync("POST", "/agents:heartbeat", beats)).ProblemAsync(413, "agent_ids");
    }

    private Task<JsonElement> PutAsync(string name, string body) => SendAsync("PUT", $"{path}/instances/{name}", body, HttpStatusCode.Created);

    private async Task<JsonElement> SendAsync(string method, string to, string? body = null, HttpStatusCode status = HttpStatusCode.OK) =>
        await (await host.Client.SendAsync(method, to, body)).JsonAsync(status);
}
