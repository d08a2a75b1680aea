using System.Net;
using System.Text;

namespace OrleansRegistry.Rest.Tests;

public sealed class BadInputTests(RestHost host)
{
    private readonly HttpClient client = host.Client;

    public static TheoryData<string, string> Registrations => new()
    {
        { "", "body" },
        { "   ", "body" },
        { "{", "body" },
        { "nonsense", "body" },
        { "[]", "body" },
        { "null", "body" },
        { "7", "body" },
        { "\"text\"", "body" },
        { "{} {}", "body" },
        { """{"agent_card":{"name":"x"}} // no""", "body" },
        { """{"agent_card":{"name":"x"},}""", "body" },
        { "{}", "agent_card" },
        { """{"agent_id":"x"}""", "agent_card" },
        { """{"agent_card":null}""", "agent_card" },
        { """{"agent_card":[]}""", "agent_card" },
        { """{"agent_card":"{}"}""", "agent_card" },
        { """{"agent_card":{}}""", "name" },
        { """{"agent_card":{"name":""}}""", "name" },
        { """{"agent_card":{"name":"  "}}""", "name" },
        { """{"agent_card":{"name":7}}""", "name" },
        { """{"agent_card":{"name":null}}""", "name" },
        { """{"name":7}""", "name" },
        { """{"agent_card":{"name":"x","skills":"y"}}""", "skills" },
        { """{"agent_card":{"name":"x","skills":[null]}}""", "skills[0]" },
        { """{"agent_card":{"name":"x","description":[]}}""", "description" },
        { """{"agent_card":{"name":"x"},"agent_id":7}""", "agent_id" },
        { """{"agent_card":{"name":"x"},"agent_id":".."}""", "agent_id" },
        { """{"agent_card":{"name":"x"},"agent_id":"a\u0000b"}""", "agent_id" },
        { """{"agent_card":{"name":"x"},"agent_id":"\uD800"}""", "agent_id" },
        { """{"agent_card":{"name":"x"},"\uD800":1}""", "body" },
        { """{"\uD800":1,"name":"x"}""", "body" },
        { """{"agent_card":{"name":"x"},"enabled":"true"}""", "enabled" },
        { """{"agent_card":{"name":"x"},"enabled":1}""", "enabled" },
        { """{"agent_card":{"name":"x"},"enable":true}""", "enable" },
        { """{"enable":true,"agent_card":{"name":"x"}}""", "enable" },
        { """{"agent_card":{"name":"x"},"agent_card":{"name":"y"}}""", "agent_card" },
        { """{"agent_card":{"name":"x"},"agent\u005fcard":{"name":"y"}}""", "agent_card" },
        { """{"agent_card":{"name":"x"},"agent_id":"a","agent_id":"b"}""", "agent_id" },
        { """{"agent_card":{"name":"x","name":"y"}}""", "agent_card" },
        { """{"agent_card":{"name":"x","a":{"b":1,"b":2}}}""", "agent_card" },
        { """{"agent_card":{"name":"x","a":"\uDC00"}}""", "agent_card" },
        { """{"agent_card":{"name":"x","a":NaN}}""", "body" },
        { """{"agent_card":{"name":"x","a":""" + Nested(100) + "}}", "agent_card" },
        { """{"name":"x","a":""" + Nested(100_000) + "}", "agent_card" },
        { """{"agent_card":""" + new string('[', 100_000) + "}", "body" },
    };

    private static string Nested(int levels) => new string('[', levels) + new string(']', levels);

    [Theory]
    [MemberData(nameof(Registrations))]
    public async Task A_bad_registration_is_refused_and_nothing_is_stored(string body, string field)
    {
        var before = host.Registry.Revision;
        await (await client.SendAsync("POST", "/agents", body)).ProblemAsync(400, field);
        var id = "bad" + TestHttp.NewName();
        await (await client.SendAsync("PUT", "/agents/" + id, body)).ProblemAsync(400, field);
        await (await client.SendAsync("GET", "/agents/" + id)).ProblemAsync(404);
        Assert.True(host.Registry.Revision >= before);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        foreach (var (bytes, field) in ((byte[], string)[])[
            ([.. "{\"agent_card\":{\"name\":\"a"u8, 0xFF, .. "\"}}"u8], "agent_card"),
            ([.. "{\"agent_card\":{\"name\":\"a\"},\"agent_id\":\""u8, 0xC3, 0x28, .. "\"}"u8], "agent_id"),
            ([.. "{\"agent_card\":{\"name\":\"a\"},\""u8, 0xC3, 0x28, .. "\":1}"u8], "body"),
            (Encoding.Unicode.GetBytes("{\"name\":\"x\"}"), "body")])
        {
            using var content = new ByteArrayContent(bytes);
            content.Headers.ContentType = new("application/json");
            await (await client.PostAsync("/agents", content, TestContext.Current.CancellationToken)).ProblemAsync(400, field);
        }
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/xml")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/jsonx")]
    [InlineData("")]
    public async Task A_body_that_is_not_json_by_its_header_is_415(string type)
    {
        foreach (var (method, path) in ((string, string)[])[("POST", "/agents"), ("PUT", "/agents/x"), ("PUT", "/agents/x/card"),
            ("PATCH", "/agents/x"),
            ("POST", "/agents/search"), ("POST", "/agents:batch")])
        {
            var response = await client.SendAsync(method, path, TestHttp.Card("x"), ("Content-Type", type));
            var problem = await response.ProblemAsync(415, "Content-Type");
            Assert.Contains("application/json", problem.Text("detail"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("")]
    public async Task Json_rpc_takes_any_content_type_as_the_older_registry_did(string type)
    {
        var response = await client.SendAsync("POST", "/jsonrpc", """{"jsonrpc":"2.0","id":1,"method":"health_check"}""", ("Content-Type", type));
        Assert.Contains("healthy", (await response.JsonAsync()).GetProperty("result").GetProperty("status").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json;charset=UTF-8")]
    [InlineData("application/json; charset=\"utf-8\"")]
    [InlineData("APPLICATION/JSON")]
    [InlineData("application/a2a+json")]
    [InlineData("application/merge-patch+json; charset=utf-8")]
    public async Task Json_by_another_name_is_taken(string type) =>
        await (await client.SendAsync("POST", "/agents", TestHttp.Card(TestHttp.NewName()), ("Content-Type", type))).JsonAsync();

    [Fact]
    public async Task A_compressed_body_is_415()
    {
        using var content = TestHttp.Json(TestHttp.Card("x"));
        content.Headers.ContentEncoding.Add("gzip");
        await (await client.PostAsync("/agents", content, TestContext.Current.CancellationToken)).ProblemAsync(415, "Content-Encoding");
    }

    [Fact]
    public async Task A_body_that_is_missing_is_refused()
    {
        await (await client.SendAsync("POST", "/agents")).ProblemAsync(400, "body");
        await (await client.SendAsync("PATCH", "/agents/x")).ProblemAsync(400, "body");
        await (await client.SendAsync("POST", "/jsonrpc")).ProblemAsync(400, "body");
    }

    [Fact]
    public async Task A_card_or_body_that_is_too_large_is_413()
    {
        var big = TestHttp.Card("big", $",\"x\":\"{new string('x', 300 * 1024)}\"");
        await (await client.SendAsync("POST", "/agents", big)).ProblemAsync(413, "agent_card");

        await using var other = await RestHost.StartAsync(
            options => options.MaxBodyBytes = 10_000,
            new RefusingRegistry(new InvalidOperationException()));
        await (await other.Client.SendAsync("POST", "/agents", big)).ProblemAsync(413, "body");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/agents") { Content = TestHttp.Json(big) };
        request.Headers.TransferEncodingChunked = true;
        await (await other.Client.SendAsync(request, TestContext.Current.CancellationToken)).ProblemAsync(413, "body");
    }

    [Fact]
    public async Task A_chunked_body_is_read_whole()
    {
        var name = TestHttp.NewName();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/agents")
        {
            Content = TestHttp.Json(TestHttp.Card(name, $",\"x\":\"{new string('x', 200 * 1024)}\"")),
        };
        request.Headers.TransferEncodingChunked = true;
        Assert.Equal(name, (await (await client.SendAsync(request, TestContext.Current.CancellationToken)).JsonAsync()).Text("agent_id"));
    }

    [Theory]
    [InlineData("/agents?page_size=0", "page_size")]
    [InlineData("/agents?page_size=1001", "page_size")]
    [InlineData("/agents?page_size=ten", "page_size")]
    [InlineData("/agents?page_size=1&page_size=2", "page_size")]
    [InlineData("/agents?enabled=yes", "enabled")]
    [InlineData("/agents?view=table", "view")]
    [InlineData("/agents?tags=x", "tags")]
    [InlineData("/agents?Query=x", "Query")]
    [InlineData("/agents?query=a&query=b", "query")]
    [InlineData("/agents?delivery=mail", "delivery")]
    [InlineData("/agents?not.enabled=no", "not.enabled")]
    [InlineData("/agents?all.owner=a", "all.owner")]
    [InlineData("/agents?not.colour=red", "not.colour")]
    [InlineData("/agents:watch?wait=1&not.delivery=mail", "not.delivery")]
    [InlineData("/agents?page_size=5&page_token=nonsense", "page_token")]
    [InlineData("/agents/x?consistency=eventual", "consistency")]
    [InlineData("/agents/x?consistence=strong", "consistence")]
    [InlineData("/extensions?page_size=0", "page_size")]
    [InlineData("/extensions?page_size=5000", "page_size")]
    [InlineData("/extensions?uri=x", "uri")]
    [InlineData("/extensions?uri_pattern=a&uri_pattern=b", "uri_pattern")]
    public async Task A_bad_query_parameter_is_refused_by_its_name(string path, string field) =>
        await (await client.SendAsync("GET", path)).ProblemAsync(400, field);

    [Theory]
    [InlineData("{}", "query")]
    [InlineData("""{"query":null}""", "query")]
    [InlineData("""{"query":7}""", "query")]
    [InlineData("""{"query":"\uD800"}""", "query")]
    [InlineData("""{"query":"x","skills":"y"}""", "skills")]
    [InlineData("""{"query":"x","skills":["y"],"skill":"y"}""", "skills")]
    [InlineData("""{"query":"x","host":5}""", "host")]
    [InlineData("""{"query":"x","host":["a",5]}""", "host[1]")]
    [InlineData("""{"query":"x","not":[]}""", "not")]
    [InlineData("""{"query":"x","not":{"colour":"red"}}""", "not.colour")]
    [InlineData("""{"query":"x","not":{"tags":"y"}}""", "not.tags")]
    [InlineData("""{"query":"x","not":{"delivery":"mail"}}""", "not.delivery")]
    [InlineData("""{"query":"x","all":{"provider":"a"}}""", "all.provider")]
    [InlineData("""{"query":"x","skills":["y",7]}""", "skills[1]")]
    [InlineData("""{"query":"x","tags":{}}""", "tags")]
    [InlineData("""{"query":"x","enabled":"true"}""", "enabled")]
    [InlineData("""{"query":"x","page_size":0}""", "page_size")]
    [InlineData("""{"query":"x","page_size":1.5}""", "page_size")]
    [InlineData("""{"query":"x","page_size":5,"page_token":"nonsense"}""", "page_token")]
    [InlineData("""{"query":"x","view":"table"}""", "view")]
    [InlineData("""{"query":"x","limit":5}""", "limit")]
    [InlineData("""{"query":"x","query":"y"}""", "query")]
    [InlineData("""["x"]""", "body")]
    [InlineData("""{"query":"x" """, "body")]
    public async Task A_bad_search_is_refused(string body, string field) =>
        await (await client.SendAsync("POST", "/agents/search", body)).ProblemAsync(400, field);

    [Theory]
    [InlineData(RegistryError.Invalid, 400)]
    [InlineData(RegistryError.TooLarge, 413)]
    [InlineData(RegistryError.NotFound, 404)]
    [InlineData(RegistryError.Conflict, 409)]
    [InlineData(RegistryError.Busy, 503)]
    [InlineData(RegistryError.Unavailable, 503)]
    [InlineData(RegistryError.StorageFull, 507)]
    [InlineData(RegistryError.NotSupported, 501)]
    public async Task Each_refusal_has_its_status(RegistryError error, int status)
    {
        await using var other = await RestHost.StartAsync(registry: new RefusingRegistry(new RegistryException(error, "what and why", "where")));
        foreach (var (method, path, body) in ((string, string, string?)[])[
            ("POST", "/agents", TestHttp.Card("x")), ("PUT", "/agents/x", TestHttp.Card("x")), ("POST", "/agents:batch", $"[{TestHttp.Card("x")}]"),
            ("GET", "/agents", null), ("GET", "/agents/x", null), ("DELETE", "/agents/x", null),
            ("POST", "/agents/x:enable", null), ("GET", "/stats", null), ("GET", "/tags", null), ("GET", "/extensions", null),
            ("GET", "/extensions/x", null)])
        {
            var response = await other.Client.SendAsync(method, path, body);
            Assert.Equal("what and why", (await response.ProblemAsync(status, "where")).Text("detail"));
            Assert.Equal(status == 503, response.Headers.RetryAfter is not null);
        }

        Assert.Empty(other.Log);
    }

    [Fact]
    public async Task What_nobody_expected_is_500_without_details_and_logged()
    {
        await using var other = await RestHost.StartAsync(registry: new RefusingRegistry(new InvalidOperationException("secret details")));
        var problem = await (await other.Client.SendAsync("GET", "/agents/x")).ProblemAsync(500);
        Assert.DoesNotContain("secret", problem.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("secret details", Assert.Single(other.Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_path_is_a_404_problem()
    {
        foreach (var path in (string[])["/nothing", "/agents/x/y/z", "/agent", "/health/nothing"])
        {
            await (await client.SendAsync("GET", path)).ProblemAsync(404);
        }
    }

    [Theory]
    [InlineData("DELETE", "/agents", "GET, HEAD, POST")]
    [InlineData("POST", "/agents/x", "DELETE, GET, HEAD, PATCH, PUT")]
    [InlineData("OPTIONS", "/agents/x", "DELETE, GET, HEAD, PATCH, PUT")]
    [InlineData("POST", "/agents/x:archive", "DELETE, GET, HEAD, PATCH, PUT")]
    [InlineData("DELETE", "/agents/x/card", "GET, HEAD, PUT")]
    [InlineData("GET", "/jsonrpc", "POST")]
    [InlineData("GET", "/agents:batch", "POST")]
    [InlineData("POST", "/stats", "GET, HEAD")]
    [InlineData("POST", "/", "GET, HEAD")]
    public async Task A_wrong_method_is_a_405_problem_with_the_right_ones(string method, string path, string allow)
    {
        var response = await client.SendAsync(method, path);
        await response.ProblemAsync(405);
        Assert.Equal(allow, string.Join(", ", response.Content.Headers.Allow.Order()));
    }

    [Fact]
    public async Task A_client_that_leaves_makes_no_noise()
    {
        var registry = new WaitingRegistry();
        await using var other = await RestHost.StartAsync(registry: registry);
        using var leave = new CancellationTokenSource();
        var request = other.Client.GetAsync("/agents/x", leave.Token);
        await registry.Asked.Task.WaitAsync(TestContext.Current.CancellationToken);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await registry.Left.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, (await other.Client.SendAsync("GET", "/health/live")).StatusCode);
        Assert.Empty(other.Log);
    }

    [Theory]
    [InlineData("MaxBodyBytes")]
    [InlineData("MaxBatchEntries")]
    [InlineData("PublicUrl")]
    public async Task A_wrong_option_stops_the_start_with_its_name(string name)
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => RestHost.StartAsync(
            options =>
            {
                options.MaxBodyBytes = name == "MaxBodyBytes" ? 0 : options.MaxBodyBytes;
                options.PublicUrl = name == "PublicUrl" ? "ftp://x" : null;
            },
            new WaitingRegistry(),
            rest: options => options.MaxBatchEntries = name == "MaxBatchEntries" ? 0 : options.MaxBatchEntries));
        Assert.Contains(name, fault.Message, StringComparison.Ordinal);
    }
}
