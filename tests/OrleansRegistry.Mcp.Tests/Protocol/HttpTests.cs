using System.Net;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Mcp.Tests.Protocol;

/// <summary>What comes over HTTP that no well-behaved client sends, and what the kit does for each endpoint.</summary>
public sealed class HttpTests(McpHost host)
{
    private const string Ping = """{"jsonrpc":"2.0","id":7,"method":"ping"}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2026-07-28")]
    [InlineData("2025-11-25")]
    [InlineData("2025-06-18")]
    [InlineData("2025-03-26")]
    [InlineData("2024-11-05")]
    public async Task Clients_of_all_revisions_are_served(string version)
    {
        await using var client = await host.ConnectAsync(version: version);
        Assert.Equal(version, client.Mcp.NegotiatedProtocolVersion);
        Assert.Equal("orleans-registry", client.Mcp.ServerInfo!.Name);
        Assert.Contains("find_agents", client.Mcp.ServerInstructions, StringComparison.Ordinal);
        Assert.True((await client.Mcp.ListToolsAsync(cancellationToken: Cancellation)).Count > 15);
        await client.DeployAsync("weather");
        Assert.Single((await client.CallAsync("list_agents")).Items("agents"));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    [InlineData("PUT")]
    public async Task Without_sessions_there_is_only_POST(string method)
    {
        var (status, body, answer) = await host.SendAsync(null, new HttpMethod(method));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, status);
        Assert.Equal("POST", Assert.Single(answer.Content.Headers.Allow));
        Assert.Contains("allowed is POST", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host", "evil.example.com", HttpStatusCode.BadRequest)]
    [InlineData("Origin", "https://evil.example.com", HttpStatusCode.Forbidden)]
    [InlineData("X-Registry-Tenant", "a/b", HttpStatusCode.BadRequest)]
    [InlineData("X-Registry-Subject", "", HttpStatusCode.BadRequest)]
    [InlineData("MCP-Protocol-Version", "1999-01-01", HttpStatusCode.BadRequest)]
    [InlineData("Mcp-Session-Id", "x", HttpStatusCode.BadRequest)]
    public async Task A_header_that_is_refused_is_refused_before_anything_is_done(string name, string value, HttpStatusCode expected) =>
        Assert.Equal(expected, (await host.SendAsync(Ping, (name, value))).Status);

    [Fact]
    public async Task Nobody_is_served_who_is_not_named_where_callers_must_be()
    {
        await using var own = await McpHost.StartAsync(
            build: builder => Http.RegistryHttp.AddRegistryHttp(builder.Services, options => options.DefaultCaller = null));
        var (status, body, answer) = await own.SendAsync(Ping);
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains("X-Registry-Tenant", body, StringComparison.Ordinal);
        Assert.NotEmpty(answer.Headers.WwwAuthenticate);
        Assert.Equal(HttpStatusCode.OK, (await own.SendAsync(Ping, ("X-Registry-Tenant", "a"), ("X-Registry-Subject", "b"))).Status);
    }

    [Theory]
    [InlineData("", -32600)]
    [InlineData("{", -32700)]
    [InlineData("[]", -32600)]
    [InlineData("[" + Ping + "]", -32600)]
    [InlineData("5", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"ping","method":"ping"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":[]}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":5}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"list_agents","arguments":[]}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"list_agents","arguments":{},"arguments":{}}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"resources/read","params":{"uri":{}}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"resources/list","params":{"cursor":1}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"ping","params":{"_meta":5}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"ping","params":{"x":"\uD800"}}""", -32600)]
    public async Task What_is_no_message_is_400_with_an_error_of_JSON_RPC(string body, int code)
    {
        var (status, text, _) = await host.SendAsync(body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        if (body.Length == 0)
        {
            return;
        }

        using var answer = JsonDocument.Parse(text);
        Assert.Equal(code, answer.RootElement.GetProperty("error").GetProperty("code").GetInt32());
        var hasId = body[0] == '{' && body.Contains("\"id\":7", StringComparison.Ordinal);
        Assert.Equal(hasId, answer.RootElement.GetProperty("id").ValueKind != JsonValueKind.Null);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"colours/list"}""", -32601)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"paint"}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":"x"}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"initialize","params":{}}""", -32602)]
    public async Task What_a_method_does_not_take_is_an_error_with_the_id(string body, int code)
    {
        var (_, text, _) = await host.SendAsync(body);
        using var answer = JsonDocument.Parse(text[text.IndexOf('{', StringComparison.Ordinal)..]);
        Assert.Equal(7, answer.RootElement.GetProperty("id").GetInt32());
        Assert.Equal(code, answer.RootElement.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Other_media_types_are_415_and_too_much_is_413()
    {
        var form = new StringContent("a=b", Encoding.UTF8, "application/x-www-form-urlencoded");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await host.SendAsync(form)).Status);
        await using var own = await McpHost.StartAsync(
            build: builder => Http.RegistryHttp.AddRegistryHttp(builder.Services, options => options.MaxBodyBytes = 1024));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await own.SendAsync(Ping + new string(' ', 2000))).Status);
    }

    [Fact]
    public async Task A_notification_is_taken_without_an_answer()
    {
        var (status, body, _) = await host.SendAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        Assert.Equal((HttpStatusCode.Accepted, ""), (status, body));
    }

    [Fact]
    public async Task Fuzzed_bodies_are_never_answered_500_nor_logged()
    {
        const int Seed = 20261128;
        string[] seeds =
        [
            Ping,
            """
            {"jsonrpc":"2.0","id":1,"method":"initialize",
             "params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"c","version":"1"}}}
            """,
            """
            {"jsonrpc":"2.0","id":"x","method":"tools/call",
             "params":{"name":"list_agents","arguments":{"page_size":5,"tag":"é"},"_meta":{"progressToken":1}}}
            """,
            """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"deploy_agent","arguments":{"agent_card":{"name":"n"}}}}""",
            """{"jsonrpc":"2.0","id":3,"method":"resources/read","params":{"uri":"registry://agents/a/card"}}""",
            """
            {"jsonrpc":"2.0","id":4,"method":"server/discover",
             "params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}
            """,
        ];
        string[] pieces =
            ["null", "{}", "[]", "\"\"", "5", "-0", "1e999", "true", "\\u0000", "\"id\":", ",", "\"params\":5", "\uFFFD", "{\"a\":", "]"];
        var random = new Random(Seed);
        var logged = host.Log.Count;
        for (var i = 0; i < 500; i++)
        {
            var body = Encoding.UTF8.GetBytes(seeds[random.Next(seeds.Length)]).ToList();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
            {
                var at = random.Next(body.Count);
                switch (random.Next(4))
                {
                    case 0:
                        body[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        body.RemoveRange(at, Math.Min(random.Next(1, 12), body.Count - at));
                        break;
                    case 2:
                        body.InsertRange(at, Encoding.UTF8.GetBytes(pieces[random.Next(pieces.Length)]));
                        break;
                    default:
                        body.InsertRange(at, body.GetRange(0, random.Next(body.Count)));
                        break;
                }

                if (body.Count == 0)
                {
                    body.Add((byte)'{');
                }
            }

            (string, string)[] headers = random.Next(3) == 0
                ? [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", "=?base64?x?=")]
                : [("X-Registry-Tenant", "fuzz")];
            var (status, text, _) = await host.SendAsync(McpHost.JsonContent([.. body]), null, headers);
            var sent = Encoding.UTF8.GetString([.. body]);
            Assert.True((int)status < 500, $"{status} (seed {Seed}, {i}): {sent}");
            Assert.False(text.Contains("\"kind\":\"internal\"", StringComparison.Ordinal), $"{text} (seed {Seed}, {i}): {sent}");
            Assert.False(text.Contains("-32603", StringComparison.Ordinal), $"{text} (seed {Seed}, {i}): {sent}");
        }

        Assert.Empty(host.Log.Skip(logged));
    }
}
