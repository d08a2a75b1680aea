using System.Text.Json;

namespace OrleansRegistry.Mcp.Tests.Agents;

public sealed class AgentToolTests(McpHost host)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_lives_from_deploy_to_remove()
    {
        await using var client = await host.ConnectAsync();
        var written = await client.DeployAsync("weather");
        Assert.Equal(("weather", true), (written.Text("agent_id"), written.GetProperty("created").GetBoolean()));
        var again = await client.DeployAsync("weather", "Another description.");
        Assert.False(again.GetProperty("created").GetBoolean());

        var shown = await client.CallAsync("describe_agent", new { agent_id = "weather" });
        Assert.Equal("Another description.", shown.GetProperty("card").Text("description"));
        Assert.Equal("default", shown.Text("owner"));

        var disabled = await client.CallAsync("disable_agent", new { agent_id = "weather" });
        Assert.False(disabled.GetProperty("enabled").GetBoolean());
        Assert.Empty((await client.CallAsync("list_agents", new { enabled = true })).Items("agents"));
        Assert.True((await client.CallAsync("enable_agent", new { agent_id = "weather" })).GetProperty("enabled").GetBoolean());

        var updated = await client.CallAsync("update_agent", new { agent_id = "weather", agent_card = new { description = "Patched." } });
        Assert.Equal("Patched.", (await client.CallAsync("describe_agent", new { agent_id = "weather" })).GetProperty("card").Text("description"));
        var stale = await client.FailAsync("update_agent", new { agent_id = "weather", enabled = false, if_revision = 1 });
        Assert.Equal("conflict", stale.Text("kind"));
        var condition = new { agent_id = "weather", if_revision = updated.GetProperty("revision").GetInt64() };
        Assert.True((await client.CallAsync("remove_agent", condition)).GetProperty("removed").GetBoolean());

        var gone = await client.FailAsync("describe_agent", new { agent_id = "weather" });
        Assert.Equal(("not_found", "agent_id"), (gone.Text("kind"), gone.Text("field")));
    }

    [Fact]
    public async Task A_card_that_breaks_clients_is_taken_where_its_owner_forces_it()
    {
        await using var client = await host.ConnectAsync();
        var card = """{"name":"kept","skills":[{"id":"s","name":"S"}]}"""u8.ToArray();
        await host.Agents.RegisterAsync(
            client.Caller, new AgentRegistration(card) { Compatibility = AgentCompatibility.Backward }, Cancellation);
        var broken = new { agent_id = "kept", agent_card = new { skills = Array.Empty<object>() } };
        Assert.Equal("conflict", (await client.FailAsync("update_agent", broken)).Text("kind"));
        await client.CallAsync("update_agent", new { broken.agent_id, broken.agent_card, force = true });
        await host.Agents.RegisterAsync(client.Caller, new AgentRegistration(card), Cancellation);
        var replaced = new { agent_card = new { name = "kept" } };
        Assert.Equal("conflict", (await client.FailAsync("deploy_agent", replaced)).Text("kind"));
        await client.CallAsync("deploy_agent", new { replaced.agent_card, force = true });
    }

    [Fact]
    public async Task An_agent_is_deprecated_retired_and_active_again()
    {
        await using var client = await host.ConnectAsync();
        await client.DeployAsync("old");
        var written = await client.CallAsync(
            "update_agent", new { agent_id = "old", lifecycle = "retired", deprecation_message = "m", successor = "new" });
        Assert.Equal("retired", written.Text("lifecycle"));
        var shown = await client.CallAsync("describe_agent", new { agent_id = "old" });
        Assert.Equal(("retired", "m", "new"), (shown.Text("lifecycle"), shown.Text("deprecation_message"), shown.Text("successor")));
        var refused = await client.FailAsync("send_message", new { agent_id = "old", text = "hi" });
        Assert.Equal(("not_supported", "agent_id"), (refused.Text("kind"), refused.Text("field")));
        Assert.Contains("'new'", refused.Text("message"), StringComparison.Ordinal);
        Assert.Equal("lifecycle", (await client.FailAsync("update_agent", new { agent_id = "old", lifecycle = "draft" })).Text("field"));
        await client.CallAsync("update_agent", new { agent_id = "old", lifecycle = "active" });
        await client.CallAsync("send_message", new { agent_id = "old", text = "hi", wait = false });
    }

    [Fact]
    public async Task A_card_is_kept_byte_for_byte()
    {
        const string Card = """{ "name":"bytes",  "version":"1.0" , "description":"Größe < 5 € 🙂 \/", "x": [1.50, 1e3,  12345678901234567] }""";
        var tenant = $"t-{Guid.NewGuid():N}";
        var answer = await host.CallAsync("deploy_agent", "{\"agent_card\":" + Card + "}", ("X-Registry-Tenant", tenant));
        Assert.Contains("\"created\":true", answer, StringComparison.Ordinal);
        var agent = await host.Agents.GetAsync(new Caller(tenant), "bytes", cancellationToken: Cancellation);
        Assert.Equal(Card, agent!.Card.ToString());
        await using var client = await host.ConnectAsync(tenant);
        var read = await client.Mcp.ReadResourceAsync("registry://agents/bytes/card", cancellationToken: Cancellation);
        Assert.Equal(Card, Assert.IsType<ModelContextProtocol.Protocol.TextResourceContents>(Assert.Single(read.Contents)).Text);
    }

    [Fact]
    public async Task A_card_may_nest_as_deep_as_the_registry_takes()
    {
        // The client's library and the server's read no more than 64 levels of a whole message.
        var deep = "{\"name\":\"deep\",\"version\":\"1\",\"x\":" + new string('[', 60) + new string(']', 60) + "}";
        var tenant = $"t-{Guid.NewGuid():N}";
        var answer = await host.CallAsync("deploy_agent", "{\"agent_card\":" + deep + "}", ("X-Registry-Tenant", tenant));
        Assert.Contains("\"created\":true", answer, StringComparison.Ordinal);
        await using var client = await host.ConnectAsync(tenant);
        Assert.Equal(deep, (await client.CallAsync("describe_agent", new { agent_id = "deep" })).Text("card"));
        Assert.Single((await client.CallAsync("list_agents")).Items("agents"));
    }

    [Fact]
    public async Task Agents_are_found_by_word_skill_tag_and_category()
    {
        await using var client = await host.ConnectAsync();
        await client.CallAsync("deploy_batch", new
        {
            agents = new[]
            {
                new { agent_card = TestClient.Card("weather", "Tells of rain.", "forecast", "sky") },
                new { agent_card = TestClient.Card("tide", "Tells of the sea.", "high-water", "sea") },
            },
        });
        Assert.Equal(["weather"], (await client.CallAsync("find_agents", new { query = "RAIN" })).Texts("agents", "agent_id"));
        Assert.Equal(["tide"], (await client.CallAsync("find_agents", new { skills = new[] { "high-water" } })).Texts("agents", "agent_id"));
        Assert.Equal(["tide"], (await client.CallAsync("list_agents", new { tag = "sea" })).Texts("agents", "agent_id"));
        Assert.Equal(["tide", "weather"], (await client.CallAsync("find_agents", new { tags = new[] { "sea", "sky" } })).Texts("agents", "agent_id"));
        var not = new { tags = new[] { "sea" } };
        Assert.Equal(["weather"], (await client.CallAsync("find_agents", new { not })).Texts("agents", "agent_id"));
        Assert.Equal(["tide"], (await client.CallAsync("find_agents", new { all = not, skill_tag = new[] { "sea" } })).Texts("agents", "agent_id"));
        Assert.Equal(["weather", "tide"], (await client.CallAsync("find_agents", new { sort = "-name" })).Texts("agents", "agent_id"));
        var required = new { tags = new[] { "sky" } };
        var matched = await client.CallAsync("match_agents", new { text = "rain", required, min_success_rate = 0.5 });
        Assert.Equal("weather", matched.Items("agents").Single().GetProperty("agent").Text("agent_id"));
        Assert.Contains("text ", matched.Items("agents").Single().Text("why"), StringComparison.Ordinal);
        var first = await client.CallAsync("list_agents", new { page_size = 1 });
        Assert.Equal(["tide"], first.Texts("agents", "agent_id"));
        var second = await client.CallAsync("list_agents", new { page_size = 1, page_token = first.Next() });
        Assert.Equal(["weather"], second.Texts("agents", "agent_id"));
        Assert.Null(second.Next());

        var stats = await client.CallAsync("get_stats");
        Assert.Equal(2, stats.GetProperty("agents").GetProperty("total").GetInt32());
        Assert.Equal(["sea", "sky"], stats.Texts("tags", "value").Order());
    }

    [Fact]
    public async Task A_refused_entry_of_a_batch_spoils_no_other()
    {
        await using var client = await host.ConnectAsync();
        var result = await client.CallAsync("deploy_batch", new
        {
            agents = new object?[] { new { agent_card = TestClient.Card("one") }, null, new { agent_card = new { } }, new { card = 5 } },
        });
        Assert.Equal((1, 3), (result.GetProperty("success").GetInt32(), result.GetProperty("failed").GetInt32()));
        Assert.Equal([1, 2, 3], result.Items("errors").Select(error => error.GetProperty("index").GetInt32()));
        Assert.All(result.Items("errors"), error => Assert.Equal("invalid", error.Text("kind")));
        Assert.Equal("agents[3].card", result.Items("errors")[2].Text("field"));
    }

    [Fact]
    public async Task An_agent_can_be_registered_only_if_there_is_none()
    {
        await using var client = await host.ConnectAsync();
        await client.DeployAsync("weather");
        var refused = await client.FailAsync("deploy_agent", new { agent_card = TestClient.Card("weather"), if_absent = true });
        Assert.Equal("conflict", refused.Text("kind"));
    }

    [Theory]
    [InlineData("describe_agent", "{}", "agent_id")]
    [InlineData("describe_agent", """{"agent_id":5}""", "agent_id")]
    [InlineData("describe_agent", """{"agent_id":"a","colour":"red"}""", "colour")]
    [InlineData("describe_agent", """{"agent_id":"."}""", "agent_id")]
    [InlineData("list_agents", """{"page_size":0}""", "page_size")]
    [InlineData("list_agents", """{"page_size":"many"}""", "page_size")]
    [InlineData("list_agents", """{"page_token":"x"}""", "page_token")]
    [InlineData("list_agents", """{"page_token":"part:x"}""", "page_token")]
    [InlineData("list_agents", """{"enabled":"perhaps"}""", "enabled")]
    [InlineData("find_agents", """{"skills":"forecast"}""", "skills")]
    [InlineData("find_agents", """{"tags":[1]}""", "tags[0]")]
    [InlineData("find_agents", """{"not":{"colour":"red"}}""", "not.colour")]
    [InlineData("find_agents", """{"sort":"size"}""", "sort")]
    [InlineData("match_agents", """{"order":"first"}""", "order")]
    [InlineData("match_agents", """{"required":{"colour":"red"}}""", "required.colour")]
    [InlineData("find_agents", """{"all":{"owner":["a"]}}""", "all.owner")]
    [InlineData("deploy_agent", """{"agent_card":"x"}""", "agent_card")]
    [InlineData("deploy_agent", """{"agent_card":{"name":""}}""", "name")]
    [InlineData("deploy_batch", """{"agents":{}}""", "agents")]
    [InlineData("update_agent", """{"agent_id":"a","agent_card":[]}""", "agent_card")]
    [InlineData("enable_agent", """{"agent_id":"a","agent_id":"b"}""", "agent_id")]
    public async Task A_wrong_argument_is_named(string tool, string arguments, string field)
    {
        var body = await host.CallAsync(tool, arguments, ("X-Registry-Tenant", $"t-{Guid.NewGuid():N}"));
        using var answer = JsonDocument.Parse(body[body.IndexOf('{', StringComparison.Ordinal)..]);
        var result = answer.RootElement.GetProperty("result");
        Assert.True(result.GetProperty("isError").GetBoolean());
        Assert.Equal(field, result.GetProperty("structuredContent").GetProperty("error").Text("field"));
    }
}
