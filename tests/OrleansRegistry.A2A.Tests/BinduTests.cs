using static OrleansRegistry.A2A.Tests.LegacyCalls;

namespace OrleansRegistry.A2A.Tests;

/// <summary>The methods that the Bindu framework has beside those of A2A 0.3.</summary>
public sealed class BinduTests(A2AHost host)
{
    [Fact]
    public async Task Bindus_list_of_tasks_is_an_array_of_whole_tasks_newest_first()
    {
        var agent = await host.RegisterAsync();
        var first = (await SubmitAsync(agent)).IdOf();
        await agent.CompleteNextAsync();
        var second = (await SubmitAsync(agent)).IdOf();
        var all = await OkAsync(CallAsync(agent, "tasks/list", "{}"));
        Assert.Equal([second, first], all.EnumerateArray().Select(task => task.IdOf()));
        Assert.Equal("task", KindOf(all[1]));
        Assert.Single(all[1].GetProperty("history").EnumerateArray());
        Assert.Single(all[1].GetProperty("artifacts").EnumerateArray());
        Assert.Single((await OkAsync(CallAsync(agent, "tasks/list", """{"length":1}"""))).EnumerateArray());
    }

    [Fact]
    public async Task Bindus_feedback_is_kept_with_the_task()
    {
        var agent = await host.RegisterAsync();
        var id = (await SubmitAsync(agent)).IdOf();
        var said = await OkAsync(CallAsync(
            agent, "tasks/feedback", $$$"""{"task_id":"{{{id}}}","feedback":"good","rating":5,"metadata":{"by":"me"}}"""));
        Assert.Equal(id, said.GetProperty("task_id").GetString());
        var kept = await host.Tasks.ListFeedbackAsync(Caller.Default, id, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("""{"feedback":"good","rating":5,"metadata":{"by":"me"}}""", Assert.Single(kept.Items).Data.ToString());
    }

    [Fact]
    public async Task Bindus_contexts_are_listed_and_cleared_with_their_tasks()
    {
        var agent = await host.RegisterAsync();
        (string, string)[] me = [("X-Registry-Tenant", "default"), ("X-Registry-Subject", $"s-{Guid.NewGuid():N}")];
        var task = await OkAsync(CallAsync(
            agent, "message/send", $$$"""{"message":{{{NewMessage()}}},"configuration":{"blocking":false}}""", me));
        var context = Assert.Single((await OkAsync(CallAsync(agent, "contexts/list", "{}", me))).EnumerateArray());
        Assert.Equal(task.GetProperty("contextId").GetString(), context.GetProperty("contextId").GetString());
        Assert.Equal(1, context.GetProperty("taskCount").GetInt32());
        Assert.Equal(task.IdOf(), Assert.Single(context.GetProperty("taskIds").EnumerateArray()).GetString());

        var clear = $$"""{"contextId":"{{context.GetProperty("contextId").GetString()}}"}""";
        await RefusedAsync(-32020, CallAsync(agent, "contexts/clear", clear));
        Assert.True((await OkAsync(CallAsync(agent, "contexts/clear", clear, me))).TryGetProperty("message", out _));
        Assert.Empty((await OkAsync(CallAsync(agent, "contexts/list", "{}", me))).EnumerateArray());
        await RefusedAsync(-32001, CallAsync(agent, "tasks/get", $$"""{"id":"{{task.IdOf()}}"}""", me));
        await RefusedAsync(-32020, CallAsync(agent, "contexts/clear", clear, me));
    }
}
