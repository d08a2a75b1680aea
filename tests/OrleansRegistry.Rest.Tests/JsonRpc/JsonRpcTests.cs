using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

public sealed class JsonRpcTests(RestHost host)
{
    private readonly HttpClient client = host.Client;

    [Fact]
    public async Task An_agent_from_register_to_unregister()
    {
        var name = TestHttp.NewName("rpc");
        var registered = await ResultAsync("register_agent", $$"""{"agent_card":{{TestHttp.Card(name, ",\"n\":1.50")}}}""");
        Assert.True(registered.GetProperty("success").GetBoolean());
        Assert.Equal(
            (name, "JSONRPC", "Agent registered successfully"),
            (registered.Text("agent_id"), registered.Text("transport"), registered.Text("message")));

        var got = await ResultAsync("get_agent", $$"""{"agent_id":"{{name}}"}""");
        Assert.True(got.GetProperty("found").GetBoolean());
        Assert.Equal(TestHttp.Card(name, ",\"n\":1.50"), got.GetProperty("agent_card").GetRawText());
        Assert.Equal(name, (await ResultAsync("get_agent", $"[\"{name}\"]")).GetProperty("agent_card").Text("name"));

        var list = await ResultAsync("list_agents", "{}");
        Assert.Equal("JSONRPC", list.Text("transport"));
        Assert.Equal(list.Number("count"), list.GetProperty("agents").GetArrayLength());
        Assert.Contains(name, list.GetProperty("agents").EnumerateArray().Select(card => card.Text("name")));

        var removed = await ResultAsync("unregister_agent", $$"""{"agent_id":"{{name}}"}""");
        Assert.True(removed.GetProperty("success").GetBoolean());
        Assert.Equal((name, "Agent unregistered successfully"), (removed.Text("agent_id"), removed.Text("message")));
        foreach (var method in (string[])["get_agent", "unregister_agent", "ping_agent"])
        {
            var error = await ErrorAsync(method, $$"""{"agent_id":"{{name}}"}""");
            Assert.Equal((-32001, "Agent not found"), (error.Number("code"), error.Text("message")));
        }
    }

    [Theory]
    [InlineData("""{"\uD800":1}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"\uD800":1,"method":"list_methods"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"\uD800"}""")]
    public async Task A_call_whose_names_are_no_text_is_no_call_and_spoils_no_other(string call)
    {
        var answers = await (await client.SendAsync("POST", "/jsonrpc", $$"""[{{call}},{"jsonrpc":"2.0","id":2,"method":"list_methods"}]"""))
            .JsonAsync();
        Assert.Equal(-32600, answers[0].GetProperty("error").Number("code"));
        Assert.NotEmpty(answers[1].GetProperty("result").EnumerateArray());
    }

    [Fact]
    public async Task A_batch_is_answered_up_to_so_many_bytes()
    {
        await using var small = await RestHost.StartAsync(rest: options => options.MaxBatchAnswerBytes = 10_000);
        var large = TestHttp.Card("large", $$""","x":"{{new string('x', 4_000)}}" """);
        var register = $$"""{"jsonrpc":"2.0","id":0,"method":"register_agent","params":[{{large}}]}""";
        var calls = Enumerable.Range(1, 5).Select(i => $$"""{"jsonrpc":"2.0","id":{{i}},"method":"get_agent","params":["large"]}""");
        var answers = await (await small.Client.SendAsync("POST", "/jsonrpc", $"[{string.Join(',', calls.Prepend(register))}]")).JsonAsync();
        Assert.Equal(6, answers.GetArrayLength());
        Assert.All(answers.EnumerateArray().Skip(1).Take(3), answer => Assert.True(answer.GetProperty("result").GetProperty("found").GetBoolean()));
        Assert.All(
            answers.EnumerateArray().Skip(4),
            answer => Assert.Contains(
                "more than 10,000 bytes. Send fewer calls",
                answer.GetProperty("error").Text("message"),
                StringComparison.Ordinal));
    }

    [Fact]
    public async Task Search_by_keyword_says_so()
    {
        var name = TestHttp.NewName("findme");
        await ResultAsync("register_agent", $$"""[{{TestHttp.Card(name, ""","skills":[{"id":"weather-9"}]""")}}]""");
        var found = await ResultAsync("search_agents", $$"""{"query":"{{name.ToUpperInvariant()}}"}""");
        Assert.Equal((1, "SEARCH_MODE_KEYWORD", name.ToUpperInvariant()), (found.Number("count"), found.Text("search_mode"), found.Text("query")));
        Assert.Equal(0, found.GetProperty("similarity_scores").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, found.GetProperty("skills_filter").ValueKind);
        Assert.Equal("JSONRPC", found.Text("transport"));

        var keyword = await ResultAsync(
            "search_agents",
            """{"query":"","skills":["weather-9"],"search_mode":"SEARCH_MODE_KEYWORD","max_results":5000}""");
        Assert.Equal(1, keyword.Number("count"));
        Assert.Equal("weather-9", keyword.GetProperty("skills_filter")[0].GetString());
        Assert.False(keyword.TryGetProperty("similarity_scores", out _));

        for (var i = 0; i < 11; i++)
        {
            await ResultAsync("register_agent", $"[{TestHttp.Card($"{name}-{i}")}]");
        }

        Assert.Equal(10, (await ResultAsync("search_agents", $"[\"{name}\"]")).Number("count"));
        var verified = await ResultAsync("search_agents", $$"""{"query":"{{name}}","require_signature_verified":true}""");
        Assert.Equal(0, verified.Number("count"));
    }

    [Fact]
    public async Task Ping_tells_what_is_known_and_contacts_nobody()
    {
        var name = TestHttp.NewName("ping");
        await ResultAsync("register_agent", $"[{TestHttp.Card(name)}]");
        var pong = await ResultAsync("ping_agent", $"[\"{name}\"]");
        Assert.True(pong.GetProperty("responsive").GetBoolean());
        Assert.False(pong.GetProperty("contacted").GetBoolean());
        Assert.Equal(
            ("registered", 0, name, "JSONRPC"),
            (pong.Text("status"), pong.Number("response_time_ms"), pong.Text("agent_id"), pong.Text("transport")));
        Assert.True(pong.GetProperty("timestamp").TryGetDateTimeOffset(out _));
        await client.SendAsync("POST", $"/agents/{name}:disable");
        pong = await ResultAsync("ping_agent", $"[\"{name}\"]");
        Assert.False(pong.GetProperty("responsive").GetBoolean());
        Assert.Equal("disabled", pong.Text("status"));
    }

    [Fact]
    public async Task Extensions_health_card_and_methods()
    {
        var uri = "urn:rpc:" + TestHttp.NewName();
        await ResultAsync("register_agent", $"[{TestHttp.Card(TestHttp.NewName(), $$""","capabilities":{"extensions":[{"uri":"{{uri}}"}]}""")}]");
        var extensions = await ResultAsync("list_extensions", $$"""{"uri_pattern":"{{uri}}","page_size":5}""");
        Assert.Equal((1, 1, "JSONRPC"), (extensions.Number("count"), extensions.Number("total_count"), extensions.Text("transport")));
        Assert.Equal(JsonValueKind.Null, extensions.GetProperty("next_page_token").ValueKind);

        var health = await ResultAsync("health_check", "{}");
        Assert.Equal(
            ("healthy", "A2A Registry", "JSONRPC", "0.3.0"),
            (health.Text("status"), health.Text("service"), health.Text("transport"), health.Text("protocol_version")));
        Assert.True(health.Number("agents_count") > 0);

        var card = (await ResultAsync("get_agent_card", "{}")).GetProperty("agent_card");
        Assert.Equal(("A2A Registry", "JSONRPC", "0.3.0"), (card.Text("name"), card.Text("preferred_transport"), card.Text("protocol_version")));
        var skills = card.GetProperty("skills").EnumerateArray().Select(skill => skill.Text("id")).ToArray();
        Assert.All(
            (string[])["register_agent", "get_agent", "list_agents", "search_agents", "unregister_agent"],
            skill => Assert.Contains(skill, skills));

        foreach (var method in (string[])["system.listMethods", "system_listMethods", "list_methods"])
        {
            var names = (await ResultAsync(method, "[]")).EnumerateArray().Select(name => name.GetString()).ToArray();
            Assert.Contains("register_agent", names);
            Assert.Contains("system.listMethods", names);
        }
    }

    [Theory]
    [InlineData("register_agent", "{}", -32602)]
    [InlineData("register_agent", """{"agent_card":{}}""", -32602)]
    [InlineData("register_agent", """{"agent_card":null}""", -32602)]
    [InlineData("register_agent", """{"agent_card":"x"}""", -32602)]
    [InlineData("register_agent", """{"agent_card":{"name":"x","name":"y"}}""", -32602)]
    [InlineData("register_agent", """{"agent_card":{"name":"\uD800"}}""", -32602)]
    [InlineData("register_agent", """{"card":{"name":"x"}}""", -32602)]
    [InlineData("get_agent", "{}", -32602)]
    [InlineData("get_agent", "null", -32602)]
    [InlineData("get_agent", """{"agent_id":7}""", -32602)]
    [InlineData("get_agent", """{"agent_id":"\uD800"}""", -32602)]
    [InlineData("get_agent", """{"agent_id":""}""", -32602)]
    [InlineData("get_agent", """{"agent_id":"x","agent_id":"y"}""", -32602)]
    [InlineData("get_agent", """["x","y"]""", -32602)]
    [InlineData("list_agents", """{"x":1}""", -32602)]
    [InlineData("search_agents", """{"search_mode":"FAST"}""", -32602)]
    [InlineData("search_agents", """{"max_results":0}""", -32602)]
    [InlineData("search_agents", """{"skills":"x"}""", -32602)]
    [InlineData("search_agents", """{"similarity_threshold":"x"}""", -32602)]
    [InlineData("search_agents", """{"query_vector":7}""", -32602)]
    [InlineData("search_agents", """{"query_vector":[0],"model":"m"}""", -32602)]
    [InlineData("search_agents", """{"query_vector":[1]}""", -32602)]
    [InlineData("search_agents", """{"query":"x","model":"m"}""", -32602)]
    [InlineData("search_agents", """{"query_vector":[1],"model":"m","search_mode":"SEARCH_MODE_KEYWORD"}""", -32602)]
    [InlineData("search_agents", """{"query_vector":[1],"model":"m","similarity_threshold":2}""", -32602)]
    [InlineData("list_extensions", """{"page_size":5000}""", -32602)]
    [InlineData("list_extensions", """{"page_token":"nonsense"}""", -32602)]
    [InlineData("no_such_method", "{}", -32601)]
    [InlineData("update_agent_vectors", """{"agent_id":"no-such-agent","vectors":[]}""", -32001)]
    [InlineData("update_agent_vectors", """{"agent_id":"no-such-agent","vectors":[{"values":[1]}]}""", -32001)]
    [InlineData("update_agent_vectors", """{"vectors":[{"values":[1]}]}""", -32602)]
    [InlineData("update_agent_vectors", """{"agent_id":"x"}""", -32602)]
    [InlineData("update_agent_vectors", """{"agent_id":"x","vectors":{}}""", -32602)]
    [InlineData("update_agent_vectors", """{"agent_id":"x","vectors":[1]}""", -32602)]
    [InlineData("update_agent_vectors", """{"agent_id":"x","vectors":[{}]}""", -32602)]
    [InlineData("update_agent_vectors", """{"agent_id":"x","vectors":[{"values":["1"]}]}""", -32602)]
    [InlineData("update_agent_vectors", """{"agent_id":"x","vectors":[{"values":[1e39]}]}""", -32602)]
    [InlineData("update_agent_vectors", """{"agent_id":"x","vectors":[{"values":[0,0]}]}""", -32602)]
    [InlineData("update_agent_vectors", """{"agent_id":"x","vectors":[{"values":[1]},{"values":[1,2]}]}""", -32602)]
    [InlineData("update_agent_vectors", """{"agent_id":"x","vectors":[{"values":[1],"field_path":7}]}""", -32602)]
    [InlineData("update_agent_vectors", """{"agent_id":"x","vectors":[{"values":[1],"metadata":7}]}""", -32602)]
    [InlineData("update_agent_vectors", """{"agent_id":"x","vectors":[{"values":[1],"metadata":{"model":"m"}},{"values":[1]}]}""", -32602)]
    [InlineData("get_agent_vectors", """{"agent_id":"no-such-agent"}""", -32001)]
    [InlineData("get_vector_stats", """{"x":1}""", -32602)]
    public async Task A_bad_call_has_its_code(string method, string parameters, int code) =>
        Assert.Equal(code, (await ErrorAsync(method, parameters)).Number("code"));

    [Theory]
    [InlineData("{", -32700, "null")]
    [InlineData("", -32700, "null")]
    [InlineData("7", -32600, "null")]
    [InlineData("[]", -32600, "null")]
    [InlineData("{}", -32600, "null")]
    [InlineData("""{"jsonrpc":"1.0","method":"list_agents","id":5}""", -32600, "5")]
    [InlineData("""{"method":"list_agents","id":5}""", -32600, "5")]
    [InlineData("""{"jsonrpc":"2.0","id":"a"}""", -32600, "\"a\"")]
    [InlineData("""{"jsonrpc":"2.0","method":7,"id":1}""", -32600, "1")]
    [InlineData("""{"jsonrpc":"2.0","method":"x","params":7,"id":1}""", -32600, "1")]
    [InlineData("""{"jsonrpc":"2.0","method":"list_agents","id":{}}""", -32600, "null")]
    [InlineData("""{"jsonrpc":"2.0","method":"list_agents","method":"list_agents","id":1}""", -32600, "1")]
    public async Task A_request_that_is_none_has_its_code(string body, int code, string id)
    {
        var json = await PostAsync(body.Length == 0 ? " " : body);
        Assert.Equal(code, json.GetProperty("error").Number("code"));
        Assert.Equal(id, json.GetProperty("id").GetRawText());
    }

    [Fact]
    public async Task A_batch_answers_its_calls_in_order_and_no_notifications()
    {
        var name = TestHttp.NewName("batch");
        var json = await PostAsync($$"""
            [{"jsonrpc":"2.0","method":"register_agent","params":[{{TestHttp.Card(name)}}]},
             {"jsonrpc":"2.0","method":"get_agent","params":["{{name}}"],"id":"one"},
             7,
             {"jsonrpc":"2.0","method":"nothing","id":2.0},
             {"jsonrpc":"2.0","method":"nothing"},
             {"jsonrpc":"2.0","method":"list_methods","id":null}]
            """);
        var answers = json.EnumerateArray().ToArray();
        Assert.Equal(["\"one\"", "null", "2.0", "null"], answers.Select(answer => answer.GetProperty("id").GetRawText()));
        Assert.True(answers[0].GetProperty("result").GetProperty("found").GetBoolean());
        Assert.Equal(-32600, answers[1].GetProperty("error").Number("code"));
        Assert.Equal(-32601, answers[2].GetProperty("error").Number("code"));
        Assert.Equal(JsonValueKind.Array, answers[3].GetProperty("result").ValueKind);
    }

    [Fact]
    public async Task Notifications_alone_are_answered_with_nothing()
    {
        var name = TestHttp.NewName("notify");
        var call = $$"""{"jsonrpc":"2.0","method":"register_agent","params":{"agent_card":{{TestHttp.Card(name)}} } }""";
        foreach (var body in (string[])[call, $"[{call},{call}]"])
        {
            var response = await client.SendAsync("POST", "/jsonrpc", body);
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
            Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }

        await (await client.SendAsync("GET", $"/agents/{name}")).JsonAsync();
    }

    [Fact]
    public async Task What_nobody_expected_is_an_internal_error_without_details()
    {
        await using var other = await RestHost.StartAsync(registry: new RefusingRegistry(new InvalidOperationException("secret details")));
        var response = await other.Client.SendAsync("POST", "/jsonrpc", """{"jsonrpc":"2.0","method":"list_agents","id":1}""");
        var error = (await response.JsonAsync()).GetProperty("error");
        Assert.Equal(-32603, error.Number("code"));
        Assert.DoesNotContain("secret", error.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("secret details", Assert.Single(other.Log), StringComparison.Ordinal);
    }

    private async Task<JsonElement> PostAsync(string body)
    {
        var json = await (await client.SendAsync("POST", "/jsonrpc", body)).JsonAsync();
        Assert.All(
            json.ValueKind == JsonValueKind.Array ? [.. json.EnumerateArray()] : (JsonElement[])[json],
            answer => Assert.Equal("2.0", answer.Text("jsonrpc")));
        return json;
    }

    private async Task<JsonElement> ResultAsync(string method, string parameters)
    {
        var json = await PostAsync($$"""{"jsonrpc":"2.0","method":"{{method}}","params":{{parameters}},"id":1}""");
        Assert.True(json.TryGetProperty("result", out var result), json.GetRawText());
        return result;
    }

    private async Task<JsonElement> ErrorAsync(string method, string parameters)
    {
        var json = await PostAsync($$"""{"jsonrpc":"2.0","method":"{{method}}","params":{{parameters}},"id":1}""");
        Assert.True(json.TryGetProperty("error", out var error), json.GetRawText());
        return error;
    }
}
