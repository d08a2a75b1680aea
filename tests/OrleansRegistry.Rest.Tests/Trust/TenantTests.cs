using System.Net;

namespace OrleansRegistry.Rest.Tests.Trust;

/// <summary>Tenants over HTTP, and what callers may whom a gateway names.</summary>
public sealed class TenantTests : IAsyncLifetime
{
    private RestHost host = null!;

    public async ValueTask InitializeAsync() => host = await RestHost.StartAsync(options => options.TrustCallerHeaders = true);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_limit_that_is_not_sent_stays_and_null_takes_it_away()
    {
        var made = await (await AskAsync("operator", "PUT", "/tenants/a", """{"maxAgents":5,"maxBytes":9}""")).JsonAsync(HttpStatusCode.Created);
        Assert.Equal((5, 9), (made.GetProperty("maxAgents").GetInt32(), made.GetProperty("maxBytes").GetInt32()));
        var changed = await (await AskAsync("operator", "PUT", "/tenants/a", """{"maxAgents":null,"maxOpenTasks":7}""")).JsonAsync();
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
            ("DELETE", "/tenants/b", null),
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

    private Task<HttpResponseMessage> AskAsync(string? roles, string method, string path, string? body = null) => host.Client.SendAsync(
        method,
        path,
        body,
        [("X-Registry-Tenant", "b"), ("X-Registry-Subject", "ann"), .. roles is null ? [] : ((string, string)[])[("X-Registry-Roles", roles)]]);
}
