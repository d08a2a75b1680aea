namespace OrleansRegistry.Rest.Tests;

/// <summary>Who a request is by: one caller for all, or whom the headers name.</summary>
public sealed class CallerTests(RestHost plain, TrustingHost trusting)
{
    private readonly HttpClient client = trusting.Host.Client;

    [Theory]
    [InlineData("X-Registry-Tenant", "")]
    [InlineData("X-Registry-Tenant", "a/b")]
    [InlineData("X-Registry-Tenant", "a b")]
    [InlineData("X-Registry-Tenant", "a,b")]
    [InlineData("X-Registry-Tenant", "01234567890123456789012345678901234567890123456789012345678901234")]
    [InlineData("X-Registry-Subject", "")]
    [InlineData("X-Registry-Subject", "   ")]
    [InlineData("X-Registry-Subject", "a\tb")]
    public async Task A_header_that_names_nobody_is_refused_on_every_path(string header, string value)
    {
        foreach (var path in (string[])["/agents", "/agents/x", "/stats", "/extensions", "/tasks", "/tasks/x", "/contexts", "/contexts/x/events"])
        {
            await (await client.SendAsync("GET", path, null, (header, value))).ProblemAsync(400, header);
        }

        await (await client.SendAsync("POST", "/jsonrpc", """{"jsonrpc":"2.0","id":1,"method":"list_agents"}""", (header, value))).ProblemAsync(
            400,
            header);
        await (await client.SendAsync("POST", "/tasks", $$"""{"message":{{TaskClient.Message("x")}}}""", (header, value))).ProblemAsync(400, header);
    }

    [Theory]
    [InlineData("X-Registry-Tenant: a\r\nX-Registry-Tenant: a", 400)]
    [InlineData("X-Registry-Subject: a\r\nX-Registry-Subject: b", 400)]
    [InlineData("X-Registry-Tenant: \u00C3\u00BC", 400)]
    [InlineData("X-Registry-Subject: \u00C3\u00BC", 200)]
    [InlineData("X-Registry-Subject: \u00FC", 400)]
    [InlineData("X-Registry-Subject: Doe, Jane", 200)]
    public async Task Headers_as_they_stand_in_a_request(string headers, int expected)
    {
        var address = trusting.Host.Address;
        Assert.Equal(
            expected,
            (await TestHttp.RawAsync(address, $"GET /tasks HTTP/1.1\r\nHost: {address.Authority}\r\n{headers}\r\nConnection: close\r\n\r\n")).Status);
    }

    [Theory]
    [InlineData(256, 200)]
    [InlineData(257, 400)]
    public async Task A_subject_has_up_to_256_characters(int length, int expected) =>
        Assert.Equal(expected, (int)(await client.SendAsync("GET", "/tasks", null, ("X-Registry-Subject", new string('s', length)))).StatusCode);

    [Fact]
    public async Task A_tenant_has_agents_tasks_and_contexts_of_its_own()
    {
        var (one, two) = (trusting.NewTenant(), trusting.NewTenant());
        await (await one.SendAsync("PUT", "/agents/mine", TestHttp.Card("mine"))).JsonAsync(System.Net.HttpStatusCode.Created);
        var task = await one.SubmitAsync();
        var (path, context) = ($"/tasks/{task.Text("id")}", $"/contexts/{task.Text("contextId")}");
        foreach (var target in (string[])["/agents/mine", path, context])
        {
            await (await one.SendAsync("GET", target)).JsonAsync();
            await (await two.SendAsync("GET", target)).ProblemAsync(404);
            await (await client.SendAsync("GET", target)).ProblemAsync(404);
        }

        Assert.Equal(1, (await one.GetAsync("/tasks?count_total=true")).Number("totalSize"));
        Assert.Equal(0, (await two.GetAsync("/tasks?count_total=true")).Number("totalSize"));
        var rpc = """{"jsonrpc":"2.0","id":1,"method":"list_agents"}""";
        Assert.Equal(1, (await (await one.SendAsync("POST", "/jsonrpc", rpc)).JsonAsync()).GetProperty("result").Number("count"));
        Assert.Equal(0, (await (await two.SendAsync("POST", "/jsonrpc", rpc)).JsonAsync()).GetProperty("result").Number("count"));
    }

    [Fact]
    public async Task Another_subject_finds_nothing_and_can_do_nothing()
    {
        var owner = trusting.NewTenant() with { Subject = "did:example:owner" };
        var other = owner with { Subject = "did:example:other" };
        var task = await owner.SubmitAsync();
        Assert.Equal("did:example:owner", task.Text("owner"));
        var (id, contextId) = (task.Text("id"), task.Text("contextId"));
        var message = TaskClient.Message("mine now");
        foreach (var (method, path, body) in ((string, string, string?)[])[
            ("GET", $"/tasks/{id}", null), ("GET", $"/tasks/{id}/messages", null), ("GET", $"/tasks/{id}/owner", null),
            ("GET", $"/tasks/{id}/events", null),
            ("POST", "/tasks", $$"""{"taskId":"{{id}}","message":{{message}}}"""), ("PATCH", $"/tasks/{id}", """{"state":"failed"}"""),
            ("POST", $"/tasks/{id}:cancel", null), ("POST", $"/tasks/{id}:compareAndSet",
            """{"from":"submitted","to":"failed"}"""), ("DELETE", $"/tasks/{id}", null),
            ("POST", $"/tasks/{id}/feedback", "{}"), ("GET", $"/tasks/{id}/feedback", null),
            ("POST", $"/tasks/{id}/pushNotificationConfigs",
            """{"url":"https://example.com"}"""), ("GET", $"/tasks/{id}/pushNotificationConfigs", null),
            ("GET", $"/contexts/{contextId}", null), ("PATCH", $"/contexts/{contextId}",
            """{"data":{}}"""), ("GET", $"/contexts/{contextId}/messages", null),
            ("POST", $"/contexts/{contextId}/messages", $$"""{"messages":[{{message}}]}"""), ("GET", $"/contexts/{contextId}/tasks", null),
            ("GET", $"/contexts/{contextId}/owner", null), ("GET", $"/contexts/{contextId}/events", null),
            ("POST", $"/contexts/{contextId}:clear", null),
            ("DELETE", $"/contexts/{contextId}", null)])
        {
            await (await other.SendAsync(method, path, body)).ProblemAsync(404);
        }

        Assert.Equal(0, (await other.GetAsync("/tasks?count_total=true")).Number("totalSize"));
        Assert.Equal(0, (await other.GetAsync("/tasks:count")).Number("total"));
        Assert.Equal(0, (await other.GetAsync("/contexts")).GetProperty("contexts").GetArrayLength());
        Assert.Equal("did:example:owner", (await owner.GetAsync($"/tasks/{id}/owner")).Text("owner"));
        Assert.Equal("did:example:owner", (await owner.GetAsync($"/contexts/{contextId}/owner")).Text("owner"));
        Assert.Equal(task.Changes(), (await owner.GetAsync($"/tasks/{id}")).Changes());
    }

    [Fact]
    public async Task A_request_that_does_not_say_who_calls_is_401_where_no_default_is_named()
    {
        await using var strict = await RestHost.StartAsync(options => options.TrustCallerHeaders = true);
        var (tenant, subject) = (("X-Registry-Tenant", "t"), ("X-Registry-Subject", "s"));
        foreach (var (method, path, body) in ((string, string, string?)[])[
            ("GET", "/agents", null), ("GET", "/agents/a", null), ("GET", "/agents/a/card", null), ("PUT", "/agents/a", TestHttp.Card(
                "a")), ("DELETE", "/agents/a", null),
            ("POST", "/agents:batch", "[]"), ("POST", "/agents/search", "{}"), ("GET", "/tags", null), ("GET", "/stats", null),
            ("GET", "/extensions", null),
            ("POST", "/jsonrpc", "{}"), ("GET", "/tasks", null), ("POST", "/tasks", "{}"), ("GET", "/tasks/x/events", null),
            ("DELETE", "/tasks?confirm=true", null),
            ("GET", "/contexts", null), ("PATCH", "/contexts/x", "{}"), ("POST", "/agents/a/tasks:claim", "{}")])
        {
            var answer = await strict.Client.SendAsync(method, path, body);
            Assert.NotEmpty(answer.Headers.WwwAuthenticate);
            await answer.ProblemAsync(401, tenant.Item1);
            await (await strict.Client.SendAsync(method, path, body, tenant)).ProblemAsync(401, subject.Item1);
            await (await strict.Client.SendAsync(method, path, body, subject)).ProblemAsync(401, tenant.Item1);
        }

        await (await strict.Client.SendAsync("GET", "/agents", null, tenant, subject)).JsonAsync();
        foreach (var path in (string[])["/", "/health", "/health/live", "/health/ready", "/.well-known/agent-card.json"])
        {
            await (await strict.Client.SendAsync("GET", path)).JsonAsync();
        }
    }

    [Fact]
    public async Task A_default_caller_stands_for_what_is_not_said()
    {
        await using var named = await RestHost.StartAsync(
            options => (options.TrustCallerHeaders, options.DefaultCaller) = (true, new("acme", "someone")));
        var task = await (await named.Client.SendAsync("POST", "/tasks", $$"""{"message":{{TaskClient.Message("x")}}}""")).JsonAsync(
            System.Net.HttpStatusCode.Created);
        Assert.Equal("someone", task.Text("owner"));
        var path = $"/tasks/{task.Text("id")}";
        await (await named.Client.SendAsync("GET", path, null, ("X-Registry-Tenant", "acme"), ("X-Registry-Subject", "someone"))).JsonAsync();
        await (await named.Client.SendAsync("GET", path, null, ("X-Registry-Subject", "other"))).ProblemAsync(404);
        await using var untrusting = await RestHost.StartAsync(options => options.DefaultCaller = new("acme", "someone"));
        task = await (await untrusting.Client
            .SendAsync("POST", "/tasks", $$"""{"message":{{TaskClient.Message("x")}}}""", ("X-Registry-Subject", "other")))
            .JsonAsync(System.Net.HttpStatusCode.Created);
        Assert.Equal("someone", task.Text("owner"));
    }

    [Fact]
    public async Task Who_calls_is_told_with_the_roles_that_the_gateway_names()
    {
        var caller = trusting.NewTenant();
        var me = await (await caller.SendAsync("GET", "/me", null, ("X-Registry-Roles", "devops, viewer"))).JsonAsync();
        Assert.Equal(["devops", "viewer"], me.GetProperty("roles").EnumerateArray().Select(role => role.GetString()));
        Assert.False((await caller.GetAsync("/me")).TryGetProperty("roles", out _));
        var unasked = await (await plain.Client.SendAsync("GET", "/me", null, ("X-Registry-Roles", "viewer"))).JsonAsync();
        Assert.False(unasked.TryGetProperty("roles", out _));
    }

    [Fact]
    public async Task Headers_that_are_not_believed_are_not_read()
    {
        var task = await (await plain.Client.SendAsync(
            "POST", "/tasks", $$"""{"message":{{TaskClient.Message("x")}}}""",
            ("X-Registry-Tenant", "a b"), ("X-Registry-Subject", "mallory"))).JsonAsync(System.Net.HttpStatusCode.Created);
        Assert.Equal("default", task.Text("owner"));
        await (await plain.Client.SendAsync("GET", $"/tasks/{task.Text("id")}")).JsonAsync();
    }
}
