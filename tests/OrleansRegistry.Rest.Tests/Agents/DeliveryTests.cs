using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>How messages get to an agent: said by its owner, else by its card.</summary>
public sealed class DeliveryTests(TrustingHost host)
{
    private const string Bare = """{"name":"a"}""";
    private const string Reachable = """{"name":"a","url":"https://a.example.com"}""";
    private const string ByGrpc =
        """{"name":"a","supportedInterfaces":[{"url":"https://a.example.com","protocolBinding":"GRPC","protocolVersion":"1.0"}]}""";

    private readonly TaskClient owner = host.NewTenant() with { Subject = "owner" };

    private TaskClient Mallory => owner with { Subject = "mallory" };

    [Theory]
    [InlineData(Bare, "worker")]
    [InlineData("""{"name":"a","url":""}""", "worker")]
    [InlineData("""{"name":"a","url":null,"supportedInterfaces":[]}""", "worker")]
    [InlineData("""{"name":"a","supportedInterfaces":[{"protocolBinding":"JSONRPC"}]}""", "worker")]
    [InlineData(Reachable, "listed")]
    [InlineData(ByGrpc, "listed")]
    [InlineData("""{"name":"a","additionalInterfaces":[{"url":"https://a.example.com","transport":"JSONRPC"}]}""", "listed")]
    [InlineData("""{"name":"a","supported_interfaces":[{"url":"https://a.example.com"}]}""", "listed")]
    public async Task The_card_decides_where_nothing_is_said(string card, string expected)
    {
        Assert.Equal(expected, (await PutAsync(card)).Text("delivery"));
        Assert.Equal(expected, (await owner.GetAsync("/agents/a")).Text("delivery"));
        Assert.Equal(expected, (await owner.GetAsync("/agents/a?consistency=strong")).Text("delivery"));
    }

    [Fact]
    public async Task What_is_said_stays_until_it_is_said_anew_or_taken_back()
    {
        await PutAsync(Bare, ""","delivery":"listed" """);
        Assert.Equal("listed", await DeliveryAsync());
        await PutAsync(Reachable, code: HttpStatusCode.OK);
        Assert.Equal("listed", await DeliveryAsync());
        await PatchAsync("""{"delivery":"worker"}""");
        Assert.Equal("worker", await DeliveryAsync());
        await PatchAsync("""{"agent_card":{"description":"changed"},"enabled":false}""");
        Assert.Equal("worker", await DeliveryAsync());
        await PatchAsync("""{"delivery":"forward"}""");
        Assert.Equal("forward", await DeliveryAsync());

        // By the card again.
        Assert.Equal("listed", (await PatchAsync("""{"delivery":null}""")).Text("delivery"));
        Assert.Equal("worker", (await PatchAsync("""{"agent_card":{"url":null}}""")).Text("delivery"));
        Assert.Equal("worker", await DeliveryAsync());
    }

    [Fact]
    public async Task A_batch_says_it_for_each_entry()
    {
        var answer = await (await owner.SendAsync(
            "POST",
            "/agents:batch",
            """
            [{"agent_card":{"name":"b1","url":"https://b.example.com"},"delivery":"worker"},{"name":"b2"},
             {"agent_card":{"name":"b3"},"delivery":"forward"},{"agent_card":{"name":"b4"},"delivery":"sometimes"}]
            """)).JsonAsync();
        var results = answer.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal([true, true, false, false], results.Select(result => result.GetProperty("success").GetBoolean()));
        Assert.All(results[2..], refused => Assert.Equal((400, "delivery"), ((int)refused.Number("status"), refused.Text("field"))));
        Assert.Equal("worker", (await owner.GetAsync("/agents/b1")).Text("delivery"));
    }

    [Theory]
    [InlineData("\"sometimes\"")]
    [InlineData("\"Worker\"")]
    [InlineData("1")]
    [InlineData("[\"worker\"]")]
    public async Task What_is_no_delivery_is_refused_by_name(string value)
    {
        await (await owner.SendAsync("PUT", "/agents/a", $$"""{"agent_card":{{Bare}},"delivery":{{value}}}""")).ProblemAsync(400, "delivery");
        await (await owner.SendAsync("POST", "/agents", $$"""{"agent_card":{{Bare}},"delivery":{{value}}}""")).ProblemAsync(400, "delivery");
        await PutAsync(Bare);
        await (await owner.SendAsync("PATCH", "/agents/a", $$"""{"delivery":{{value}}}""")).ProblemAsync(400, "delivery");
        await (await owner.SendAsync("PATCH", "/agents/a", """{"delivery":""}""")).ProblemAsync(400, "delivery");
        Assert.Equal("worker", await DeliveryAsync());
    }

    [Theory]
    [InlineData(Bare)]
    [InlineData(ByGrpc)]
    [InlineData("""{"name":"a","url":"wss://a.example.com"}""")]
    [InlineData("""{"name":"a","url":"{BASE_URL}"}""")]
    [InlineData("""{"name":"a","url":"https://a.example.com","preferredTransport":"HTTP+JSON","protocolVersion":"0.3.0"}""")]
    public async Task Forward_needs_an_interface_that_the_registry_can_speak_to(string card)
    {
        await (await owner.SendAsync("PUT", "/agents/a", $$"""{"agent_card":{{card}},"delivery":"forward"}""")).ProblemAsync(400, "delivery");
        await PutAsync(card);
        await (await owner.SendAsync("PATCH", "/agents/a", """{"delivery":"forward"}""")).ProblemAsync(400, "delivery");

        await PutAsync(Reachable, ""","delivery":"forward" """, HttpStatusCode.OK);
        await (await owner.SendAsync("PUT", "/agents/a", card)).ProblemAsync(400, "delivery");
        await (await owner.SendAsync("PATCH", "/agents/a", """{"agent_card":{"url":null}}""")).ProblemAsync(400, "delivery");
        Assert.Equal("forward", await DeliveryAsync());
    }

    [Theory]
    [InlineData("""{"name":"a","supportedInterfaces":[{"url":"http://a.example.com","protocolBinding":"HTTP+JSON","protocolVersion":"1.0"}]}""")]
    [InlineData("""{"name":"a","url":"https://a.example.com","preferredTransport":"jsonrpc","protocolVersion":"0.3.0"}""")]
    [InlineData(
        """
        {"name":"a","url":"a.example.com:50051","preferredTransport":"GRPC",
         "additionalInterfaces":[{"url":"https://a.example.com","transport":"jsonrpc"}]}
        """)]
    public async Task Forward_goes_by_any_interface_of_the_card(string card) =>
        Assert.Equal("forward", (await PutAsync(card, ""","delivery":"forward" """)).Text("delivery"));

    [Fact]
    public async Task Only_the_owner_says_it()
    {
        await PutAsync(Reachable, ""","delivery":"worker" """);
        await (await Mallory.SendAsync("PATCH", "/agents/a", """{"delivery":"forward"}""")).ProblemAsync(403, "delivery");
        await (await Mallory.SendAsync("PATCH", "/agents/a", """{"delivery":null}""")).ProblemAsync(403, "delivery");
        await (await Mallory.SendAsync("PUT", "/agents/a", $$"""{"agent_card":{{Reachable}},"delivery":"worker"}""")).ProblemAsync(403, "delivery");
        await (await Mallory.SendAsync("PUT", "/agents/a", Reachable)).JsonAsync();
        Assert.Equal("worker", await DeliveryAsync());
    }

    [Fact]
    public async Task A_request_that_comes_again_with_another_delivery_is_another_request()
    {
        (string, string) key = ("Idempotency-Key", "k1");
        await (await owner.SendAsync("PUT", "/agents/a", $$"""{"agent_card":{{Bare}},"delivery":"worker"}""", key)).JsonAsync(HttpStatusCode.Created);
        var again = await (await owner.SendAsync("PUT", "/agents/a", $$"""{"agent_card":{{Bare}},"delivery":"worker"}""", key)).JsonAsync();
        Assert.True(again.GetProperty("repeated").GetBoolean());
        await (await owner.SendAsync("PUT", "/agents/a", $$"""{"agent_card":{{Bare}},"delivery":"listed"}""", key)).ProblemAsync(422);
    }

    [Fact]
    public async Task Lists_and_searches_are_narrowed_by_it()
    {
        foreach (var (name, delivery) in new[] { ("l1", ""), ("w1", ""","delivery":"worker" """), ("w2", ""","delivery":"worker" """) })
        {
            await (await owner.SendAsync("POST", "/agents", $$"""{"agent_card":{"name":"{{name}}","url":"https://x.example.com"}{{delivery}}}"""))
                .JsonAsync();
        }

        Assert.Equal(["w1", "w2"], await NamesAsync("/agents?delivery=worker"));
        Assert.Equal(["l1"], await NamesAsync("/agents?delivery=listed"));
        Assert.Empty(await NamesAsync("/agents?delivery=forward"));
        var found = await (await owner.SendAsync("POST", "/agents/search", """{"query":"","delivery":"worker"}""")).JsonAsync();
        Assert.Equal(2, found.Number("count"));

        var page = await owner.GetAsync("/agents?delivery=worker&page_size=1");
        var token = page.Text("next_page_token");
        Assert.Equal(["w2"], await NamesAsync($"/agents?delivery=worker&page_size=1&page_token={token}"));
        await (await owner.SendAsync("GET", $"/agents?delivery=listed&page_size=1&page_token={token}")).ProblemAsync(400, "page_token");
        await (await owner.SendAsync("GET", "/agents?delivery=none")).ProblemAsync(400, "delivery");
        await (await owner.SendAsync("POST", "/agents/search", """{"query":"","delivery":7}""")).ProblemAsync(400, "delivery");
    }

    private async Task<IEnumerable<string>> NamesAsync(string path) =>
        (await owner.GetAsync(path)).GetProperty("agents").EnumerateArray().Select(card => card.Text("name"));

    private async Task<string> DeliveryAsync() => (await owner.GetAsync("/agents/a")).Text("delivery");

    private async Task<JsonElement> PatchAsync(string patch) => await (await owner.SendAsync("PATCH", "/agents/a", patch)).JsonAsync();

    private async Task<JsonElement> PutAsync(string card, string more = "", HttpStatusCode code = HttpStatusCode.Created) =>
        await (await owner.SendAsync("PUT", "/agents/a", $$"""{"agent_card":{{card}}{{more}}}""")).JsonAsync(code);
}
