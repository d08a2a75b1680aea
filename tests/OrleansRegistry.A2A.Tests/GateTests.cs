namespace OrleansRegistry.A2A.Tests;

/// <summary>What every request must meet: an agent that is fronted, a version, extensions, capabilities (A2A 1.0, 3.3.4, 3.6, 4.6).</summary>
public sealed class GateTests(A2AHost host)
{
    private const string Extension = "https://example.com/ext/v1";

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task An_agent_that_is_only_listed_and_one_that_does_not_exist_are_not_found_in_the_same_words(string binding)
    {
        var listed = await host.RegisterAsync(delivery: AgentDelivery.Listed);
        var missing = new TestAgent(host, "no-such-agent");
        var one = await Bindings.Of(binding).CallAsync(listed, "ListTasks", "{}");
        var other = await Bindings.Of(binding).CallAsync(missing, "ListTasks", "{}");
        Assert.Equal(one.Refused(A2AError.NotFound), other.Refused(A2AError.NotFound));
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task An_agent_whose_card_names_no_URL_is_fronted_unless_it_says_otherwise(string binding)
    {
        var agent = await host.RegisterAsync(delivery: null);
        var elsewhere = await host.RegisterAsync(more: ",\"url\":\"https://agent.example.com\"", delivery: null);
        Assert.NotNull((await Bindings.Of(binding).CallAsync(agent, "ListTasks", "{}")).Ok.ToString());
        (await Bindings.Of(binding).CallAsync(elsewhere, "ListTasks", "{}")).Refused(A2AError.NotFound);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task An_agent_of_another_tenant_is_not_found(string binding)
    {
        var agent = await host.RegisterAsync();
        (await Bindings.Of(binding).CallAsync(agent, "ListTasks", "{}", ("X-Registry-Tenant", "another"))).Refused(A2AError.NotFound);
    }

    [Theory]
    [MemberData(nameof(Bindings.With), "1.0", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "1.0.1", MemberType = typeof(Bindings))]
    public async Task S3_6_2_a_request_of_1_0_is_served_and_a_patch_number_does_not_count(string binding, string version)
    {
        var agent = await host.RegisterAsync();
        Assert.NotNull((await Bindings.Of(binding).CallAsync(agent, "ListTasks", "{}", ("A2A-Version", version))).Ok.ToString());
    }

    [Theory]
    [MemberData(nameof(Bindings.With), "0.5", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "1.1", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "2.0", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "1", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "1.0-beta", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "1.0.0.0", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "one", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), "1.0, 0.3", MemberType = typeof(Bindings))]
    public async Task S3_6_2_another_version_is_not_supported(string binding, string version)
    {
        var agent = await host.RegisterAsync();
        (await Bindings.Of(binding).CallAsync(agent, "ListTasks", "{}", ("A2A-Version", version))).Refused(A2AError.VersionNotSupported);
    }

    [Fact]
    public async Task S3_6_2_without_a_version_a_request_is_of_0_3_which_HTTP_JSON_does_not_speak()
    {
        var agent = await host.RegisterAsync();
        var answer = await new HttpJsonBinding().CallAsync(agent, "ListTasks", "{}", ("A2A-Version", ""));
        Assert.Contains("0.3", answer.Refused(A2AError.VersionNotSupported).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S3_6_1_the_version_can_stand_in_the_query()
    {
        var agent = await host.RegisterAsync();
        using var response = await host.Client.GetAsync($"/a2a/{agent.Id}/tasks?A2A-Version=1.0", TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_3_4_a_required_extension_must_be_named(string binding)
    {
        var agent = await host.RegisterAsync($$"""{"extensions":[{"uri":"{{Extension}}","required":true}]}""");
        var client = Bindings.Of(binding);
        var fault = (await client.CallAsync(agent, "ListTasks", "{}")).Refused(A2AError.ExtensionSupportRequired);
        Assert.Contains(Extension, fault.Message, StringComparison.Ordinal);
        (await client.CallAsync(agent, "ListTasks", "{}", ("A2A-Extensions", $"{Extension}/2"))).Refused(A2AError.ExtensionSupportRequired);
        Assert.NotNull((await client.CallAsync(agent, "ListTasks", "{}", ("A2A-Extensions", $"https://other.example, {Extension}"))).Ok.ToString());
    }

    [Theory]
    [InlineData("POST", "")]
    [InlineData("GET", "/tasks")]
    public async Task S4_6_3_the_answer_names_the_extensions_that_count(string method, string path)
    {
        var agent = await host.RegisterAsync($$"""{"extensions":[{"uri":"{{Extension}}"}]}""");
        using var response = await HttpDriver.SendAsync(
            agent,
            new HttpMethod(method),
            $"/a2a/{agent.Id}{path}",
            method == "POST" ? """{"jsonrpc":"2.0","id":1,"method":"ListTasks"}""" : null,
            "application/json",
            [("A2A-Extensions", $"https://unknown.example,{Extension}")]);
        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal(Extension, Assert.Single(response.Headers.GetValues("A2A-Extensions")));
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_3_4_an_agent_that_does_not_stream_refuses_streams(string binding)
    {
        var agent = await host.RegisterAsync("""{"streaming":false}""");
        var task = await agent.SubmitAsync();
        var client = Bindings.Of(binding);
        (await client.OpenAsync(agent, "SendStreamingMessage", $$"""{"message":{{TestAgent.Message()}}}""")).Refused(A2AError.UnsupportedOperation);
        (await client.OpenAsync(agent, "SubscribeToTask", $$"""{"id":"{{task.Id}}"}""")).Refused(A2AError.UnsupportedOperation);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_3_4_an_agent_that_does_not_push_refuses_configurations(string binding)
    {
        var agent = await host.RegisterAsync("""{"pushNotifications":false}""");
        var task = await agent.SubmitAsync();
        var client = Bindings.Of(binding);
        (await client.CallAsync(agent, "CreateTaskPushNotificationConfig", $$"""{"taskId":"{{task.Id}}","url":"https://client.example.com"}"""))
            .Refused(A2AError.PushNotificationNotSupported);
        (await client.CallAsync(agent, "ListTaskPushNotificationConfigs", $$"""{"taskId":"{{task.Id}}"}"""))
            .Refused(A2AError.PushNotificationNotSupported);
        foreach (var method in (string[])["GetTaskPushNotificationConfig", "DeleteTaskPushNotificationConfig"])
        {
            (await client.CallAsync(agent, method, $$"""{"taskId":"{{task.Id}}","id":"c"}""")).Refused(A2AError.PushNotificationNotSupported);
        }

        var inline = $$$$"""{"message":{{{{TestAgent.Message()}}}},"configuration":{"taskPushNotificationConfig":{"url":"https://c.example"}}}""";
        (await client.CallAsync(agent, "SendMessage", inline)).Refused(A2AError.PushNotificationNotSupported);
    }

    /// <summary>What the author's card declares is not what the card here declares.</summary>
    [Theory]
    [MemberData(nameof(Bindings.With), "{}", MemberType = typeof(Bindings))]
    [MemberData(nameof(Bindings.With), """{"extendedAgentCard":true}""", MemberType = typeof(Bindings))]
    public async Task S3_3_4_an_extended_card_that_is_not_declared_is_unsupported(string binding, string capabilities)
    {
        var agent = await host.RegisterAsync(capabilities);
        (await Bindings.Of(binding).CallAsync(agent, "GetExtendedAgentCard", "{}")).Refused(A2AError.UnsupportedOperation);
    }

    [Fact]
    public async Task Agents_are_reached_below_the_caller_s_tenant_too_and_below_no_other()
    {
        var agent = await host.RegisterAsync();
        foreach (var (tenant, status) in ((string, int)[])[("default", 200), ("another", 404)])
        {
            using var http = await HttpDriver.SendAsync(agent, HttpMethod.Get, $"/{tenant}/a2a/{agent.Id}/tasks", null, "", []);
            Assert.Equal(status, (int)http.StatusCode);
            using var rpc = await HttpDriver.SendAsync(
                agent, HttpMethod.Post, $"/{tenant}/a2a/{agent.Id}", """{"jsonrpc":"2.0","id":1,"method":"ListTasks"}""", "application/json", []);
            Assert.Equal(status, (int)rpc.StatusCode);
        }
    }

    [Theory, MemberData(nameof(Bindings.Json), MemberType = typeof(Bindings))]
    public async Task S3_2_1_a_tenant_in_the_request_is_the_caller_s_or_the_agent_is_not_found(string binding)
    {
        var agent = await host.RegisterAsync();
        var client = Bindings.Of(binding);
        var send = $$$"""{"message":{{{TestAgent.Message()}}},"configuration":{"returnImmediately":true},"tenant":""";
        Assert.NotNull((await client.CallAsync(agent, "SendMessage", send + "\"default\"}")).Ok.ToString());
        (await client.CallAsync(agent, "SendMessage", send + "\"another\"}")).Refused(A2AError.NotFound);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_3_2_a_caller_who_is_not_named_is_not_served(string binding)
    {
        await using var strict = await A2AHost.StartAsync(http: options => options.TrustCallerHeaders = true);
        var agent = await strict.RegisterAsync();
        (await Bindings.Of(binding).CallAsync(agent, "ListTasks", "{}")).Refused(A2AError.Unauthenticated);
    }

    [Fact]
    public async Task A_caller_who_has_sent_too_much_is_told_so_over_every_binding()
    {
        await using var limited = await A2AHost.StartAsync(http: options =>
        {
            (options.TrustCallerHeaders, options.DefaultCaller) = (true, Caller.Default);
            (options.Limits.Caller.Rate, options.Limits.Caller.Burst) = (1, 1);
        });
        var agent = await limited.RegisterAsync();
        foreach (var binding in Bindings.All.Select(row => row.Data))
        {
            Answer answer;
            do
            {
                answer = await Bindings.Of(binding).CallAsync(agent, "ListTasks", "{}", ("X-Registry-Subject", binding));
            }
            while (answer.Fault is null && !TestContext.Current.CancellationToken.IsCancellationRequested);
            Assert.Contains("1 requests a second", answer.Refused(A2AError.TooMany).Message, StringComparison.Ordinal);
        }
    }
}
