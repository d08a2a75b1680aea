using System.Net;

namespace OrleansRegistry.Rest.Tests.Trust;

/// <summary>Tenants over HTTP, and what callers may whom a gateway names.</summary>
public sealed class TenantTests(TrustingHost host)
{
    private readonly string tenant = TestHttp.NewName("tenant");

    [Fact]
    public async Task A_limit_that_is_not_sent_stays_and_null_takes_it_away()
    {
        var path = $"/tenants/{tenant}";
        var made = await (await AskAsync("operator", "PUT", path, """{"maxAgents":5,"maxBytes":9}""")).JsonAsync(HttpStatusCode.Created);
        Assert.Equal((5, 9), (made.GetProperty("maxAgents").GetInt32(), made.GetProperty("maxBytes").GetInt32()));
        var changed = await (await AskAsync("operator", "PUT", path, """{"maxAgents":null,"maxOpenTasks":7}""")).JsonAsync();
        Assert.Equal(
            (false, 7, 9),
            (changed.TryGetProperty("maxAgents", out _), changed.GetProperty("maxOpenTasks").GetInt32(), changed.GetProperty("maxBytes").GetInt32()));
    }

    [Fact]
    public async Task A_gateway_makes_nobody_more_than_a_member_who_does_not_name_roles()
    {
        foreach (var (method, path, body) in ((string, string, string?)[])
        [
            ("DELETE", "/tenants/a", null), ("PUT", "/tenants/a", """{"state":"suspended"}"""), ("GET", "/tenants", null),
            ("DELETE", $"/tenants/{tenant}", null),
            ("POST", "/keys", """{"subject":"x","roles":["viewer"]}"""),
        ])
        {
            await (await AskAsync(null, method, path, body)).ProblemAsync(403);
        }

        await (await AskAsync("root", "GET", "/agents")).ProblemAsync(400, "roles");
        await (await AskAsync("viewer", "PUT", "/agents/x", """{"name":"x","description":"d"}""")).ProblemAsync(403);
        Assert.Equal(HttpStatusCode.Created, (await AskAsync("viewer, user", "PUT", "/agents/x", """{"name":"x","description":"d"}""")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync("operator", "GET", "/tenants")).StatusCode);
    }

    [Fact]
    public async Task A_stream_ends_when_its_tenant_is_suspended()
    {
        var client = new TaskClient(host.Host.Client, tenant, "ann");
        var id = (await client.SubmitAsync()).Text("id");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/tasks/{id}/events");
        foreach (var (name, value) in client.Headers())
        {
            request.Headers.Add(name, value);
        }

        using var stream = await host.Host.Client.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        await (await AskAsync("operator", "PUT", $"/tenants/{tenant}", """{"state":"suspended"}""")).JsonAsync(HttpStatusCode.Created);
        var told = await stream.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("its tenant was closed", told, StringComparison.Ordinal);
        await (await client.SendAsync("GET", $"/tasks/{id}")).ProblemAsync(403);
    }

    private Task<HttpResponseMessage> AskAsync(string? roles, string method, string path, string? body = null) => host.Host.Client.SendAsync(
        method,
        path,
        body,
        [("X-Registry-Tenant", tenant), ("X-Registry-Subject", "ann"), .. roles is null ? [] : ((string, string)[])[("X-Registry-Roles", roles)]]);
}
