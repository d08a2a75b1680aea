using System.Net;
using System.Text;

namespace OrleansRegistry.Rest.Tests;

public sealed class AgentTests(RestHost host)
{
    private readonly HttpClient client = host.Client;

    [Fact]
    public async Task Register_answers_what_was_done()
    {
        var name = TestHttp.NewName();
        var more = ""","capabilities":{"extensions":[{"uri":"urn:x"}]}""";
        var first = await client.SendAsync("POST", "/agents", TestHttp.Envelope(name, more));
        var json = await first.JsonAsync();
        Assert.True(json.GetProperty("success").GetBoolean());
        Assert.Equal(name, json.Text("agent_id"));
        Assert.Equal("Agent registered successfully", json.Text("message"));
        Assert.Equal(1, json.Number("extensions_processed"));
        Assert.True(json.GetProperty("created").GetBoolean());
        Assert.NotEmpty(json.GetProperty("warnings").EnumerateArray().First().Text("field"));
        Assert.Equal(first.One("X-Registry-Revision"), json.GetProperty("revision").GetRawText());
        Assert.Equal($"\"{json.Number("revision")}\"", first.One("ETag"));

        var again = await (await client.SendAsync("POST", "/agents", TestHttp.Envelope(name))).JsonAsync();
        Assert.False(again.GetProperty("created").GetBoolean());
        Assert.True(again.Number("revision") > json.Number("revision"));
    }

    [Fact]
    public async Task A_bare_card_registers_and_an_envelope_may_name_id_and_state()
    {
        var name = TestHttp.NewName();
        Assert.Equal(name, (await (await client.SendAsync("POST", "/agents", TestHttp.Card(name))).JsonAsync()).Text("agent_id"));

        var body = $$"""{"agent_id":"{{name}}/b","enabled":false,"agent_card":{{TestHttp.Card(name)}}}""";
        Assert.Equal(name + "/b", (await (await client.SendAsync("POST", "/agents", body)).JsonAsync()).Text("agent_id"));
        var agent = await (await client.SendAsync("GET", $"/agents/{name}%2Fb")).JsonAsync();
        Assert.False(agent.GetProperty("enabled").GetBoolean());

        var nulls = $$"""{"agent_id":null,"enabled":null,"agent_card":{{TestHttp.Card(name)}}}""";
        Assert.Equal(name, (await (await client.SendAsync("POST", "/agents", nulls)).JsonAsync()).Text("agent_id"));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("Ünïcode \U0001F600 \\u00e9 \\\"quoted\\\" \\\\ back")]
    public async Task An_agent_comes_back_with_its_card_byte_for_byte(string title)
    {
        var name = TestHttp.NewName();
        var card = $$"""  { "name" : "{{name}}",  "n": 1.50e+2, "x":{"title":"{{title}}"} , "description":"d" }""".Trim();
        await (await client.SendAsync("PUT", $"/agents/{name}%20%C3%BC%22", $$"""{"agent_card":{{card}}}""")).JsonAsync(HttpStatusCode.Created);

        var bare = await client.SendAsync("GET", $"/agents/{name}%20%C3%BC%22/card");
        Assert.Equal(card, await bare.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("application/json", bare.Content.Headers.ContentType?.ToString());

        var response = await client.SendAsync("GET", $"/agents/{name}%20%C3%BC%22");
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(Encoding.UTF8.GetByteCount(text), response.Content.Headers.ContentLength);
        Assert.StartsWith($"{{\"agent_card\":{card},", text, StringComparison.Ordinal);
        var json = await response.JsonAsync();
        Assert.Equal(name + " ü\"", json.Text("agent_id"));
        Assert.True(json.GetProperty("enabled").GetBoolean());
        Assert.Equal($"\"{json.Number("revision")}\"", response.One("ETag"));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", json.Text("created_at"));
        Assert.Equal(json.GetProperty("created_at").GetDateTimeOffset(), json.GetProperty("updated_at").GetDateTimeOffset());
    }

    [Fact]
    public async Task Put_creates_with_a_location_and_replaces()
    {
        var id = TestHttp.NewName("put/me ");
        var path = "/agents/" + Uri.EscapeDataString(id);
        var created = await client.SendAsync("PUT", path, TestHttp.Envelope("whatever"));
        Assert.True((await created.JsonAsync(HttpStatusCode.Created)).GetProperty("created").GetBoolean());
        Assert.Equal(path, created.Headers.Location?.OriginalString);

        var replaced = await client.SendAsync("PUT", path + "/card", TestHttp.Card("another"));
        Assert.False((await replaced.JsonAsync()).GetProperty("created").GetBoolean());
        Assert.Equal("another", (await (await client.SendAsync("GET", path)).JsonAsync()).GetProperty("agent_card").Text("name"));

        var card = await client.SendAsync("PUT", path + "%3Acard/card", TestHttp.Card("x"));
        Assert.Equal(path + "%3Acard", (await WithStatusAsync(card, HttpStatusCode.Created)).Headers.Location?.OriginalString);
        await (await client.SendAsync("PUT", path, $$"""{"agent_id":"other","agent_card":{{TestHttp.Card("x")}}}""")).ProblemAsync(400, "agent_id");
    }

    [Fact]
    public async Task Patch_changes_what_it_names_and_keeps_the_rest_as_sent()
    {
        var name = TestHttp.NewName();
        await client.SendAsync("POST", "/agents", TestHttp.Envelope(name, ""","n":1.50"""));
        var response = await client.SendAsync(
            "PATCH", $"/agents/{name}", """
                {"agent_card":{"description":null,"tags":["t"]},"enabled":false}
                """, ("Content-Type", "application/merge-patch+json"));
        Assert.False((await response.JsonAsync()).GetProperty("created").GetBoolean());
        var text = await client.GetStringAsync($"/agents/{name}", TestContext.Current.CancellationToken);
        Assert.Contains("\"n\":1.50", text, StringComparison.Ordinal);
        Assert.Contains("\"tags\":[\"t\"]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("About", text, StringComparison.Ordinal);
        Assert.Contains("\"enabled\":false", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"agent_id":"x"}""", "agent_id")]
    [InlineData("""{"agent_card":null}""", "agent_card")]
    [InlineData("""{"agent_card":{},"agent_card":{}}""", "agent_card")]
    [InlineData("""{"enabled":null}""", "enabled")]
    [InlineData("""{"enabled":"yes"}""", "enabled")]
    [InlineData("""[]""", "body")]
    [InlineData("""{"agent_card":{"name":null}}""", "name")]
    public async Task A_bad_patch_changes_nothing(string patch, string field)
    {
        var name = TestHttp.NewName();
        await client.SendAsync("POST", "/agents", TestHttp.Envelope(name));
        var before = await client.GetStringAsync($"/agents/{name}", TestContext.Current.CancellationToken);
        await (await client.SendAsync("PATCH", $"/agents/{name}", patch)).ProblemAsync(400, field);
        Assert.Equal(before, await client.GetStringAsync($"/agents/{name}", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Enable_and_disable_answer_the_state()
    {
        var name = TestHttp.NewName("a:enable b");
        await client.SendAsync("POST", "/agents", TestHttp.Envelope(name));
        var path = "/agents/" + Uri.EscapeDataString(name);
        var disabled = await client.SendAsync("POST", path + ":disable");
        var json = await disabled.JsonAsync();
        Assert.True(json.GetProperty("success").GetBoolean());
        Assert.False(json.GetProperty("enabled").GetBoolean());
        Assert.Equal(name, json.Text("agent_id"));
        Assert.Equal($"\"{json.Number("revision")}\"", disabled.One("ETag"));
        Assert.True((await (await client.SendAsync("POST", path + ":enable")).JsonAsync()).GetProperty("enabled").GetBoolean());
        await (await client.SendAsync("POST", path + ":enable", null, ("If-Match", "\"1\""))).ProblemAsync(412);
        await (await client.SendAsync("POST", "/agents/nobody:enable")).ProblemAsync(404);
    }

    [Fact]
    public async Task Delete_removes_and_tells_what_went_with_it()
    {
        var name = TestHttp.NewName();
        await client.SendAsync("POST", "/agents", TestHttp.Envelope(name, $$""","capabilities":{"extensions":[{"uri":"urn:{{name}}"}]}"""));
        var response = await client.SendAsync("DELETE", $"/agents/{name}");
        var json = await response.JsonAsync();
        Assert.True(json.GetProperty("success").GetBoolean());
        Assert.Equal("Agent unregistered successfully", json.Text("message"));
        Assert.True(json.GetProperty("extensions_cleaned").GetBoolean());
        Assert.Equal(1, json.Number("extensions_removed"));
        Assert.Equal(response.One("X-Registry-Revision"), json.GetProperty("revision").GetRawText());

        foreach (var (method, path) in ((string, string)[])[("GET", ""), ("GET", "/card"), ("GET", "/extensions"), ("DELETE", ""),
            ("POST", ":enable")])
        {
            var problem = await (await client.SendAsync(method, $"/agents/{name}{path}")).ProblemAsync(404);
            Assert.Equal("Agent not found", problem.Text("detail"));
        }
    }

    [Fact]
    public async Task Head_answers_as_get_without_the_body()
    {
        var name = TestHttp.NewName();
        await client.SendAsync("POST", "/agents", TestHttp.Envelope(name));
        foreach (var path in (string[])[$"/agents/{name}", $"/agents/{name}/card", "/agents", "/health"])
        {
            var head = await WithStatusAsync(await client.SendAsync("HEAD", path), HttpStatusCode.OK);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
    }

    private static async Task<HttpResponseMessage> WithStatusAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        Assert.True(response.StatusCode == expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return response;
    }
}
