namespace OrleansRegistry.Rest.Tests;

public sealed class RevisionTests(RestHost host)
{
    private const string Header = "X-Registry-Revision";

    private readonly HttpClient client = host.Client;

    [Fact]
    public async Task Every_answer_about_agents_tells_the_revision()
    {
        var name = TestHttp.NewName();
        var write = await client.SendAsync("POST", "/agents", TestHttp.Card(name));
        var revision = long.Parse(write.One(Header));
        foreach (var path in (string[])[$"/agents/{name}", $"/agents/{name}/card", $"/agents/{name}?consistency=strong", "/agents?page_size=1",
            "/agents",
            "/extensions", $"/agents/{name}/extensions", "/stats", "/tags", "/categories", "/agents/nobody", "/extensions/urn:none"])
        {
            Assert.True(long.Parse((await client.SendAsync("GET", path)).One(Header)) >= revision, path);
        }

        foreach (var (method, path, body) in ((string, string, string?)[])[("POST", "/agents/search",
            """{"query":""}"""), ("POST", "/agents:batch", $"[{TestHttp.Card(name)}]"),
            ("PATCH", $"/agents/{name}", """{"enabled":true}"""), ("POST", $"/agents/{name}:disable", null), ("DELETE", $"/agents/{name}", null),
            ("POST", "/jsonrpc", """{"jsonrpc":"2.0","method":"list_methods","id":1}""")])
        {
            Assert.True(long.Parse((await client.SendAsync(method, path, body)).One(Header)) >= revision, path);
        }

        Assert.False((await client.SendAsync("GET", "/health")).Headers.Contains(Header));
    }

    [Fact]
    public async Task A_request_waits_for_the_revision_it_names()
    {
        var name = TestHttp.NewName();
        var next = host.Registry.Revision + 1;
        var read = client.SendAsync("GET", "/stats", null, (Header, next.ToString()));
        await client.SendAsync("POST", "/agents", TestHttp.Card(name));
        Assert.True(long.Parse((await read).One(Header)) >= next);
    }

    [Fact]
    public async Task A_revision_that_does_not_come_is_503_with_retry_after()
    {
        var registry = new RefusingRegistry(
            new RegistryException(RegistryError.Unavailable, "not seen yet") { RetryAfter = TimeSpan.FromSeconds(2.5) });
        await using var other = await RestHost.StartAsync(registry: registry);
        var response = await other.Client.SendAsync("GET", "/agents", null, (Header, "99"));
        await response.ProblemAsync(503);
        Assert.Equal("3", response.One("Retry-After"));
    }

    [Fact]
    public async Task A_revision_that_the_registry_has_never_come_to_is_409_at_once() =>
        await (await client.SendAsync("GET", "/agents", null, (Header, "9999999"))).ProblemAsync(409, Header);

    [Theory]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    [InlineData("")]
    public async Task A_revision_that_is_no_number_is_refused(string value) =>
        await (await client.SendAsync("GET", "/agents", null, (Header, value))).ProblemAsync(400, Header);
}
