using System.Text.RegularExpressions;

namespace OrleansRegistry.Client.Tests;

/// <summary>What is refused to a co-hosted caller is refused to a remote one in the same words, and what both get is the same.</summary>
public sealed partial class SameAsCoHostedTests(ClientHost host)
{
    private const string NoId = "\u0001";

    private static readonly Dictionary<string, Func<Registry, Task>> Refusals = new()
    {
        ["a card that is no object"] = r => r.Agents.RegisterAsync(r.Caller, new(ClientHost.Json("[]"), "x")),
        ["a card without a name"] = r => r.Agents.RegisterAsync(r.Caller, new(ClientHost.Json("""{"description":"d"}"""), "x")),
        ["an agent that is there"] = r => r.Agents.RegisterAsync(r.Caller, new(ClientHost.Card("a"), Condition: new(IfAbsent: true))),
        ["an agent of another revision"] = r => r.Agents.PatchAsync(r.Caller, "a", new(Enabled: false, Condition: new(IfRevision: 1))),
        ["an agent of none of these"] = r => r.Agents.RemoveAsync(r.Caller, "a", new() { IfRevisionIn = [1, 2] }),
        ["a patch of nobody"] = r => r.Agents.PatchAsync(r.Caller, "nobody", new(Enabled: false)),
        ["another's agent to remove"] = r => r.Agents.RemoveAsync(r.Caller with { Subject = "mallory" }, "a"),
        ["a draft that was none"] = r => r.Agents.PatchAsync(r.Caller, "a", new() { LifeCycle = AgentLifeCycle.Draft }),
        ["a successor of an active agent"] = r => r.Agents.PatchAsync(r.Caller, "a", new() { Deprecation = new(null, "b") }),
        ["another's agent to retire"] = r => r.Agents.PatchAsync(
            r.Caller with { Subject = "mallory" }, "a", new() { LifeCycle = AgentLifeCycle.Retired }),
        ["an id of control characters"] = r => r.Agents.PatchAsync(r.Caller, NoId, new(Enabled: true)),
        ["a page that is too large"] = async r => await r.Agents.ListAsync(r.Caller, new() { PageSize = 1001 }),
        ["a page token that is none"] = async r => await r.Agents.ListAsync(r.Caller, new() { PageToken = "no", PageSize = 1 }),
        ["a message without parts"] = r => r.Tasks.SubmitAsync(r.Caller, new(ClientHost.Json("""{"role":"ROLE_USER"}"""))),
        ["a media type that is none"] = r => r.Tasks.SubmitAsync(r.Caller, new(TextMessage.User("hi", "m-type")) { AcceptedOutputModes = [""] }),
        ["a message that is not JSON"] = r => r.Tasks.UpdateAsync(r.Caller, r.Over, new() { Metadata = ClientHost.Json("[]") }),
        ["a task that is over"] = r => r.Tasks.UpdateAsync(r.Caller, r.Over, new() { State = TaskState.Working }),
        ["a message to a task that is over"] = r => r.Tasks.SubmitAsync(r.Caller, new(TextMessage.User("more", "m-more")) { TaskId = r.Over }),
        ["a task in another state"] = r => r.Tasks.UpdateAsync(
            r.Caller, r.Open, new() { State = TaskState.Working, IfState = TaskState.InputRequired }),
        ["a task of another generation"] = r => r.Tasks.UpdateAsync(r.Caller, r.Open, new() { State = TaskState.Working, IfGeneration = 5 }),
        ["a cancel of another generation"] = r => r.Tasks.CancelAsync(r.Caller, r.Open, 5),
        ["a task that is not there"] = r => r.Tasks.UpdateAsync(r.Caller, "nothing", new() { State = TaskState.Working }),
        ["a message of a known id with other words"] = r => r.Tasks.SubmitAsync(r.Caller, new(TextMessage.User("other", "m1")) { TaskId = r.Open }),
        ["a key of another request"] = r => r.Tasks.UpdateAsync(
            r.Caller with { IdempotencyKey = "k1" }, r.Open, new() { Metadata = ClientHost.Json("""{"b":2}""") }),
        ["another lease"] = r => r.Tasks.RenewAsync(r.Caller, r.Open, "wrong"),
        ["a lease of no time"] = r => r.Tasks.RenewAsync(r.Caller, r.Open, "wrong", TimeSpan.FromHours(2)),
        ["another agent's work"] = r => r.Tasks.ClaimAsync(r.Caller with { Subject = "mallory" }, "a", new("w") { Wait = TimeSpan.Zero }),
        ["a worker without a name"] = r => r.Tasks.ClaimAsync(r.Caller, "a", new(NoId) { Wait = TimeSpan.Zero }),
        ["a task that must be there"] = r => r.Tasks.PutAsync(r.Caller, "nothing", new(TaskState.Completed) { MustExist = true }),
        ["a task that must not be there"] = r => r.Tasks.PutAsync(r.Caller, r.Open, new(TaskState.Working) { IfAbsent = true }),
        ["a webhook without a url"] = r => r.Tasks.SaveWebhookAsync(r.Caller, r.Open, ClientHost.Json("""{"token":"t"}""")),
        ["a webhook that is a list"] = r => r.Tasks.SaveWebhookAsync(r.Caller, r.Open, ClientHost.Json("[]"), "w"),
        ["feedback about nothing"] = r => r.Tasks.AddFeedbackAsync(r.Caller, "nothing", ClientHost.Json("{}")),
        ["a context that must be there"] = r => r.Contexts.UpdateAsync(r.Caller, "nothing", ClientHost.Json("{}"), mustExist: true),
        ["a context of another generation"] = r => r.Contexts.UpdateAsync(r.Caller, "c", ClientHost.Json("{}"), ifGeneration: 5),
        ["data that are no object"] = r => r.Contexts.UpdateAsync(r.Caller, "c", ClientHost.Json("[]")),
        ["a context to clear that is not there"] = r => r.Contexts.ClearAsync(r.Caller, "nothing"),
        ["events of nothing"] = async r => await r.Tasks.WatchAsync(r.Caller, "nothing").GetAsyncEnumerator().MoveNextAsync(),
        ["a key that is too long"] = r => r.Tasks.DeleteAsync(r.Caller with { IdempotencyKey = new string('k', 257) }, r.Open),
        ["a tenant that is none"] = r => r.Tasks.GetAsync(new Caller("a/b"), r.Open),
    };

    public static TheoryData<string> RefusalNames { get; } = [.. Refusals.Keys];

    private sealed record Registry(IAgentRegistry Agents, ITaskRegistry Tasks, IContextRegistry Contexts, Caller Caller, string Open, string Over);

    [Theory]
    [MemberData(nameof(RefusalNames))]
    public async Task A_refusal_is_the_same(string name)
    {
        var (local, remote) = await BothAsync();
        var expected = await Assert.ThrowsAsync<RegistryException>(() => Refusals[name](local));
        var found = await Assert.ThrowsAsync<RegistryException>(() => Refusals[name](remote));
        Assert.Equal(
            (expected.Error, expected.Field, expected.CurrentState, expected.CurrentGeneration > 0),
            (found.Error, found.Field, found.CurrentState, found.CurrentGeneration > 0));

        // The ids and generations of the two are other ones.
        Assert.Equal(Digits().Replace(expected.Message, "#"), Digits().Replace(found.Message, "#"));
    }

    [Fact]
    public async Task What_is_not_there_is_null()
    {
        var (local, remote) = await BothAsync();
        foreach (var registry in new[] { local, remote })
        {
            Assert.Null(await registry.Agents.GetAsync(registry.Caller, "nobody", cancellationToken: ClientHost.Cancellation));
            Assert.Null(await registry.Agents.GetExtensionAsync(registry.Caller, "urn:none", ClientHost.Cancellation));
            Assert.Null(await registry.Agents.GetAgentExtensionsAsync(registry.Caller, "nobody", ClientHost.Cancellation));
            Assert.Null(await registry.Tasks.GetAsync(registry.Caller, "nothing", cancellationToken: ClientHost.Cancellation));
            Assert.Null(await registry.Tasks.GetAsync(
                registry.Caller with { Subject = "other" }, registry.Open, cancellationToken: ClientHost.Cancellation));
            Assert.Null(await registry.Tasks.GetArtifactAsync(registry.Caller, registry.Open, "none", null, ClientHost.Cancellation));
            Assert.Null(await registry.Contexts.GetAsync(registry.Caller, "nothing", ClientHost.Cancellation));
            Assert.Null(await registry.Tasks.ClaimAsync(
                registry.Caller, "a", new TaskClaim("w") { Wait = TimeSpan.Zero }, ClientHost.Cancellation));
        }
    }

    [Fact]
    public async Task An_artifact_of_a_task_that_is_not_there_is_refused_as_the_task_is()
    {
        var (local, remote) = await BothAsync();
        var outcomes = new List<object?>();
        foreach (var registry in new[] { local, remote })
        {
            try
            {
                outcomes.Add(await registry.Tasks.GetArtifactAsync(registry.Caller, "nothing", "none", null, ClientHost.Cancellation));
            }
            catch (RegistryException fault)
            {
                outcomes.Add((fault.Error, fault.Field));
            }
        }

        Assert.Equal(outcomes[0], outcomes[1]);
    }

    private async Task<(Registry Local, Registry Remote)> BothAsync() => (
        await FillAsync(host.LocalAgents, host.LocalTasks, host.LocalContexts),
        await FillAsync(host.Client.Agents, host.Client.Tasks, host.Client.Contexts));

    private static async Task<Registry> FillAsync(IAgentRegistry agents, ITaskRegistry tasks, IContextRegistry contexts)
    {
        var caller = ClientHost.NewCaller();
        await agents.RegisterAsync(caller, new(ClientHost.Card("a")));
        var open = await tasks.SubmitAsync(caller, new(TextMessage.User("hello", "m1")) { TaskId = "open", ContextId = "c" });
        var over = await tasks.SubmitAsync(caller, new(TextMessage.User("hello", "m1")) { TaskId = "over", ContextId = "c" });
        await tasks.UpdateAsync(caller with { IdempotencyKey = "k1" }, "open", new() { Metadata = ClientHost.Json("""{"a":1}""") });
        await tasks.UpdateAsync(caller, "over", new() { State = TaskState.Completed });
        return new Registry(agents, tasks, contexts, caller, open.Task.Id, over.Task.Id);
    }

    [GeneratedRegex("[0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex Digits();
}
