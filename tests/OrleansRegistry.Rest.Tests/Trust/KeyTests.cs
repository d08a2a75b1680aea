using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Rest.Tests.Trust;

/// <summary>A registry that asks for keys, and whose first one is known.</summary>
public sealed class KeyHost : IAsyncLifetime
{
    public const string AdminKey = "ork_firstadmin_0123456789abcdef0123456789abcdef";

    private RestHost? host;

    internal RestHost Host => host!;

    internal HttpClient Client => host!.Client;

    public async ValueTask InitializeAsync()
    {
        host = await RestHost.StartAsync(http => http.ApiKeys = true, build: builder => builder.Services.AddHostedService<FirstKeyStart>());
    }

    public ValueTask DisposeAsync() => host!.DisposeAsync();

    internal Task<HttpResponseMessage> AskAsync(string key, string method, string path, string? body = null) =>
        Client.SendAsync(method, path, body, ("Authorization", $"Bearer {key}"));

    /// <summary>A key of these roles.</summary>
    internal async Task<string> MakeAsync(string body) =>
        (await (await AskAsync(AdminKey, "POST", "/keys", body)).JsonAsync(HttpStatusCode.Created)).Text("key");

    private sealed class FirstKeyStart(IFirstAdmin admin) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => admin.EnsureAsync(AdminKey, cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>API keys over HTTP: how they are managed, and how requests carry them.</summary>
public sealed class KeyTests(KeyHost host) : IClassFixture<KeyHost>
{
    [Fact]
    public async Task A_key_is_made_shown_once_changed_rotated_and_revoked()
    {
        var made = await (await host.AskAsync(
            KeyHost.AdminKey,
            "POST",
            "/keys",
            """{"subject":"bot","tenant":"t1","roles":["agent"],"agents":["sky"],"description":"for sky","expiresInSeconds":3600}"""))
            .JsonAsync(HttpStatusCode.Created);
        var (id, key) = (made.Text("id"), made.Text("key"));
        Assert.StartsWith($"ork_{id}_", key, StringComparison.Ordinal);
        var read = await (await host.AskAsync(KeyHost.AdminKey, "GET", $"/keys/{id}")).JsonAsync();
        Assert.False(read.TryGetProperty("key", out _));
        Assert.Equal(("t1", "bot", "for sky"), (read.Text("tenant"), read.Text("subject"), read.Text("description")));
        var list = await (await host.AskAsync(KeyHost.AdminKey, "GET", "/keys?tenant=t1")).JsonAsync();
        Assert.Equal(id, Assert.Single(list.GetProperty("keys").EnumerateArray()).Text("id"));
        Assert.Equal(HttpStatusCode.OK, (await host.AskAsync(key, "GET", "/agents")).StatusCode);
        await (await host.AskAsync(key, "GET", $"/keys/{id}")).ProblemAsync(403);

        var changed = await (await host.AskAsync(
            KeyHost.AdminKey, "PATCH", $"/keys/{id}", """{"roles":["viewer"],"agents":null,"expires_at":null}""")).JsonAsync();
        Assert.False(changed.TryGetProperty("agents", out _) || changed.TryGetProperty("expiresAt", out _));
        Assert.Equal("for sky", changed.Text("description"));
        var rotated = await (await host.AskAsync(KeyHost.AdminKey, "POST", $"/keys/{id}:rotate", "{}")).JsonAsync();
        await (await host.AskAsync(key, "GET", "/agents")).ProblemAsync(401, "Authorization");
        Assert.Equal(HttpStatusCode.OK, (await host.AskAsync(rotated.Text("key"), "GET", "/agents")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await host.AskAsync(KeyHost.AdminKey, "DELETE", $"/keys/{id}")).StatusCode);
        await (await host.AskAsync(rotated.Text("key"), "GET", "/agents")).ProblemAsync(401, "Authorization");
        await (await host.AskAsync(KeyHost.AdminKey, "GET", $"/keys/{id}")).ProblemAsync(404, "key_id");
    }

    [Theory]
    [InlineData(null, null, "Authorization")]
    [InlineData("Authorization", "Bearer ork_firstadmin_0123456789abcdef0123456789abcdeX", "Authorization")]
    [InlineData("Authorization", "Bearer ork_nobodyknow_0123456789abcdef0123456789abcdef", "Authorization")]
    [InlineData("Authorization", "Bearer ork_firstadmin", "Authorization")]
    [InlineData("Authorization", "Bearer eyJhbGciOiJub25lIn0.e30.", "Authorization")]
    [InlineData("Authorization", "Basic b3JrOm9yaw==", "Authorization")]
    [InlineData("X-API-Key", "secret", "X-API-Key")]
    [InlineData("X-API-Key", "", "X-API-Key")]
    public async Task A_request_without_a_key_that_counts_is_401(string? header, string? value, string field)
    {
        foreach (var path in (string[])["/agents", "/tasks/x", "/keys", "/mine/not/there"])
        {
            var answer = await host.Client.SendAsync("GET", path, null, header is null ? [] : [(header, value!)]);
            if (path.StartsWith("/mine", StringComparison.Ordinal))
            {
                await answer.ProblemAsync(404);
                continue;
            }

            await answer.ProblemAsync(401, field);
            Assert.StartsWith("Bearer realm=\"registry\"", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_key_comes_by_either_header_and_by_no_more_than_one()
    {
        Assert.Equal(HttpStatusCode.OK, (await host.Client.SendAsync("GET", "/agents", null, ("X-API-Key", KeyHost.AdminKey))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.AskAsync(KeyHost.AdminKey, "GET", "/agents")).StatusCode);
        await (await host.Client.SendAsync(
            "GET", "/agents", null, ("X-API-Key", KeyHost.AdminKey), ("Authorization", $"Bearer {KeyHost.AdminKey}"))).ProblemAsync(401, "X-API-Key");
        await (await host.Client.SendAsync(
            "GET", "/agents", null, ("X-API-Key", KeyHost.AdminKey), ("X-Registry-Tenant", "other"))).ProblemAsync(403, "X-Registry-Tenant");
    }

    [Fact]
    public async Task It_is_of_its_tenant_and_may_what_its_roles_allow()
    {
        var (viewer, agent, other) = (
            await host.MakeAsync("""{"subject":"v","tenant":"t2","roles":"viewer"}"""),
            await host.MakeAsync("""{"subject":"a","tenant":"t2","roles":["agent"],"agents":["mine"]}"""),
            await host.MakeAsync("""{"subject":"v","tenant":"t3","roles":["owner"]}"""));
        await (await host.AskAsync(viewer, "PUT", "/agents/mine", TestHttp.Card("mine"))).ProblemAsync(403);
        await (await host.AskAsync(agent, "PUT", "/agents/theirs", TestHttp.Card("theirs"))).ProblemAsync(403, "agent_id");
        Assert.Equal(HttpStatusCode.Created, (await host.AskAsync(agent, "PUT", "/agents/mine", TestHttp.Card("mine"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.AskAsync(viewer, "GET", "/agents/mine")).StatusCode);
        await (await host.AskAsync(other, "GET", "/agents/mine")).ProblemAsync(404);
        await (await host.AskAsync(other, "POST", "/keys", """{"roles":["operator"]}""")).ProblemAsync(403, "roles");
        await (await host.AskAsync(other, "POST", "/keys", """{"roles":["viewer"],"tenant":"t2"}""")).ProblemAsync(403);
    }

    [Theory]
    [InlineData("""{"roles":["king"]}""", "roles")]
    [InlineData("""{"subject":"x"}""", "roles")]
    [InlineData("""{"roles":["viewer"],"expiresAt":"2020-01-01T00:00:00Z"}""", "expiresAt")]
    [InlineData("""{"roles":["viewer"],"expiresAt":"2090-01-01T00:00:00Z","expiresInSeconds":5}""", "expiresInSeconds")]
    [InlineData("""{"roles":["viewer"],"expiresInSeconds":0}""", "expiresInSeconds")]
    [InlineData("""{"roles":["viewer"],"agents":[]}""", "agents")]
    [InlineData("""{"roles":["viewer"],"tenant":"a/b"}""", "tenant")]
    [InlineData("""{"roles":["viewer"],"secret":"mine"}""", "secret")]
    public async Task What_is_wrong_is_named(string body, string field) =>
        await (await host.AskAsync(KeyHost.AdminKey, "POST", "/keys", body)).ProblemAsync(400, field);

    [Fact]
    public async Task A_stream_ends_when_its_key_is_taken_back()
    {
        var made = await (await host.AskAsync(KeyHost.AdminKey, "POST", "/keys", """{"subject":"s","roles":["viewer"]}"""))
            .JsonAsync(HttpStatusCode.Created);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/agents:watch") { Headers = { { "X-API-Key", made.Text("key") } } };
        using var stream = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        await host.AskAsync(KeyHost.AdminKey, "DELETE", $"/keys/{made.Text("id")}");
        using var ending = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var all = await stream.Content.ReadAsStringAsync(ending.Token);
        Assert.Contains("event: bye", all, StringComparison.Ordinal);
        Assert.Contains("taken back", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_description_has_the_refusal()
    {
        var document = JsonDocument.Parse(await host.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken)).RootElement;
        var responses = document.GetProperty("paths").GetProperty("/agents").GetProperty("get").GetProperty("responses");
        Assert.True(responses.TryGetProperty("401", out _));
    }
}
