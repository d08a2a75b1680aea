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
            await GoOnAsync(agent, task);
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

    [Fact]
    public async Task A_task_that_began_at_the_cards_URL_stays_there_when_instances_come()
    {
        List<string> atCard = [], atOne = [];
        await using var card = await AskingAsync(atCard);
        await using var one = await AskingAsync(atOne);
        var agent = await near.ForwardToAsync(card.Address.AbsoluteUri, streams: false);
        var task = await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.InputRequired);
        await PutAsync(agent, "one", one);
        await GoOnAsync(agent, task);
        Assert.Equal((2, 0), (atCard.Count, atOne.Count));

        // One that begins now is the instance's, and is not told of the card's context.
        await near.WaitAsync((await near.SubmitAsync(agent, "more", task.ContextId)).Id, TaskState.InputRequired);
        Assert.Equal((2, 1), (atCard.Count, atOne.Count));
        Assert.DoesNotContain("\"c1\"", atOne[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_whose_instance_is_gone_goes_on_at_another_which_has_it_or_fails_with_the_reason()
    {
        List<string> atCard = [], atTwo = [];
        await using var card = await AskingAsync(atCard);
        await using var one = await AskingAsync([]);
        await using var two = await AskingAsync(atTwo);
        await using var three = await ScriptedServer.StartAsync(
            ScriptedServer.Say(200, """{"error":{"code":-32001,"message":"no such task"}}"""));
        var agent = await near.ForwardToAsync(card.Address.AbsoluteUri, streams: false);
        await PutAsync(agent, "one", one);
        var task = await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.InputRequired);
        await PutAsync(agent, "two", two);
        await near.Instances.RemoveAsync(Caller.Default, agent, "one");
        task = await GoOnAsync(agent, task);
        Assert.Contains("\"taskId\":\"t1\"", Assert.Single(atTwo), StringComparison.Ordinal);

        await PutAsync(agent, "three", three);
        await near.Instances.RemoveAsync(Caller.Default, agent, "two");
        await near.SubmitAsync(agent, "go on", task.ContextId, task.Id);
        var failed = (await near.WaitAsync(task.Id, TaskState.Failed)).Status.Message.ToString();
        Assert.Contains("instance 'two'", failed, StringComparison.Ordinal);
        Assert.Contains("no such task", failed, StringComparison.Ordinal);
        Assert.Empty(atCard);
    }

    [Fact]
    public async Task A_message_that_reaches_no_instance_goes_to_another_and_one_that_may_have_been_taken_does_not()
    {
        List<string> atOne = [];
        await using var one = await AskingAsync(atOne);
        var dead = await AskingAsync([]);
        var gone = dead.Address.AbsoluteUri;
        await dead.DisposeAsync();
        var agent = await near.ForwardToAsync("https://agent.example/", streams: false);
        await near.Instances.PutAsync(
            Caller.Default, agent, "dead", new InstanceRegistration(gone) { Weight = 10_000 }, TestRegistry.Cancellation);
        await PutAsync(agent, "one", one, weight: 0.001);
        var task = await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.InputRequired);
        await GoOnAsync(agent, task);
        Assert.Equal(2, atOne.Count);

        // Where none can be reached, it is said of the last.
        await near.Instances.RemoveAsync(Caller.Default, agent, "one");
        var failed = await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.Failed);
        Assert.Contains("The agent could not be connected to.", failed.Status.Message.ToString(), StringComparison.Ordinal);

        await using var cuts = await ScriptedServer.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        await PutAsync(agent, "dead", cuts, weight: 10_000);
        await PutAsync(agent, "one", one, weight: 0.001);
        failed = await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.Failed);
        Assert.Contains("The connection to the agent broke.", failed.Status.Message.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, atOne.Count);
    }

    [Fact]
    public async Task Messages_go_to_no_instance_that_another_than_the_owner_registered_before_they_were_forwarded()
    {
        List<string> atCard = [], atBobs = [], atOwners = [];
        await using var card = await AskingAsync(atCard);
        await using var bobs = await AskingAsync(atBobs);
        await using var owners = await AskingAsync(atOwners);
        var agent = await near.ForwardToAsync(card.Address.AbsoluteUri, streams: false);
        await near.Agents.PatchAsync(
            Caller.Default, agent, new AgentPatch { Delivery = AgentDelivery.Listed, Workers = ["*"] }, TestRegistry.Cancellation);
        await near.Instances.PutAsync(
            new Caller(Caller.Default.Tenant, "bob"),
            agent,
            "bobs",
            new InstanceRegistration(bobs.Address.AbsoluteUri) { Weight = 10_000 },
            TestRegistry.Cancellation);
        await near.Agents.PatchAsync(Caller.Default, agent, new AgentPatch { Delivery = AgentDelivery.Forward }, TestRegistry.Cancellation);
        await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.InputRequired);
        await PutAsync(agent, "owners", owners, weight: 0.001);
        await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.InputRequired);
        Assert.Equal((1, 0, 1), (atCard.Count, atBobs.Count, atOwners.Count));

        // What the owner registers again is the owner's.
        await PutAsync(agent, "bobs", bobs, weight: 10_000);
        await near.WaitAsync((await near.SubmitAsync(agent)).Id, TaskState.InputRequired);
        Assert.Equal((1, 1, 1), (atCard.Count, atBobs.Count, atOwners.Count));
    }

    /// <summary>An agent that asks its user something each time, and keeps what it was sent.</summary>
    private static Task<ScriptedServer> AskingAsync(List<string> bodies) => ScriptedServer.StartAsync(async context =>
    {
        using var reader = new StreamReader(context.Request.Body);
        bodies.Add(await reader.ReadToEndAsync(TestRegistry.Cancellation));
        await ScriptedServer.Say(200, """{"result":{"task":{"id":"t1","contextId":"c1","status":{"state":"TASK_STATE_INPUT_REQUIRED"}}}}""")(context);
    });

    private async Task<TaskRecord> GoOnAsync(string agent, TaskRecord task)
    {
        await near.SubmitAsync(agent, "go on", task.ContextId, task.Id);
        return await near.WaitAsync(task.Id, now => now.Generation > task.Generation + 1 && now.Status.State == TaskState.InputRequired);
    }

    private async Task PutAsync(string agent, string name, ScriptedServer server, double weight = 1) => await near.Instances.PutAsync(
        Caller.Default, agent, name, new InstanceRegistration(server.Address.AbsoluteUri) { Weight = weight }, TestRegistry.Cancellation);
}
