using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Leases and beats over HTTP. How they end is the registry's own, and tested there.</summary>
public sealed class HeartbeatTests(RestHost host)
{
    private readonly string id = $"a-{Guid.NewGuid():N}";

    [Fact]
    public async Task An_agent_with_a_lease_beats_and_shows_it()
    {
        var path = $"/agents/{id}";
        await SendAsync("PUT", path, """{"agent_card":{"name":"a"},"ttl":60,"ephemeral":true}""", HttpStatusCode.Created);
        var agent = await SendAsync("GET", path);
        Assert.Equal("healthy", agent.Text("health"));
        var stored = agent.GetProperty("lease");
        Assert.Equal((60, true), (stored.Number("ttl"), stored.GetProperty("ephemeral").GetBoolean()));
        Assert.True(DateTimeOffset.UtcNow - stored.GetProperty("since").GetDateTimeOffset() < TimeSpan.FromMinutes(1));

        var beat = await SendAsync("POST", $"{path}:heartbeat");
        Assert.Equal((id, "healthy", 60, 10), (beat.Text("agent_id"), beat.Text("health"), beat.Number("ttl"), beat.Number("beat_seconds")));
        var lease = await SendAsync("GET", $"{path}/lease");
        Assert.Equal((id, "healthy", 60), (lease.Text("agent_id"), lease.Text("health"), lease.Number("ttl")));
        var (last, end) = (lease.GetProperty("last_beat").GetDateTimeOffset(), lease.GetProperty("expires_at").GetDateTimeOffset());
        Assert.InRange((end - last).TotalSeconds, 59.9, 60.1);
        Assert.InRange((end - beat.GetProperty("expires_at").GetDateTimeOffset()).TotalSeconds, -1, 1);

        var patched = await SendAsync("PATCH", $"{path}?view=record", """{"ttl":30,"ephemeral":false}""");
        Assert.Equal(30, patched.GetProperty("agent").GetProperty("lease").Number("ttl"));
        patched = await SendAsync("PATCH", $"{path}?view=record", """{"ttl":null}""");
        Assert.False(patched.GetProperty("agent").TryGetProperty("lease", out _));
        await (await host.Client.SendAsync("POST", $"{path}:heartbeat")).ProblemAsync(400, "ttl");
        await (await host.Client.SendAsync("GET", $"{path}/lease")).ProblemAsync(404, "ttl");
        Assert.False((await SendAsync("GET", $"{path}")).TryGetProperty("health", out _));
    }

    [Fact]
    public async Task Many_beat_at_once()
    {
        await SendAsync("POST", "/agents:batch", $$$"""[{"agent_card":{"name":"{{{id}}}"},"ttl":30},{"name":"{{{id}}}-none"}]""");
        var answer = await SendAsync("POST", "/agents:heartbeat", $$"""{"agent_ids":["{{id}}","{{id}}-none","{{id}}-nobody"]}""");
        Assert.Equal((1, 2), (answer.Number("success"), answer.Number("failed")));
        var results = answer.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([id, $"{id}-none", $"{id}-nobody"], results.Select(result => result.Text("agent_id")));
        Assert.Equal("healthy", results[0].Text("health"));
        Assert.Equal((400, "invalid", "ttl"), (results[1].Number("status"), results[1].Text("code"), results[1].Text("field")));
        Assert.Equal((404, "not_found"), (results[2].Number("status"), results[2].Text("code")));
        Assert.InRange((await SendAsync("GET", "/stats")).Number("healthy"), 1, int.MaxValue);
    }

    [Theory]
    [InlineData("", 400, null)]
    [InlineData("[]", 400, null)]
    [InlineData("{}", 400, "agent_ids")]
    [InlineData("""{"agent_ids":"a"}""", 400, "agent_ids")]
    [InlineData("""{"agent_ids":[1]}""", 400, "agent_ids[0]")]
    [InlineData("""{"agent_ids":["a"],"ttl":1}""", 400, "ttl")]
    public async Task Beats_that_are_none_are_refused(string body, int status, string? field) =>
        await (await host.Client.SendAsync("POST", "/agents:heartbeat", body)).ProblemAsync(status, field);

    [Fact]
    public async Task More_than_a_thousand_are_too_many()
    {
        var body = JsonSerializer.Serialize(new { agent_ids = Enumerable.Repeat("a", IAgentLiveness.MostAtOnce + 1) });
        await (await host.Client.SendAsync("POST", "/agents:heartbeat", body)).ProblemAsync(413, "agent_ids");
    }

    [Theory]
    [InlineData("\"ttl\":4", "ttl")]
    [InlineData("\"ttl\":0", "ttl")]
    [InlineData("\"ttl\":-1", "ttl")]
    [InlineData("\"ttl\":86401", "ttl")]
    [InlineData("\"ttl\":9223372036854775807", "ttl")]
    [InlineData("\"ttl\":5.5", "ttl")]
    [InlineData("\"ttl\":\"often\"", "ttl")]
    [InlineData("\"ephemeral\":\"yes\"", "ephemeral")]
    public async Task What_is_no_lease_is_refused(string member, string field)
    {
        var path = $"/agents/{id}";
        await (await host.Client.SendAsync("PUT", path, $$$"""{"agent_card":{"name":"a"},{{{member}}}}""")).ProblemAsync(400, field);
        await SendAsync("PUT", path, """{"name":"a"}""", HttpStatusCode.Created);
        await (await host.Client.SendAsync("PATCH", path, $$"""{{{member}}}""")).ProblemAsync(400, field);
        await (await host.Client.SendAsync("PATCH", path, """{"ttl":null,"ephemeral":true}""")).ProblemAsync(400, "ttl");
        await (await host.Client.SendAsync("PATCH", path, """{"ephemeral":null}""")).ProblemAsync(400, "ephemeral");
    }

    [Fact]
    public async Task A_beat_of_nobody_is_not_found()
    {
        await (await host.Client.SendAsync("POST", $"/agents/{id}:heartbeat")).ProblemAsync(404, "agent_id");
        await (await host.Client.SendAsync("GET", $"/agents/{id}/lease")).ProblemAsync(404, "agent_id");
        await (await host.Client.SendAsync("POST", $"/agents/{new string('x', 300)}:heartbeat")).ProblemAsync(400, "agent_id");
    }

    private async Task<JsonElement> SendAsync(string method, string path, string? body = null, HttpStatusCode status = HttpStatusCode.OK) =>
        await (await host.Client.SendAsync(method, path, body)).JsonAsync(status);
}
