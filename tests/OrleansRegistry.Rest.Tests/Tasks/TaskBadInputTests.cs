using System.Net;
using System.Text;

namespace OrleansRegistry.Rest.Tests;

/// <summary>What the gateway refuses about tasks and contexts, and how it tells what the registry refuses.</summary>
public sealed class TaskBadInputTests : IAsyncLifetime
{
    private const string Message = """{"role":"user","parts":[{"text":"x"}]}""";

    private static readonly (string Method, string Path, string? Body)[] Requests =
    [
        ("POST", "/tasks", $$"""{"message":{{Message}}}"""),
        ("GET", "/tasks", null),
        ("GET", "/tasks:count", null),
        ("DELETE", "/tasks?confirm=true", null),
        ("GET", "/tasks:clearing", null),
        ("GET", "/tasks/x", null),
        ("GET", "/tasks/x?current_generation=1&wait=0", null),
        ("PATCH", "/tasks/x", """{"state":"working"}"""),
        ("DELETE", "/tasks/x", null),
        ("POST", "/tasks/x:cancel", null),
        ("POST", "/tasks/x:compareAndSet", """{"from":"working","to":"completed"}"""),
        ("POST", "/tasks/x:renew", """{"lease_token":"t"}"""),
        ("POST", "/tasks/x:release", """{"leaseToken":"t"}"""),
        ("GET", "/tasks/x/messages", null),
        ("GET", "/tasks/x/artifacts", null),
        ("GET", "/tasks/x/artifacts/z", null),
        ("GET", "/tasks/x/owner", null),
        ("GET", "/tasks/x/events", null),
        ("POST", "/tasks/x/feedback", "{}"),
        ("GET", "/tasks/x/feedback", null),
        ("POST", "/tasks/x/pushNotificationConfigs", """{"url":"https://e.com"}"""),
        ("GET", "/tasks/x/pushNotificationConfigs", null),
        ("GET", "/tasks/x/pushNotificationConfigs/y", null),
        ("DELETE", "/tasks/x/pushNotificationConfigs/y", null),
        ("POST", "/agents/x/tasks:claim", """{"worker":"w","wait_seconds":0}"""),
        ("GET", "/contexts", null),
        ("GET", "/contexts/x", null),
        ("PATCH", "/contexts/x", """{"data":{}}"""),
        ("DELETE", "/contexts/x", null),
        ("POST", "/contexts/x:clear", null),
        ("GET", "/contexts/x/messages", null),
        ("POST", "/contexts/x/messages", $$"""{"messages":[{{Message}}]}"""),
        ("GET", "/contexts/x/tasks", null),
        ("GET", "/contexts/x/owner", null),
        ("GET", "/contexts/x/events", null),
    ];

    private static readonly (string Method, string Path)[] WithBody =
        [.. Requests.Where(request => request.Body is not null).Select(request => (request.Method, request.Path))];

    private RestHost? host;

    // Whatever gets past the gateway is a 501, which no test here expects.
    private HttpClient Client => host!.Client;

    public async ValueTask InitializeAsync() =>
        host = await RestHost.StartAsync(tasks: new RefusingTasks(new RegistryException(RegistryError.NotSupported, "reached the registry")));

    public ValueTask DisposeAsync() => host?.DisposeAsync() ?? default;

    [Fact]
    public void Every_path_of_tasks_and_contexts_is_among_the_requests_here()
    {
        var routes = host!.Routes
            .Select(route => route.RoutePattern.RawText!)
            .Where(path => path.StartsWith("/tasks", StringComparison.Ordinal) || path.StartsWith("/contexts", StringComparison.Ordinal)
                || path.Contains("claim", StringComparison.Ordinal));
        var here = Requests.Select(request => request.Path.Split('?')[0].Replace("/x", "/{id}", StringComparison.Ordinal)
            .Replace("/y", "/{configId}", StringComparison.Ordinal)
            .Replace("/z", "/{artifactId}", StringComparison.Ordinal));
        Assert.Equal(routes.Distinct().Order(StringComparer.Ordinal), here.Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(RegistryError.Invalid, 400)]
    [InlineData(RegistryError.TooLarge, 413)]
    [InlineData(RegistryError.NotFound, 404)]
    [InlineData(RegistryError.Conflict, 409)]
    [InlineData(RegistryError.Terminal, 409)]
    [InlineData(RegistryError.Busy, 503)]
    [InlineData(RegistryError.Unavailable, 503)]
    [InlineData(RegistryError.StorageFull, 507)]
    [InlineData(RegistryError.NotSupported, 501)]
    public async Task Each_refusal_has_its_status(RegistryError error, int status)
    {
        var fault = new RegistryException(error, "what and why", "where") { CurrentState = TaskState.InputRequired, CurrentGeneration = 17 };
        await using var other = await RestHost.StartAsync(tasks: new RefusingTasks(fault));
        foreach (var (method, path, body) in Requests)
        {
            var response = await other.Client.SendAsync(method, path, body);
            var problem = await response.ProblemAsync(status, "where");
            Assert.Equal("what and why", problem.Text("detail"));
            Assert.Equal("TASK_STATE_INPUT_REQUIRED", problem.Text("state"));
            Assert.Equal(17, problem.Changes("current_generation"));
            Assert.Equal(status == 503, response.Headers.RetryAfter is not null);
        }

        Assert.Equal("input-required", (await (await other.Client.SendAsync("GET", "/tasks/x?state_format=0.3")).ProblemAsync(status)).Text("state"));
        Assert.Equal(
            "input-required",
            (await (await other.Client.SendAsync("GET", "/tasks/x", null, ("A2A-Version", "0.3"))).ProblemAsync(status)).Text("state"));
        Assert.Empty(other.Log);
    }

    [Fact]
    public async Task A_problem_without_state_and_generation_has_no_such_members()
    {
        var problem = await (await Client.SendAsync("GET", "/tasks/x")).ProblemAsync(501);
        Assert.False(problem.TryGetProperty("state", out _));
        Assert.False(problem.TryGetProperty("current_generation", out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("{")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("{} {}")]
    [InlineData("""{"a":1,}""")]
    [InlineData("{} // no")]
    [InlineData("""{"\uD800":1}""")]
    public async Task A_body_that_is_no_json_object_is_refused(string body)
    {
        // The registry judges those: the gateway does not look inside.
        foreach (var (method, path) in WithBody.Where(
            request => !request.Path.EndsWith("feedback", StringComparison.Ordinal) && !request.Path.EndsWith("Configs", StringComparison.Ordinal)))
        {
            await (await Client.SendAsync(method, path, body)).ProblemAsync(400, "body");
        }
    }

    [Fact]
    public async Task A_body_that_is_missing_not_json_by_its_header_compressed_or_too_large_is_refused()
    {
        await using var small = await RestHost.StartAsync(
            options => options.MaxTaskBodyBytes = 2000,
            tasks: new RefusingTasks(new InvalidOperationException()));
        foreach (var (method, path) in WithBody)
        {
            await (await Client.SendAsync(method, path)).ProblemAsync(400, "body");
            await (await Client.SendAsync(method, path, "{}", ("Content-Type", "text/plain"))).ProblemAsync(415, "Content-Type");
            await (await Client.SendAsync(method, path, "{}", ("Content-Type", ""))).ProblemAsync(415, "Content-Type");
            await (await small.Client.SendAsync(method, path, $"{{\"x\":\"{new string('x', 3000)}\"}}")).ProblemAsync(413, "body");
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = TestHttp.Json("{}") };
            request.Content.Headers.ContentEncoding.Add("gzip");
            await (await Client.SendAsync(request, TestContext.Current.CancellationToken)).ProblemAsync(415, "Content-Encoding");
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        foreach (var (bytes, field) in ((byte[], string)[])[
            ([.. "{\"message\":{},\"taskId\":\""u8, 0xC3, 0x28, .. "\"}"u8], "taskId"),
            ([.. "{\"message\":{},\""u8, 0xC3, 0x28, .. "\":1}"u8], "body"),
            (Encoding.Unicode.GetBytes("{\"message\":{}}"), "body")])
        {
            using var content = new ByteArrayContent(bytes);
            content.Headers.ContentType = new("application/json");
            await (await Client.PostAsync("/tasks", content, TestContext.Current.CancellationToken)).ProblemAsync(400, field);
        }
    }

    [Fact]
    public async Task Clearing_all_needs_to_be_confirmed()
    {
        foreach (var path in (string[])["/tasks", "/tasks?confirm=false"])
        {
            var problem = await (await Client.SendAsync("DELETE", path)).ProblemAsync(400, "confirm");
            Assert.Contains("confirm=true", problem.Text("detail"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/tasks/%", 400)]
    [InlineData("/tasks/%FF", 400)]
    [InlineData("/tasks/x/..", 400)]
    [InlineData("/tasks/x/%2e%2e/y", 400)]
    [InlineData("/tasks/x/y/%2e%2e", 400)]
    [InlineData("/tasks/x/", 501)]
    [InlineData("/tasks//x", 404)]
    [InlineData("/tasks/x/nothing", 404)]
    [InlineData("/tasks/x/pushNotificationConfigs/%zz", 400)]
    [InlineData("/contexts/%C3", 400)]
    [InlineData("/contexts/x/nothing", 404)]
    public async Task A_tricky_path_is_refused(string target, int expected) =>
        Assert.Equal(expected, (await TestHttp.RawGetAsync(host!.Address, target)).Status);

    [Theory]
    [InlineData("POST", "/tasks/x", "DELETE, GET, HEAD, PATCH, PUT")]
    [InlineData("OPTIONS", "/tasks/x", "DELETE, GET, HEAD, PATCH, PUT")]
    [InlineData("OPTIONS", "/tasks/x:cancel", "DELETE, GET, HEAD, PATCH, PUT")]
    [InlineData("PUT", "/contexts/x", "DELETE, GET, HEAD, PATCH")]
    [InlineData("POST", "/tasks/x:archive", "DELETE, GET, HEAD, PATCH, PUT")]
    [InlineData("POST", "/tasks/x%3Acancel", "DELETE, GET, HEAD, PATCH, PUT")]
    [InlineData("POST", "/contexts/x:empty", "DELETE, GET, HEAD, PATCH")]
    [InlineData("POST", "/contexts/x%3Aclear", "DELETE, GET, HEAD, PATCH")]
    [InlineData("PUT", "/tasks", "DELETE, GET, HEAD, POST")]
    [InlineData("POST", "/tasks:count", "GET, HEAD")]
    [InlineData("GET", "/agents/x/tasks:claim", "POST")]
    [InlineData("POST", "/contexts", "GET, HEAD")]
    [InlineData("PATCH", "/tasks/x/messages", "GET, HEAD")]
    public async Task A_wrong_method_is_a_405_problem_with_the_right_ones(string method, string path, string allow)
    {
        var response = await Client.SendAsync(method, path);
        await response.ProblemAsync(405);
        Assert.Equal(allow, string.Join(", ", response.Content.Headers.Allow.Order()));
    }

    [Theory]
    [InlineData("MaxTaskBodyBytes")]
    [InlineData("EventHeartbeat")]
    public async Task A_wrong_option_stops_the_start_with_its_name(string name)
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => RestHost.StartAsync(
            options =>
            {
                options.MaxTaskBodyBytes = name == "MaxTaskBodyBytes" ? 0 : options.MaxTaskBodyBytes;
                options.EventHeartbeat = name == "EventHeartbeat" ? TimeSpan.Zero : options.EventHeartbeat;
            },
            tasks: new RefusingTasks(new InvalidOperationException())));
        Assert.Contains(name, fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_condition_of_the_header_that_does_not_hold_is_412_and_one_of_the_body_409()
    {
        await using var other = await RestHost.StartAsync(
            tasks: new RefusingTasks(new RegistryException(RegistryError.Conflict, "no") { CurrentGeneration = 3 }));
        Assert.Equal(
            3,
            (await (await other.Client.SendAsync("PATCH", "/tasks/x", "{}", ("If-Match", "\"2\""))).ProblemAsync(412)).Changes("current_generation"));
        Assert.Equal(3, (await (await other.Client.SendAsync("PATCH", "/tasks/x", """{"if_generation_match":2}""")).ProblemAsync(409)).Changes(
            "current_generation"));
        await (await other.Client.SendAsync("PATCH", "/tasks/x", "{}", ("If-Match", "W/\"2\""))).ProblemAsync(412);
        Assert.Equal(HttpStatusCode.Conflict, (await other.Client.SendAsync("POST", "/tasks/x:cancel?if_generation_match=2")).StatusCode);
    }
}
