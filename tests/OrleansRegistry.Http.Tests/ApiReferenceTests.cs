using System.Net;
using System.Text.RegularExpressions;
using OrleansRegistry.Rest.Tests;

namespace OrleansRegistry.Http.Tests;

/// <summary>The API reference for people.</summary>
public sealed partial class ApiReferenceTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("/registry", "registry/")]
    public async Task The_reference_loads_all_it_needs_from_this_server(string prefix, string below)
    {
        await using var host = await FrontEndHost.StartAsync(prefix: prefix.Length > 0 ? prefix : null);
        var page = await host.Client.SendAsync("GET", prefix + "/docs/");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var text = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains($"\"url\":\"{below}openapi/v1.json\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("://", text, StringComparison.Ordinal);
        var scripts = Script().Matches(text).Select(match => match.Groups["src"].Value).ToArray();
        Assert.NotEmpty(scripts);
        foreach (var script in scripts)
        {
            Assert.Equal("text/javascript", (await host.Client.SendAsync("GET", $"{prefix}/docs/{script}")).Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task Its_page_may_load_nothing_from_elsewhere()
    {
        await using var host = await FrontEndHost.StartAsync(configure: options => options.PublicUrl = "https://registry.example/base");
        var pages = new[] { await host.Client.SendAsync("GET", "/docs/"), await host.Client.SendAsync("GET", "/docs/") };
        var policies = pages.Select(page => page.One("Content-Security-Policy")).ToArray();
        Assert.NotEqual(policies[0], policies[1]);
        Assert.Contains("default-src 'self';", policies[0], StringComparison.Ordinal);
        Assert.Contains("connect-src 'self' https://registry.example;", policies[0], StringComparison.Ordinal);
        var text = await pages[0].Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var nonces = Nonce().Matches(text);
        Assert.NotEmpty(nonces);
        Assert.All(nonces, nonce => Assert.Contains($"'nonce-{nonce.Groups["nonce"].Value}'", policies[0], StringComparison.Ordinal));
        Assert.Equal(Regex.Count(text, "<script"), nonces.Count);
    }

    [Fact]
    public async Task Without_its_slash_it_leads_to_itself()
    {
        await using var host = await FrontEndHost.StartAsync();
        Assert.Equal("/docs/", (await host.Client.SendAsync("GET", "/docs")).RequestMessage!.RequestUri!.AbsolutePath);
        await (await host.Client.SendAsync("GET", "/docs/", null, ("Host", "evil.example"))).ProblemAsync(400, "Host");
    }

    [GeneratedRegex("""<script[^>]* src="(?<src>[^"]+)""", RegexOptions.NonBacktracking)]
    private static partial Regex Script();

    [GeneratedRegex("""<script[^>]* nonce="(?<nonce>[^"]+)""", RegexOptions.NonBacktracking)]
    private static partial Regex Nonce();
}
