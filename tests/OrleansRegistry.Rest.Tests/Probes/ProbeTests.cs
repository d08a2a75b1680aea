using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Probes over HTTP. What they find is the registry's own, and tested there.</summary>
public sealed class ProbeTests(RestHost host)
{
    // Nobody listens there, and no card is looked for there either.
    private const string Nowhere = "http://127.0.0.1:1/card.json";

    private readonly string id = $"a-{Guid.NewGuid():N}";

    private string Path => $"/agents/{id}";

    [Fact]
    public async Task An_agent_is_probed_and_shows_what_was_found()
    {
        await SendAsync("PUT", Path, $$$"""{"agent_card":{"name":"a"},"probe_seconds":86400,"probe_url":"{{{Nowhere}}}"}""", HttpStatusCode.Created);
        var probe = (await SendAsync("GET", Path)).GetProperty("probe");
        Assert.Equal((86_400, Nowhere), (probe.Number("probe_seconds"), probe.Text("probe_url")));
        Assert.False(probe.TryGetProperty("outcome", out _));

        var found = await SendAsync("POST", $"{Path}:probe");
        Assert.Equal((id, "unreachable", Nowhere), (found.Text("agent_id"), found.Text("outcome"), found.Text("url")));
        Assert.Equal((86_400, 1), (found.Number("probe_seconds"), found.Number("failures")));
        Assert.Contains(Nowhere, found.Text("reason"), StringComparison.Ordinal);
        Assert.InRange(found.Number("took_ms"), 0, 60_000);
        var (last, next) = (found.GetProperty("last_probe").GetDateTimeOffset(), found.GetProperty("next_probe").GetDateTimeOffset());
        Assert.InRange((next - last).TotalSeconds, 29, 61);
        Assert.False(found.TryGetProperty("last_success", out _));

        probe = (await SendAsync("GET", Path)).GetProperty("probe");
        Assert.Equal(("unreachable", found.Text("reason")), (probe.Text("outcome"), probe.Text("reason")));
        Assert.Equal(found.GetProperty("since").GetDateTimeOffset(), probe.GetProperty("since").GetDateTimeOffset());
        Assert.Equal("unreachable", (await SendAsync("GET", $"{Path}/probe")).Text("outcome"));
        Assert.Contains(id, (await SendAsync("GET", "/agents?probe=unreachable&view=record")).GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(id, (await SendAsync("GET", "/agents?probe=drifted&view=record")).GetRawText(), StringComparison.Ordinal);

        var patched = (await SendAsync("PATCH", $"{Path}?view=record", """{"probe_url":null,"probe_seconds":0}""")).GetProperty("agent");
        Assert.Equal("{\"probe_seconds\":0}", patched.GetProperty("probe").GetRawText());
        patched = (await SendAsync("PATCH", $"{Path}?view=record", """{"probe_seconds":null}""")).GetProperty("agent");
        Assert.False(patched.TryGetProperty("probe", out _));
        await (await host.Client.SendAsync("POST", $"{Path}:probe")).ProblemAsync(400, "probe_url");
    }

    [Theory]
    [InlineData("\"probe_seconds\":59", "probe_seconds")]
    [InlineData("\"probe_seconds\":2592001", "probe_seconds")]
    [InlineData("\"probe_seconds\":-1", "probe_seconds")]
    [InlineData("\"probe_seconds\":99999999999999", "probe_seconds")]
    [InlineData("\"probe_seconds\":\"often\"", "probe_seconds")]
    [InlineData("\"probe_seconds\":1.5", "probe_seconds")]
    [InlineData("\"probe_url\":\"ftp://example.com\"", "probe_url")]
    [InlineData("\"probe_url\":\"/card.json\"", "probe_url")]
    [InlineData("\"probe_url\":1", "probe_url")]
    public async Task What_cannot_be_is_refused(string member, string field)
    {
        await (await host.Client.SendAsync("POST", "/agents", $$$"""{"agent_card":{"name":"{{{id}}}"},{{{member}}}}""")).ProblemAsync(400, field);
        await SendAsync("PUT", Path, """{"name":"a"}""", HttpStatusCode.Created);
        await (await host.Client.SendAsync("PATCH", Path, $$"""{{{member}}}""")).ProblemAsync(400, field);
    }

    [Fact]
    public async Task Who_is_not_there_is_not_found_and_a_value_that_there_is_not_is_refused()
    {
        await (await host.Client.SendAsync("POST", $"{Path}:probe")).ProblemAsync(404, "agent_id");
        await (await host.Client.SendAsync("GET", $"{Path}/probe")).ProblemAsync(404, "agent_id");
        await (await host.Client.SendAsync("GET", "/agents?probe=gone")).ProblemAsync(400, "probe");
    }

    private async Task<JsonElement> SendAsync(string method, string path, string? body = null, HttpStatusCode status = HttpStatusCode.OK) =>
        await (await host.Client.SendAsync(method, path, body)).JsonAsync(status);
}
