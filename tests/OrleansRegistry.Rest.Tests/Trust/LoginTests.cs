using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Rest.Tests.Trust;

/// <summary>A registry that users log in to.</summary>
public sealed class LoginHost : IAsyncLifetime
{
    public const string AdminPassword = "correct horse battery";

    private RestHost? host;
    private string? admin;

    internal RestHost Host => host!;

    internal HttpClient Client => host!.Client;

    public async ValueTask InitializeAsync()
    {
        host = await RestHost.StartAsync(
            http => http.Logins = true,
            build: builder => builder.Services.AddHostedService<FirstUserStart>(),
            options: options => options.Logins = options.Logins with { HashIterations = 1 });
        admin = await LoginAsync("default", "admin", AdminPassword);
    }

    public ValueTask DisposeAsync() => host!.DisposeAsync();

    internal Task<HttpResponseMessage> AskAsync(string token, string method, string path, string? body = null) =>
        Client.SendAsync(method, path, body, ("Authorization", $"Bearer {token}"));

    internal Task<HttpResponseMessage> AsAdminAsync(string method, string path, string? body = null) => AskAsync(admin!, method, path, body);

    internal Task<HttpResponseMessage> TryAsync(string tenant, string user, string password) =>
        Client.SendAsync("POST", "/login", $$"""{"tenant":"{{tenant}}","user":"{{user}}","password":"{{password}}"}""");

    internal async Task<string> LoginAsync(string tenant, string user, string password) =>
        (await (await TryAsync(tenant, user, password)).JsonAsync()).Text("token");

    internal async Task MakeAsync(string tenant, string user, string roles = "user") =>
        await (await AsAdminAsync("POST", "/users", $$"""{"tenant":"{{tenant}}","name":"{{user}}","password":"12345678","roles":["{{roles}}"]}"""))
            .JsonAsync(HttpStatusCode.Created);

    private sealed class FirstUserStart(IFirstUser user) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => user.EnsureAsync(AdminPassword, cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>Users, logins and sessions over HTTP.</summary>
public sealed class LoginTests(LoginHost host) : IClassFixture<LoginHost>
{
    [Fact]
    public async Task A_user_logs_in_is_told_who_it_is_and_logs_out()
    {
        await host.MakeAsync("t1", "ann@example.com", "devops");
        var answer = await host.TryAsync("t1", "ann@example.com", "12345678");
        Assert.Contains("no-store", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        var login = await answer.JsonAsync();
        var (id, token) = (login.Text("id"), login.Text("token"));
        var me = await (await host.AskAsync(token, "GET", "/me")).JsonAsync();
        Assert.Equal(("t1", "ann@example.com", $"session:{id}"), (me.Text("tenant"), me.Text("subject"), me.Text("credential")));
        Assert.Equal(login.Text("expiresAt"), me.Text("expiresAt"));
        Assert.Equal("devops", Assert.Single(me.GetProperty("roles").EnumerateArray()).GetString());
        Assert.Contains("tasks-read-all", me.GetProperty("permissions").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal(HttpStatusCode.OK, (await host.AskAsync(token, "GET", "/agents")).StatusCode);
        await (await host.AskAsync(token, "GET", "/users")).ProblemAsync(403);

        var other = await host.LoginAsync("t1", "ann@example.com", "12345678");
        var sessions = (await (await host.AskAsync(token, "GET", "/sessions")).JsonAsync()).GetProperty("sessions");
        Assert.Equal(2, sessions.GetArrayLength());
        Assert.DoesNotContain("ors_", sessions.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, (await host.AskAsync(token, "POST", "/logout")).StatusCode);
        await (await host.AskAsync(token, "GET", "/agents")).ProblemAsync(401, "Authorization");
        Assert.Equal(HttpStatusCode.NoContent, (await host.AskAsync(other, "DELETE", "/sessions")).StatusCode);
        await (await host.AskAsync(other, "GET", "/agents")).ProblemAsync(401, "Authorization");
    }

    [Fact]
    public async Task Wrong_passwords_are_401_alike_and_429_when_they_are_too_many()
    {
        await host.MakeAsync("t2", "bob");
        var said = new HashSet<string>();
        for (var i = 0; i < 5; i++)
        {
            foreach (var user in (string[])["bob", "nobody"])
            {
                var answer = await host.TryAsync("t2", user, "wrong password");
                Assert.StartsWith("Bearer", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
                said.Add((await answer.ProblemAsync(401)).Text("detail"));
            }
        }

        Assert.Single(said);
        foreach (var user in (string[])["bob", "nobody"])
        {
            var locked = await host.TryAsync("t2", user, "12345678");
            await locked.ProblemAsync(429);
            Assert.InRange(locked.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 5);
        }

        // Who manages users lets it in at once.
        var shown = await (await host.AsAdminAsync("GET", "/users/bob?tenant=t2")).JsonAsync();
        Assert.True(shown.TryGetProperty("lockedUntil", out _));
        Assert.Equal(
            HttpStatusCode.NoContent, (await host.AsAdminAsync("PUT", "/users/bob/password?tenant=t2", """{"password":"87654321"}""")).StatusCode);
        await host.LoginAsync("t2", "bob", "87654321");
    }

    [Fact]
    public async Task Users_are_made_listed_changed_and_removed()
    {
        foreach (var user in (string[])["b", "c", "a"])
        {
            await host.MakeAsync("t3", user);
        }

        var first = await (await host.AsAdminAsync("GET", "/users?tenant=t3&page_size=2")).JsonAsync();
        var rest = await (await host.AsAdminAsync("GET", $"/users?tenant=t3&page_size=2&page_token={first.Text("nextPageToken")}")).JsonAsync();
        Assert.Equal(
            ["a", "b", "c"],
            new[] { first, rest }.SelectMany(page => page.GetProperty("users").EnumerateArray()).Select(user => user.Text("name")));
        var token = await host.LoginAsync("t3", "a", "12345678");
        var changed = await (await host.AsAdminAsync("PATCH", "/users/a?tenant=t3", """{"roles":["viewer"]}""")).JsonAsync();
        Assert.Equal("viewer", Assert.Single(changed.GetProperty("roles").EnumerateArray()).GetString());
        await (await host.AskAsync(token, "GET", "/me")).ProblemAsync(401, "Authorization");
        token = await host.LoginAsync("t3", "a", "12345678");
        await (await host.AskAsync(token, "PUT", "/me/password", """{"currentPassword":"x","newPassword":"87654321"}"""))
            .ProblemAsync(403, "currentPassword");
        Assert.Equal(HttpStatusCode.NoContent, (await host.AskAsync(
            token, "PUT", "/me/password", """{"currentPassword":"12345678","newPassword":"87654321"}""")).StatusCode);
        await (await host.AskAsync(token, "GET", "/me")).ProblemAsync(401, "Authorization");
        await host.LoginAsync("t3", "a", "87654321");
        Assert.Equal(
            HttpStatusCode.OK, (await host.AsAdminAsync("PATCH", "/users/a?tenant=t3", """{"disabled":true}""")).StatusCode);
        await (await host.TryAsync("t3", "a", "87654321")).ProblemAsync(401);
        Assert.Equal(HttpStatusCode.NoContent, (await host.AsAdminAsync("DELETE", "/users/a?tenant=t3")).StatusCode);
        await (await host.AsAdminAsync("GET", "/users/a?tenant=t3")).ProblemAsync(404, "user_id");
        await (await host.AsAdminAsync("GET", "/users/b")).ProblemAsync(404, "user_id");
    }

    [Theory]
    [InlineData("POST", "/login", """{"user":"x"}""", "password")]
    [InlineData("POST", "/login", """{"password":"x"}""", "user")]
    [InlineData("POST", "/login", """{"user":"a b","password":"x"}""", "user")]
    [InlineData("POST", "/login", """{"tenant":"a/b","user":"x","password":"x"}""", "tenant")]
    [InlineData("POST", "/users", """{"name":"x","password":"short","roles":["user"]}""", "password")]
    [InlineData("POST", "/users", """{"name":"x","roles":["user"]}""", "password")]
    [InlineData("POST", "/users", """{"password":"12345678","roles":["user"]}""", "name")]
    [InlineData("POST", "/users", """{"name":"x","password":"12345678"}""", "roles")]
    [InlineData("POST", "/users", """{"name":"x","password":"12345678","roles":["king"]}""", "roles")]
    [InlineData("PATCH", "/users/admin", """{"roles":[]}""", "roles")]
    [InlineData("PATCH", "/users/admin", """{"password":"12345678"}""", "password")]
    [InlineData("PUT", "/me/password", """{"newPassword":"12345678"}""", "currentPassword")]
    public async Task What_is_wrong_is_named(string method, string path, string body, string field) =>
        await (await host.AsAdminAsync(method, path, body)).ProblemAsync(400, field);

    [Fact]
    public async Task Keys_that_are_not_asked_for_open_nothing_and_a_stream_ends_with_its_session()
    {
        var made = await (await host.AsAdminAsync("POST", "/keys", """{"roles":["viewer"]}""")).JsonAsync(HttpStatusCode.Created);
        await (await host.AskAsync(made.Text("key"), "GET", "/agents")).ProblemAsync(401, "Authorization");
        await host.MakeAsync("t4", "eve");
        var token = await host.LoginAsync("t4", "eve", "12345678");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/agents:watch") { Headers = { { "Authorization", $"Bearer {token}" } } };
        using var stream = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await host.AsAdminAsync("DELETE", "/sessions?user=eve&tenant=t4")).StatusCode);
        using var ending = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        Assert.Contains("event: bye", await stream.Content.ReadAsStringAsync(ending.Token), StringComparison.Ordinal);
    }
}
