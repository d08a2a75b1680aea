using System.Net;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Behind a proxy: links have its prefix, its headers are believed where it is named, and no other's.</summary>
public sealed class ProxyTests
{
    private static readonly (string, string)[] Forwarded =
        [("X-Forwarded-Host", "registry.example"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Prefix", "/reg%20istry/"),
            ("X-Forwarded-For", "203.0.113.7")];

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1;127.0.0.0/8")]
    public async Task What_a_named_proxy_says_is_in_every_link(string proxies)
    {
        await using var host = await RestHost.StartAsync(
            options => (options.TrustedProxies, options.AllowedHosts) = (proxies.Split(';'), ["registry.example"]));
        await LinksAreAsync(host.Client, Forwarded, "/reg%20istry", "https://registry.example/reg%20istry");
        var uri = Uri.EscapeDataString("https://example.org/ext/1");
        Assert.Equal("uri", (await (await host.Client.SendAsync("GET", $"/extensions/{uri}", null, Forwarded)).ProblemAsync(404)).Text("field"));
        var card = TestHttp.Card("x", ""","capabilities":{"extensions":[{"uri":"https://example.org/ext/1"}]}""");
        await (await host.Client.SendAsync("PUT", "/agents/x", card, Forwarded)).JsonAsync(HttpStatusCode.Created);
        foreach (var path in (string[])[$"/extensions/{uri}", "/extensions/https://example.org/ext/1", $"/extensions/~?uri={uri}"])
        {
            Assert.True((await (await host.Client.SendAsync("GET", path, null, Forwarded)).JsonAsync()).GetProperty("found").GetBoolean());
        }
    }

    [Fact]
    public async Task Nobody_else_is_believed()
    {
        await using var none = await RestHost.StartAsync(options => options.AllowedHosts = ["registry.example"]);
        await LinksAreAsync(none.Client, Forwarded, "", none.Address.ToString().TrimEnd('/'));
        await using var other = await RestHost.StartAsync(
            options => (options.TrustedProxies, options.AllowedHosts) = (["10.0.0.0/8", "fd00::/8"], ["registry.example"]));
        await LinksAreAsync(other.Client, Forwarded, "", other.Address.ToString().TrimEnd('/'));
    }

    [Fact]
    public async Task The_forwarded_host_is_checked_as_any_other_and_so_is_the_origin_against_it()
    {
        await using var host = await RestHost.StartAsync(
            options => (options.TrustedProxies, options.AllowedHosts) = (["127.0.0.1"], ["registry.example"]),
            new WaitingRegistry());
        await (await host.Client.SendAsync("GET", "/health/live", null, ("X-Forwarded-Host", "evil.example"))).ProblemAsync(400, "Host");
        await (await host.Client.SendAsync("GET", "/health/live", null, Forwarded)).JsonAsync();
        Assert.Equal(
            405,
            (int)(await host.Client.SendAsync("POST", "/health/live", null, [.. Forwarded, ("Origin", "https://registry.example")])).StatusCode);
        await (await host.Client.SendAsync("POST", "/health/live", null, [.. Forwarded, ("Origin", "https://evil.example")])).ProblemAsync(
            403,
            "Origin");
    }

    [Theory]
    [InlineData("//evil.example", "/evil.example")]
    [InlineData("/", "")]
    [InlineData("no-slash", "")]
    public async Task A_prefix_that_is_none_leads_to_no_other_host(string prefix, string expected)
    {
        await using var host = await RestHost.StartAsync(options => options.TrustedProxies = ["127.0.0.1"]);
        await LinksAreAsync(host.Client, [("X-Forwarded-Prefix", prefix)], expected, host.Address.ToString().TrimEnd('/') + expected);
    }

    [Fact]
    public async Task The_path_of_the_public_url_is_in_every_link_too()
    {
        await using var host = await RestHost.StartAsync(options => options.PublicUrl = "https://registry.example/base/");
        await LinksAreAsync(host.Client, [], "/base", "https://registry.example/base");
    }

    [Theory]
    [InlineData("10")]
    [InlineData("10.0.0.1/33")]
    [InlineData("proxy.example")]
    [InlineData("")]
    public async Task What_is_no_proxy_stops_the_start(string proxy)
    {
        var refusal = await Assert.ThrowsAnyAsync<Exception>(
            () => RestHost.StartAsync(options => options.TrustedProxies = [proxy], new WaitingRegistry()));
        Assert.Contains("REGISTRY_TRUSTED_PROXIES", refusal.Message, StringComparison.Ordinal);
    }

    internal static async Task LinksAreAsync(HttpClient client, (string Name, string Value)[] headers, string prefix, string url)
    {
        var body = $$"""{"message":{{TaskClient.Message("x")}},"taskId":"t/{{TestHttp.NewName()}}"}""";
        var task = await client.SendAsync("POST", "/tasks", body, headers);
        Assert.StartsWith($"{prefix}/tasks/t%2F", task.Headers.GetValues("Location").Single(), StringComparison.Ordinal);
        var name = TestHttp.NewName();
        Assert.Equal(
            $"{prefix}/agents/{name}",
            (await client.SendAsync("PUT", $"/agents/{name}", TestHttp.Card(name), headers)).Headers.GetValues("Location").Single());
        Assert.Equal($"{prefix}/docs", (await (await client.SendAsync("GET", "/", null, headers)).JsonAsync()).Text("documentation"));
        Assert.Equal(
            $"{url}/jsonrpc",
            (await (await client.SendAsync("GET", "/.well-known/agent-card.json", null, headers)).JsonAsync()).Text("url"));
        var document = await client.SendAsync("GET", "/openapi/v1.json", null, headers);
        var servers = System.Text.Json.JsonDocument.Parse(await document.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement
            .GetProperty("servers");
        Assert.Equal(url, servers[0].Text("url").TrimEnd('/'));
    }
}
