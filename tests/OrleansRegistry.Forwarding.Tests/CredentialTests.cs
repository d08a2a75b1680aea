namespace OrleansRegistry.Forwarding.Tests;

/// <summary>What is secret goes to whom it was set for, and to nobody else.</summary>
public sealed class CredentialTests(TwoRegistries registries)
{
    private const string Secret = "Bearer s3cr3t-7f1b";

    private static readonly AgentCredentials Set = new(new Dictionary<string, string> { ["Authorization"] = Secret, ["X-API-Key"] = "k-551" });

    private readonly TestRegistry near = registries.Near;

    [Fact]
    public async Task Credentials_go_with_every_request()
    {
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Say(200, """{"result":{"task":{"id":"t1","contextId":"c1","status":{"state":"TASK_STATE_WORKING"}}}}"""),
            ScriptedServer.Say(200, """{"result":{"id":"t1","contextId":"c1","status":{"state":"TASK_STATE_COMPLETED"}}}"""));
        var agent = await near.ForwardToAsync(server.Address.AbsoluteUri, streams: false, credentials: Set);
        await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.Completed);
        Assert.Equal(2, server.Requests.Count);
        Assert.All(server.Requests, request =>
        {
            Assert.Equal(Secret, request.Headers.Authorization);
            Assert.Equal("k-551", request.Headers["X-API-Key"]);
            Assert.Equal("1.0", request.Headers["A2A-Version"]);
        });
    }

    [Fact]
    public async Task Credentials_do_not_follow_a_card_to_another_host()
    {
        await using var first = await ScriptedServer.StartAsync(ScriptedServer.Say(401, ""));
        await using var second = await ScriptedServer.StartAsync(ScriptedServer.Say(401, ""));
        var agent = await near.ForwardToAsync(first.Address.AbsoluteUri, credentials: Set);
        await near.Agents.RegisterAsync(
            Caller.Default, new AgentRegistration(TestRegistry.Card(agent, second.Address.AbsoluteUri), agent), TestRegistry.Cancellation);
        var failed = await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.Failed);
        Assert.Contains("set none for where its card leads now", failed.Status.Message.ToString(), StringComparison.Ordinal);
        Assert.Empty(first.Requests);
        Assert.All(second.Requests, request => Assert.False(request.Headers.ContainsKey("Authorization")));
        Assert.NotEmpty(second.Requests);
    }

    [Fact]
    public async Task Credentials_that_are_refused_are_named_so_and_not_told()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Say(403, $"{{\"you sent\":\"{Secret}\"}}"));
        var agent = await near.ForwardToAsync(server.Address.AbsoluteUri, credentials: Set);
        var failed = await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.Failed);
        var said = failed.Status.Message.ToString();
        Assert.Contains("refused the credentials that its owner set (403)", said, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, """{"error":{"code":-32602,"message":"bad key 's3cr3t-7f1b' in Bearer s3cr3t-7f1b, and k-551"}}""")]
    [InlineData(400, """{"error":{"code":-32602,"message":"bad key 's3cr3t-7f1b' in Bearer s3cr3t-7f1b, and k-551"}}""")]
    public async Task What_the_agent_says_of_a_refusal_is_told_without_them(int status, string body)
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Say(status, body));
        var agent = await near.ForwardToAsync(server.Address.AbsoluteUri, credentials: Set);
        var said = (await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.Failed)).Status.Message.ToString();
        Assert.Contains("bad key '", said, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", said, StringComparison.Ordinal);
        Assert.DoesNotContain("k-551", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task They_are_for_the_interface_that_messages_go_to_alone()
    {
        var card = TestRegistry.Utf8("""
            {"name":"two","skills":[],"supportedInterfaces":[
            {"url":"https://one.example/rpc","protocolBinding":"JSONRPC","protocolVersion":"1.0"},
            {"url":"https://two.example/","protocolBinding":"HTTP+JSON","protocolVersion":"1.0"}]}
            """);
        var written = await near.Agents.RegisterAsync(
            Caller.Default, new AgentRegistration(card, $"two-{Guid.NewGuid():N}") { Credentials = Set }, TestRegistry.Cancellation);
        Assert.Equal(["https://one.example"], written.Agent.CredentialOrigins);

        // Before anything is forwarded, too.
        var other = new Caller(Caller.Default.Tenant, "other");
        var refused = await Assert.ThrowsAsync<RegistryException>(() => near.Agents.RegisterAsync(
            other, new AgentRegistration(TestRegistry.Card("two", "https://else.example/"), written.Agent.Id), TestRegistry.Cancellation));
        Assert.Equal((RegistryError.Forbidden, "agent_card"), (refused.Error, refused.Field));
    }

    [Fact]
    public async Task No_answer_has_them_and_a_patch_removes_them()
    {
        using var http = new HttpClient { BaseAddress = near.Address };
        var id = $"agent-{Guid.NewGuid():N}";
        var card = System.Text.Encoding.UTF8.GetString(TestRegistry.Card(id, "https://agent.example:8443/rpc").Span);
        var body = $$$"""{"agent_card":{{{card}}},"delivery":"forward","credentials":{"Authorization":"{{{Secret}}}"}}""";
        using var made = await http.PostAsync("agents", Json(body), TestRegistry.Cancellation);
        Assert.True(made.IsSuccessStatusCode);
        foreach (var path in (string[])[$"agents/{id}", "agents?view=record", $"agents/{id}/card"])
        {
            var text = await http.GetStringAsync(path, TestRegistry.Cancellation);
            Assert.DoesNotContain("s3cr3t", text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("s3cr3t", await made.Content.ReadAsStringAsync(TestRegistry.Cancellation), StringComparison.Ordinal);
        var record = await http.GetStringAsync($"agents/{id}", TestRegistry.Cancellation);
        Assert.Contains("\"credentials_for\":[\"https://agent.example:8443\"]", record, StringComparison.Ordinal);

        using var patched = await http.PatchAsync($"agents/{id}", Json("""{"credentials":null}"""), TestRegistry.Cancellation);
        Assert.Equal(200, (int)patched.StatusCode);
        Assert.Empty((await near.Agents.GetAsync(Caller.Default, id, cancellationToken: TestRegistry.Cancellation))!.CredentialOrigins);
    }

    [Theory]
    [InlineData("""{"Host":"x"}""", "credentials.Host")]
    [InlineData("""{"content-length":"7"}""", "credentials.content-length")]
    [InlineData("""{"A2A-Version":"0.3"}""", "credentials.A2A-Version")]
    [InlineData("""{"two words":"x"}""", "credentials")]
    [InlineData("""{"":"x"}""", "credentials")]
    [InlineData("""{"X-Key":""}""", "credentials.X-Key")]
    [InlineData("""{"X-Key":"a\r\nHost: b"}""", "credentials.X-Key")]
    [InlineData("""{"X-Key":"ключ"}""", "credentials.X-Key")]
    [InlineData("""{"X-Key":7}""", "credentials.X-Key")]
    [InlineData("""{"X-Key":"a","x-key":"b"}""", "credentials.x-key")]
    [InlineData("""["X-Key"]""", "credentials")]
    public async Task What_cannot_be_a_header_is_refused(string credentials, string field)
    {
        using var http = new HttpClient { BaseAddress = near.Address };
        var card = System.Text.Encoding.UTF8.GetString(TestRegistry.Card("odd", "https://agent.example/").Span);
        using var refused = await http.PostAsync(
            "agents", Json($$"""{"agent_card":{{card}},"delivery":"forward","credentials":{{credentials}}}"""), TestRegistry.Cancellation);
        Assert.Equal(400, (int)refused.StatusCode);
        Assert.Contains($"\"field\":\"{field}\"", await refused.Content.ReadAsStringAsync(TestRegistry.Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_for_nobody_are_refused()
    {
        var registration = new AgentRegistration(TestRegistry.Utf8("""{"name":"nowhere","skills":[]}""")) { Credentials = Set };
        var refused = await Assert.ThrowsAsync<RegistryException>(
            () => near.Agents.RegisterAsync(Caller.Default, registration, TestRegistry.Cancellation));
        Assert.Equal(("credentials", RegistryError.Invalid), (refused.Field, refused.Error));
    }

    [Fact]
    public async Task Only_the_owner_changes_where_messages_go_and_what_goes_with_them()
    {
        var agent = await near.ForwardToAsync("https://agent.example/", credentials: Set);
        var other = new Caller(Caller.Default.Tenant, "other");
        var card = TestRegistry.Card(agent, "https://elsewhere.example/");
        Func<Task>[] tries =
        [
            () => near.Agents.RegisterAsync(other, new AgentRegistration(card, agent), TestRegistry.Cancellation),
            () => near.Agents.PatchAsync(other, agent, new AgentPatch(card), TestRegistry.Cancellation),
            () => near.Agents.PatchAsync(other, agent, new AgentPatch { Credentials = Set }, TestRegistry.Cancellation),
        ];
        foreach (var attempt in tries)
        {
            Assert.Equal(RegistryError.Forbidden, (await Assert.ThrowsAsync<RegistryException>(attempt)).Error);
        }

        var kept = await near.Agents.GetAsync(Caller.Default, agent, cancellationToken: TestRegistry.Cancellation);
        Assert.Equal(["https://agent.example"], kept!.CredentialOrigins);
    }

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");
}
