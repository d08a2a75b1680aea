using System.Net;
using System.Net.Http.Headers;

namespace OrleansRegistry.Rest.Tests.Transfer;

public sealed class TransferTests(RestHost shared)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/export")]
    [InlineData("POST", "/import")]
    public async Task Nobody_may_unless_a_setting_allows_it(string method, string path)
    {
        using var response = await shared.Client.SendAsync(method, path, method == "POST" ? "{}" : null);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("REGISTRY_ALLOW_TRANSFER", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exports_and_imports_and_tells_what_it_did()
    {
        await using var source = await RestHost.StartAsync(rest: options => options.AllowTransfer = true);
        await using var target = await RestHost.StartAsync(rest: options => options.AllowTransfer = true);
        for (var i = 0; i < 3; i++)
        {
            using var registered = await source.Client.SendAsync("POST", "/agents", TestHttp.Envelope($"agent {i}"));
            registered.EnsureSuccessStatusCode();
        }

        using var exported = await source.Client.GetAsync(new Uri("/export", UriKind.Relative), Token);
        Assert.Equal("application/x-ndjson", exported.Content.Headers.ContentType?.ToString());
        var file = await exported.Content.ReadAsByteArrayAsync(Token);
        using var packed = await source.Client.GetAsync(new Uri("/export?gzip=true&kind=agents&kind=tasks", UriKind.Relative), Token);
        Assert.Equal("application/gzip", packed.Content.Headers.ContentType?.ToString());

        var dry = await (await ImportAsync(target, file, "?dry_run=true")).JsonAsync();
        Assert.Equal((true, 3), (dry.GetProperty("dryRun").GetBoolean(), dry.GetProperty("created").GetInt32()));
        Assert.Equal(HttpStatusCode.NotFound, (await target.Client.SendAsync("GET", "/agents/agent%200")).StatusCode);

        var gzip = await packed.Content.ReadAsByteArrayAsync(Token);
        using var cut = await ImportAsync(target, gzip[..(gzip.Length / 2)], "");
        Assert.Equal(HttpStatusCode.BadRequest, cut.StatusCode);
        Assert.Contains("the gzip is cut off here: import the whole file", await cut.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await target.Client.SendAsync("GET", "/agents/agent%202")).StatusCode);
        var done = await (await ImportAsync(target, gzip, "")).JsonAsync();
        Assert.Equal((3, 0), (done.GetProperty("created").GetInt32(), done.GetProperty("faultCount").GetInt32()));
        var again = await (await ImportAsync(target, file, "?replace=true")).JsonAsync();
        Assert.Equal((0, 3), (again.GetProperty("created").GetInt32(), again.GetProperty("same").GetInt32()));
        Assert.Equal(file, await target.Client.GetByteArrayAsync(new Uri("/export", UriKind.Relative), Token));
        await using var reads = await source.Client.GetStreamAsync(new Uri("/agents/agent%200", UriKind.Relative), Token);
        Assert.Equal(
            await new StreamReader(reads).ReadToEndAsync(Token),
            await target.Client.GetStringAsync(new Uri("/agents/agent%200", UriKind.Relative), Token));

        var lines = System.Text.Encoding.UTF8.GetString(file).Replace("\"enabled\":true", "\"enabled\":3", StringComparison.Ordinal);
        using var refused = await ImportAsync(target, System.Text.Encoding.UTF8.GetBytes(lines), "");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("Line 2: ", await refused.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        var skipped = await (await ImportAsync(target, System.Text.Encoding.UTF8.GetBytes(lines), "?skip_faults=true")).JsonAsync();
        Assert.Equal(4, skipped.GetProperty("faultCount").GetInt32());
        Assert.Equal([2, 3, 4, 5], skipped.GetProperty("faults").EnumerateArray().Select(fault => fault.GetProperty("line").GetInt32()));
    }

    [Fact]
    public async Task A_wrong_parameter_is_named()
    {
        await using var host = await RestHost.StartAsync(rest: options => options.AllowTransfer = true);
        (string Query, string Field)[] wrong =
            [("kind=robots", "kinds"), ("since=yesterday", "since"), ("after=x", "after"), ("tenants=a", "tenants"), ("tenant=a/b", "tenant")];
        foreach (var (query, field) in wrong)
        {
            using var response = await host.Client.SendAsync("GET", $"/export?{query}");
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Contains($"\"{field}\"", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        }
    }

    private static Task<HttpResponseMessage> ImportAsync(RestHost host, byte[] file, string query)
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return host.Client.PostAsync(new Uri("/import" + query, UriKind.Relative), content, Token);
    }
}
