using System.Globalization;

namespace OrleansRegistry.Forwarding.Tests;

/// <summary>An agent with several instances: each task goes to one, and stays there.</summary>
public sealed class InstanceTests(TwoRegistries registries)
{
    private readonly TestRegistry near = registries.Near;

    [Fact]
    public async Task A_task_goes_to_an_instance_and_stays_with_it_and_so_does_its_context()
    {
        List<string> atCard = [], atOne = [], atTwo = [], atThree = [];
        await using var card = await AskingAsync(atCard);
        await using var one = await AskingAsync(atOne);
        await using var two = await AskingAsync(atTwo);
        await using var three = await AskingAsync(atThree);
        var agent = await near.ForwardToAsync(card.Address.AbsoluteUri, streams: false);
        await PutAsync(agent, "one", one);
        await PutAsync(agent, "two", two);

        // By these contexts, and always the same.
        var tasks = new List<TaskRecord>();
        for (var i = 0; i < 10; i++)
        {
            var context = string.Create(CultureInfo.InvariantCulture, $"several-{i}");
            tasks.Add(await near.WaitAsync((await near.SubmitAsync(agent, contextId: context)).Id, TaskState.InputRequired));
        }

        var (first, second) = (atOne.Count, atTwo.Count);
        Assert.Equal((10, true, true), (first + second, first > 0, second > 0));

        // A third gets no task of the others, and what has no weight any more keeps its own.
        await PutAsync(agent, "three", three, weight: 10_000);
        await PutAsync(agent, "one", one, weight: 0);
        foreach (var task in tasks)
        {
            await near.SubmitAsync(agent, "go on", task.ContextId, task.Id);
            await near.WaitAsync(task.Id, now => now.Generation > task.Generation + 1 && now.Status.State == TaskState.InputRequired);
        }

        Assert.Equal((2 * first, 2 * second), (atOne.Count, atTwo.Count));
        Assert.All(atOne.Skip(first), body => Assert.Contains("\"taskId\":\"t1\"", body, StringComparison.Ordinal));

        // New tasks in an old context are the new one's, which is not told of what the other calls that context, but of what it calls it itself.
        for (var i = 0; i < 2; i++)
        {
            await near.WaitAsync((await near.SubmitAsync(agent, "more", tasks[0].ContextId)).Id, TaskState.InputRequired);
        }

        Assert.Equal((2 * first, 2 * second, 2, 0), (atOne.Count, atTwo.Count, atThree.Count, atCard.Count));
        Assert.DoesNotContain("\"c1\"", atThree[0], StringComparison.Ordinal);
        Assert.Contains("\"contextId\":\"c1\"", atThree[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_go_to_the_instances_that_the_owner_registers_once_there_are_any()
    {
        await using var early = await AskingAsync([]);
        await using var late = await AskingAsync([]);
        var agent = await near.ForwardToAsync("https://agent.example/", streams: false);
        await PutAsync(agent, "early", early);
        var credentials = new AgentCredentials(new Dictionary<string, string> { ["X-API-Key"] = "k" });
        await near.Agents.PatchAsync(Caller.Default, agent, new AgentPatch { Credentials = credentials }, TestRegistry.Cancellation);
        await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.InputRequired);
        Assert.False(Assert.Single(early.Requests).Headers.ContainsKey("X-API-Key"));
        await PutAsync(agent, "late", late);
        await PutAsync(agent, "early", early, weight: 0);
        await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.InputRequired);
        Assert.Equal("k", Assert.Single(late.Requests).Headers["X-API-Key"]);
    }

    [Fact]
    public async Task Where_all_have_the_weight_0_the_task_fails()
    {
        var agent = await near.ForwardToAsync("https://agent.example/", streams: false);
        await near.Instances.PutAsync(Caller.Default, agent, "i", new InstanceRegistration("https://i.example") { Weight = 0 });
        var failed = await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.Failed);
        Assert.Contains("weight 0", failed.Status.Message.ToString(), StringComparison.Ordinal);
    }

    /// <summary>An agent that asks its user something each time, and keeps what it was sent.</summary>
    private static Task<ScriptedServer> AskingAsync(List<string> bodies) => ScriptedServer.StartAsync(async context =>
    {
        using var reader = new StreamReader(context.Request.Body);
        bodies.Add(await reader.ReadToEndAsync(TestRegistry.Cancellation));
        await ScriptedServer.Say(200, """{"result":{"task":{"id":"t1","contextId":"c1","status":{"state":"TASK_STATE_INPUT_REQUIRED"}}}}""")(context);
    });

    private async Task PutAsync(string agent, string name, ScriptedServer server, double weight = 1) => await near.Instances.PutAsync(
        Caller.Default, agent, name, new InstanceRegistration(server.Address.AbsoluteUri) { Weight = weight }, TestRegistry.Cancellation);
}
