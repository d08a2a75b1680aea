using System.Net;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Web pages of others cannot act on the registry through somebody's browser.</summary>
public sealed class BrowserTests(RestHost host)
{
    [Theory]
    [InlineData("evil.example", 400)]
    [InlineData("evil.example:8080", 400)]
    [InlineData("127.0.0.1.evil.example", 400)]
    [InlineData("localhost.evil.example", 400)]
    [InlineData("10.1.2.3", 400)]
    [InlineData("0.0.0.0", 400)]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:1", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("[::1]:8080", 200)]
    public async Task A_host_that_is_not_this_server_is_refused(string name, int expected)
    {
        foreach (var path in (string[])["/agents", "/health", "/tasks", "/.well-known/agent-card.json", "/openapi/v1.json", "/nothing"])
        {
            var answer = await host.Client.SendAsync("GET", path, null, ("Host", name));
            if (expected == 400)
            {
                await answer.ProblemAsync(400, "Host");
            }
            else
            {
                Assert.NotEqual(HttpStatusCode.BadRequest, answer.StatusCode);
            }
        }
    }

    [Fact]
    public async Task Hosts_of_settings_are_allowed()
    {
        await using var named = await RestHost.StartAsync(
            options => (options.AllowedHosts, options.PublicUrl) =
                (["a.example", "*.b.example"], "https://public.example/base"), new WaitingRegistry());
        foreach (var (name, expected) in ((string, int)[])[("a.example", 200), ("A.example:1", 200), ("x.b.example", 200), ("b.example", 400),
            ("public.example", 200), ("c.example", 400)])
        {
            Assert.Equal(expected, (int)(await named.Client.SendAsync("GET", "/health/live", null, ("Host", name))).StatusCode);
        }

        await using var any = await RestHost.StartAsync(options => options.AllowedHosts = ["*"], new WaitingRegistry());
        Assert.Equal(200, (int)(await any.Client.SendAsync("GET", "/health/live", null, ("Host", "c.example"))).StatusCode);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "http://localhost")]
    [InlineData("Origin", "file://")]
    [InlineData("Origin", "nonsense")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Sec-Fetch-Site", "nonsense")]
    public async Task An_unsafe_request_of_anothers_page_is_refused(string header, string value)
    {
        var name = TestHttp.NewName();
        await (await host.Client.SendAsync("PUT", $"/agents/{name}", TestHttp.Card(name))).JsonAsync(HttpStatusCode.Created);
        foreach (var (method, path, body) in ((string, string, string?)[])[
            ("POST", $"/agents/{name}:disable", null), ("DELETE", $"/agents/{name}", null), ("PUT", "/agents/x", TestHttp.Card(
                "x")), ("PATCH", $"/agents/{name}", """{"enabled":false}"""),
            ("POST", "/agents", TestHttp.Card(
                "x")), ("POST", "/jsonrpc", "{}"), ("POST", "/tasks", "{}"), ("POST", "/tasks/x:cancel", null),
                ("DELETE", "/tasks?confirm=true", null),
            ("POST", "/nothing", null)])
        {
            await (await host.Client.SendAsync(method, path, body, (header, value))).ProblemAsync(403, "Origin");
        }

        Assert.True(
            (await (await host.Client.SendAsync("GET", $"/agents/{name}", null, (header, value))).JsonAsync()).GetProperty("enabled").GetBoolean());
    }

    [Fact]
    public async Task Its_own_pages_and_programs_may()
    {
        var name = TestHttp.NewName();
        await (await host.Client.SendAsync("PUT", $"/agents/{name}", TestHttp.Card(name))).JsonAsync(HttpStatusCode.Created);
        foreach (var headers in ((string, string)[][])[
            [], [("Sec-Fetch-Site", "none")], [("Sec-Fetch-Site", "same-origin")], [("Origin", $"http://{host.Address.Authority}")],
            [("Origin", $"https://{host.Address.Authority}")]])
        {
            await (await host.Client.SendAsync("POST", $"/agents/{name}:disable", null, headers)).JsonAsync();
        }

        await using var behind = await RestHost.StartAsync(options => options.PublicUrl = "https://public.example/base");
        await (await behind.Client.SendAsync("PUT", $"/agents/{name}", TestHttp.Card(name), ("Origin", "https://public.example"))).JsonAsync(
            HttpStatusCode.Created);
        await (await behind.Client.SendAsync("PUT", $"/agents/{name}", TestHttp.Card(name), ("Origin", "https://other.example"))).ProblemAsync(403);
    }

    [Fact]
    public async Task Cors_is_off_unless_origins_are_named()
    {
        (string, string)[] preflight = [("Origin", "https://console.example"), ("Access-Control-Request-Method", "PATCH"),
            ("Access-Control-Request-Headers", "content-type,if-match")];
        var off = await host.Client.SendAsync("OPTIONS", "/agents/x", null, preflight);
        Assert.False(off.Headers.Contains("Access-Control-Allow-Origin"));

        await using var named = await RestHost.StartAsync(options => options.CorsOrigins = ["https://console.example", "http://localhost:3000"]);
        var allowed = await named.Client.SendAsync("OPTIONS", "/agents/x", null, preflight);
        Assert.Equal(HttpStatusCode.NoContent, allowed.StatusCode);
        Assert.Equal("https://console.example", allowed.One("Access-Control-Allow-Origin"));
        Assert.Contains("PATCH", allowed.One("Access-Control-Allow-Methods"), StringComparison.Ordinal);
        var written = await named.Client
            .SendAsync("PUT", "/agents/x", TestHttp.Card("x"), ("Origin", "http://localhost:3000"), ("Sec-Fetch-Site", "cross-site"));
        Assert.Equal("http://localhost:3000", written.One("Access-Control-Allow-Origin"));
        Assert.Contains("ETag", written.One("Access-Control-Expose-Headers"), StringComparison.Ordinal);
        await written.JsonAsync(HttpStatusCode.Created);
        var refused = await named.Client.SendAsync("PUT", "/agents/x", TestHttp.Card("x"), ("Origin", "https://evil.example"));
        Assert.False(refused.Headers.Contains("Access-Control-Allow-Origin"));
        await refused.ProblemAsync(403, "Origin");
        Assert.False((await named.Client.SendAsync("GET", "/agents/x", null, ("Origin", "https://evil.example"))).Headers
            .Contains("Access-Control-Allow-Origin"));

        await using var any = await RestHost.StartAsync(options => options.CorsOrigins = ["*"]);
        await (await any.Client.SendAsync("PUT", "/agents/x", TestHttp.Card("x"), ("Origin", "https://evil.example"))).JsonAsync(
            HttpStatusCode.Created);
    }

    [Fact]
    public async Task The_card_is_shared_only_where_it_is_the_same_for_all()
    {
        var own = await host.Client.SendAsync("GET", "/.well-known/agent-card.json", null, ("Host", "localhost:5"));
        Assert.Equal(
            "private, max-age=60",
            own.Headers.CacheControl!.ToString().Replace("max-age=60, private", "private, max-age=60", StringComparison.Ordinal));
        Assert.Contains("Host", own.Headers.Vary);
        Assert.Equal("http://localhost:5/jsonrpc", (await own.JsonAsync()).Text("url"));
        await using var named = await RestHost.StartAsync(options => options.PublicUrl = "https://public.example", new WaitingRegistry());
        var same = await named.Client.SendAsync("GET", "/.well-known/agent-card.json");
        Assert.True(same.Headers.CacheControl!.Public);
        Assert.Empty(same.Headers.Vary);
    }

    [Fact]
    public async Task What_is_too_long_is_told_in_a_problem()
    {
        await using var server = await RestHost.StartAsync(registry: new WaitingRegistry(),
            build: builder => Microsoft.AspNetCore.Hosting.WebHostBuilderKestrelExtensions.ConfigureKestrel(
            builder.WebHost, kestrel => (kestrel.Limits.MaxRequestLineSize, kestrel.Limits.MaxRequestHeadersTotalSize) = (64 * 1024, 128 * 1024)));
        await (await server.Client.SendAsync("GET", $"/agents/{new string('a', 9000)}")).ProblemAsync(414);
        await (await server.Client.SendAsync("GET", $"/agents?query={new string('a', 9000)}")).ProblemAsync(414);
        await (await server.Client.SendAsync("GET", "/health/live", null, ("X-Long", new string('a', 33_000)))).ProblemAsync(431);
    }
}
