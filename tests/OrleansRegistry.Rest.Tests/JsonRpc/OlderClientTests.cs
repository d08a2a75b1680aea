using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>What clients of registry 000 (a2a-registry 0.1.5) rely on: the facts that its own tests state.</summary>
public sealed class OlderClientTests(RestHost host)
{
    private readonly HttpClient client = host.Client;

    [Fact]
    public async Task Register_get_list_search_unregister()
    {
        var name = TestHttp.NewName("older");
        var body = $$"""
            {"agent_card":{"name":"{{name}}","description":"An agent designed for {{name}} testing","url":"http://localhost:8010","version":"0.420.0",
             "protocol_version":"0.3.0","capabilities":{"streaming":false,"push_notifications":false,"state_transition_history":false},
             "default_input_modes":["text"],"default_output_modes":["text"],"skills":[],"preferred_transport":"http"} }
            """;
        var registered = await (await client.SendAsync("POST", "/agents", body)).JsonAsync();
        Assert.True(registered.GetProperty("success").GetBoolean());
        Assert.Equal(
            (name, "Agent registered successfully", 0),
            (registered.Text("agent_id"), registered.Text("message"), registered.Number("extensions_processed")));

        var card = (await (await client.SendAsync("GET", $"/agents/{name}")).JsonAsync()).GetProperty("agent_card");
        Assert.Equal((name, "http://localhost:8010"), (card.Text("name"), card.Text("url")));

        var list = await (await client.SendAsync("GET", "/agents")).JsonAsync();
        Assert.Equal(list.Number("count"), list.GetProperty("agents").GetArrayLength());
        Assert.Contains(name, Names(list));

        var found = await (await client.SendAsync("POST", "/agents/search", $$"""{"query":"{{name}} TEST"}""")).JsonAsync();
        Assert.Equal((1, name + " TEST"), (found.Number("count"), found.Text("query")));
        Assert.Equal([name], Names(found));

        var removed = await (await client.SendAsync("DELETE", $"/agents/{name}")).JsonAsync();
        Assert.True(removed.GetProperty("success").GetBoolean());
        Assert.Equal("Agent unregistered successfully", removed.Text("message"));
        Assert.Equal(JsonValueKind.True, removed.GetProperty("extensions_cleaned").ValueKind);
        Assert.Equal("Agent not found", (await (await client.SendAsync("GET", $"/agents/{name}")).ProblemAsync(404)).Text("detail"));
        Assert.Equal("Agent not found", (await (await client.SendAsync("DELETE", $"/agents/{name}")).ProblemAsync(404)).Text("detail"));
    }

    [Fact]
    public async Task Both_transports_see_the_same_agents()
    {
        var name = TestHttp.NewName("dual");
        await (await client.SendAsync(
            "POST",
            "/jsonrpc",
            $$"""{"jsonrpc":"2.0","method":"register_agent","params":{"agent_card":{{TestHttp.Card(name)}}},"id":1}""")).JsonAsync();
        Assert.Equal(name, (await (await client.SendAsync("GET", $"/agents/{name}")).JsonAsync()).GetProperty("agent_card").Text("name"));
        var list = await (await client.SendAsync("POST", "/jsonrpc", """{"jsonrpc":"2.0","method":"list_agents","params":{},"id":2}""")).JsonAsync();
        Assert.Contains(name, Names(list.GetProperty("result")));
    }

    [Fact]
    public async Task Extensions_of_either_way_of_registering_are_listed_and_cleaned()
    {
        var name = TestHttp.NewName("ext");
        var uri = $"ext://{name}.example.com/auth_ext";
        var body = TestHttp.Envelope(name, $$$"""
            ,"capabilities":{"extensions":[{"uri":"{{{uri}}}","description":"Authentication extension","required":true,
            "params":{"type":"authentication"}}]}
            """);
        Assert.Equal(1, (await (await client.SendAsync("POST", "/agents", body)).JsonAsync()).Number("extensions_processed"));
        var found = await (await client.SendAsync("GET", "/extensions/" + uri)).JsonAsync();
        Assert.True(found.GetProperty("found").GetBoolean());
        Assert.Equal(uri, found.GetProperty("extension_info").Text("uri"));
        var listed = await (await client.SendAsync("GET", "/extensions?uri_pattern=" + name)).JsonAsync();
        Assert.Equal(1, listed.Number("count"));
        Assert.Equal(1, (await (await client.SendAsync("GET", $"/agents/{name}/extensions")).JsonAsync()).Number("count"));
        await client.SendAsync("DELETE", "/agents/" + name);
        Assert.Equal("Extension not found", (await (await client.SendAsync("GET", "/extensions/" + uri)).ProblemAsync(404)).Text("detail"));
    }

    private static IEnumerable<string> Names(JsonElement list) => list.GetProperty("agents").EnumerateArray().Select(card => card.Text("name"));
}
