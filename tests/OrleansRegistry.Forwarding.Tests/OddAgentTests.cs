using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Forwarding.Tests;

/// <summary>Agents that answer what no agent should: the task fails, and says why.</summary>
public sealed class OddAgentTests(TwoRegistries registries)
{
    private const string Json = "application/json";

    private readonly TestRegistry near = registries.Near;

    public static TheoryData<string, int, string, string, string> Answers => new()
    {
        { "JSONRPC", 200, Json, "hello", "cannot be read" },
        { "JSONRPC", 200, Json, "{}", "neither a result nor an error" },
        { "JSONRPC", 200, Json, """{"jsonrpc":"2.0","id":1,"result":{}}""", "neither a task, a message nor an update" },
        { "JSONRPC", 200, Json, """{"jsonrpc":"2.0","id":1,"result":[]}""", "neither a task, a message nor an update" },
        { "JSONRPC", 200, Json, """{"jsonrpc":"2.0","id":1,"result":{"message":7}}""", "a message is not an object" },
        { "JSONRPC", 200, Json, """{"jsonrpc":"2.0","id":1,"result":{"message":{"role":"ROLE_AGENT"}}}""", "not one that this registry takes" },
        { "JSONRPC", 200, Json, """{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"not for me"}}""", "not for me" },
        { "JSONRPC", 200, Json, """{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"no pictures"}}""", "no pictures" },
        { "JSONRPC", 200, "text/event-stream", "data: {\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"bad\"}}\n\n", "bad" },
        { "JSONRPC", 200, "text/event-stream", "data: nonsense\n\n", "cannot be read" },
        { "JSONRPC", 200, "text/event-stream", "", "ended its answer without" },
        { "JSONRPC", 200, Json, """{"result":{"task":{"id":"x","status":{"state":"TASK_STATE_COMPLETED"},"artifacts":[{}]}}}""", "no artifactId" },
        { "JSONRPC", 404, "text/html", "<h1>Not here</h1>", "answered with the status 404" },
        { "JSONRPC", 302, "text/html", "", "answered with the status 302" },
        { "JSONRPC", 401, Json, "{}", "asks for credentials (401)" },
        { "HTTP+JSON", 400, Json, """{"error":{"code":400,"message":"no such skill","details":[]}}""", "no such skill" },
        { "HTTP+JSON", 500, Json, """{"error":{"code":500,"message":"out of order"}}""", "out of order" },
        { "HTTP+JSON", 503, "text/plain", "later", "answered with the status 503" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_that_is_none_fails_the_task_with_its_reason(string binding, int status, string type, string body, string reason)
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Say(status, body, type));
        var agent = await near.ForwardToAsync(server.Address.AbsoluteUri, binding);
        var failed = await near.WaitAsync((await near.SubmitAsync(agent)).Id, task => task.Status.State.IsTerminal());
        Assert.Equal(TaskState.Failed, failed.Status.State);
        Assert.Contains(reason, failed.Status.Message.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_cannot_take_a_message_now_is_asked_again()
    {
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Say(503, ""), ScriptedServer.Say(429, ""), ScriptedServer.Say(200, Reply("at last")));
        var agent = await near.ForwardToAsync(server.Address.AbsoluteUri, streams: false);
        var done = await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.Completed);
        Assert.Contains("at last", done.Status.Message.ToString(), StringComparison.Ordinal);
        Assert.True(done.IsReply);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task An_agent_that_does_not_stream_after_all_is_sent_the_message_plainly()
    {
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Say(200, """{"jsonrpc":"2.0","id":1,"error":{"code":-32004,"message":"no streams"}}"""),
            ScriptedServer.Say(200, Reply("plainly")));
        var agent = await near.ForwardToAsync(server.Address.AbsoluteUri);
        var done = await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.Completed);
        Assert.Contains("plainly", done.Status.Message.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(501)]
    public async Task An_agent_that_lets_nobody_subscribe_is_asked_again_and_again(int status)
    {
        const string Working = """{"id":"t1","contextId":"c1","status":{"state":"TASK_STATE_WORKING"}}""";
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Say(200, $$"""data: {"task":{{Working}}}""" + "\n\n", "text/event-stream"),
            ScriptedServer.Say(200, Working),
            ScriptedServer.Say(status, ""),
            ScriptedServer.Say(200, Working),
            ScriptedServer.Say(200, Working.Replace("WORKING", "COMPLETED", StringComparison.Ordinal)));
        var agent = await near.ForwardToAsync(server.Address.AbsoluteUri, "HTTP+JSON");
        await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.Completed);
        Assert.Equal(
            ["/message:stream", "/tasks/t1", "/tasks/t1:subscribe", "/tasks/t1", "/tasks/t1"],
            server.Requests.Where(request => !request.Target.StartsWith("/.", StringComparison.Ordinal)).Take(5).Select(request => request.Target));
    }

    [Fact]
    public async Task An_agent_that_never_answers_fails_the_task()
    {
        await using var impatient = await TestRegistry.StartAsync(configure: options => options.Timeout = TimeSpan.FromSeconds(1));
        await using var server = await ScriptedServer.StartAsync(context => Task.Delay(-1, context.RequestAborted));
        var agent = await impatient.ForwardToAsync(server.Address.AbsoluteUri);
        var failed = await impatient.WaitAsync((await impatient.SubmitAsync(agent)).Id, TaskState.Failed);
        Assert.Contains("did not answer within 1 s", failed.Status.Message.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_does_not_end_is_not_kept()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            var block = new byte[1024 * 1024];
            block.AsSpan().Fill((byte)'x');
            await context.Response.WriteAsync("data: ", context.RequestAborted);
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block, context.RequestAborted);
            }
        });
        var agent = await near.ForwardToAsync(server.Address.AbsoluteUri);
        var failed = await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.Failed);
        Assert.Contains("which this registry does not take", failed.Status.Message.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_at_an_address_that_is_not_public_is_not_called()
    {
        await using var strict = await TestRegistry.StartAsync(configure: options => options.AllowedNetworks = []);
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Say(200, Reply("secret")));
        foreach (var host in (string[])["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"])
        {
            var agent = await strict.ForwardToAsync($"http://{host}:{server.Address.Port}/");
            var failed = await strict.WaitAsync((await strict.SubmitAsync(agent)).Id, TaskState.Failed);
            Assert.Contains("an address that this registry does not connect to", failed.Status.Message.ToString(), StringComparison.Ordinal);
        }

        Assert.Empty(server.Requests);
    }

    private static string Reply(string text) =>
        $$$"""{"jsonrpc":"2.0","id":1,"result":{"message":{"messageId":"m","role":"ROLE_AGENT","parts":[{"text":"{{{text}}}"}] } } }""";
}
