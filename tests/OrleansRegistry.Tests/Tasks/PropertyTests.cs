using System.Globalization;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using OrleansRegistry.Storage.Tests.Postgres;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class PropertiesInMemory : PropertyTests
{
    private protected override TestRegistry NewRegistry() => new MemoryRegistry();
}

public sealed class PropertiesOnPostgres : PropertyTests
{
    // Where there is none, this test is to be skipped and not to fail in one of its runs.
    public PropertiesOnPostgres() => TestServer.SkipWhereMissing();

    private protected override int Runs => 3;

    private protected override TestRegistry NewRegistry() => new PostgresRegistry();
}

/// <summary>Random runs against a plain model. A failure prints the seed to repeat it with (Config.WithReplay).</summary>
public abstract class PropertyTests
{
    private static readonly Caller[] Callers = [new("t", "alice"), new("t", "bob")];
    private static readonly string[] TaskIds = ["t0", "t1", "t2", "t3", "a/b é"];
    private static readonly string[] ContextIds = ["c0", "c1", "c2"];

    private static readonly Gen<Step> AnyStep =
        from act in Gen.Frequency(
            (10, Gen.Constant(Act.Submit)), (12, Gen.Constant(Act.Update)), (3, Gen.Constant(Act.Compare)), (1, Gen.Constant(Act.Cancel)),
            (1, Gen.Constant(Act.Delete)), (1, Gen.Constant(Act.Feedback)), (1, Gen.Constant(Act.SaveWebhook)), (1, Gen.Constant(Act.DeleteWebhook)),
            (2, Gen.Constant(Act.UpdateContext)), (4, Gen.Constant(Act.AppendContext)), (1, Gen.Constant(Act.ClearContext)),
            (1, Gen.Constant(Act.DeleteContext)), (1, Gen.Constant(Act.Restart)))
        from caller in Gen.Frequency((6, Gen.Constant(0)), (1, Gen.Constant(1)))
        from task in Gen.Choose(0, TaskIds.Length - 1)
        from context in Gen.Choose(0, ContextIds.Length)
        from n in Gen.Choose(0, 60)
        from state in Gen.Frequency(
            (8, Gen.Elements(TaskState.Submitted, TaskState.Working, TaskState.InputRequired)),
            (1, Gen.Elements(TaskState.Completed, TaskState.Failed)))
        from messages in Gen.Frequency((3, Gen.Choose(0, 3)), (1, Gen.Choose(10, 40)))
        select new Step(act, caller, task, context, n, state, messages);

    public enum Act
    {
        Submit,
        Update,
        Compare,
        Cancel,
        Delete,
        Feedback,
        SaveWebhook,
        DeleteWebhook,
        UpdateContext,
        AppendContext,
        ClearContext,
        DeleteContext,
        Restart,
    }

    /// <summary>More of them where <c>TEST_PROPERTY_RUNS</c> says so.</summary>
    private protected virtual int Runs =>
        int.Parse(Environment.GetEnvironmentVariable("TEST_PROPERTY_RUNS") ?? "5", CultureInfo.InvariantCulture);

    private protected abstract TestRegistry NewRegistry();

    [Fact]
    public void Any_run_of_operations_and_restarts_leaves_what_a_plain_model_holds() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(Runs).WithStartSize(60).WithEndSize(150),
        Prop.ForAll(AnyStep.ListOf().ToArbitrary(), steps => Run(steps).GetAwaiter().GetResult()));

    private async Task Run(IEnumerable<Step> steps)
    {
        await using var registry = NewRegistry();
        await registry.InitializeAsync();
        var model = new ReferenceModel();
        foreach (var step in steps)
        {
            if (step.Act == Act.Restart)
            {
                await registry.RestartAsync();
                await Same(registry, model);
            }
            else
            {
                await Do(registry, model, step);
            }
        }

        await Same(registry, model);
        await registry.RestartAsync();
        await Same(registry, model);
    }

    private static async Task Do(TestRegistry registry, ReferenceModel model, Step step)
    {
        var (tasks, contexts, caller) = (registry.Tasks, registry.Contexts, Callers[step.Caller]);
        var (owner, id) = (caller.Subject, TaskIds[step.Task]);
        var context = step.Context < ContextIds.Length ? ContextIds[step.Context] : null;
        var messages = Enumerable.Range(step.N * 3, step.Messages).Select(n => $"m{n}").ToList();
        (string, int)? member = step.N % 4 == 0 ? ($"k{step.N % 5}", step.N) : null;
        var data = member is var (key, value) ? Bytes($$"""{"{{key}}":{{value}}}""") : default;
        long gone = 0;
        TaskRecord? answer = null;
        async Task Keep(Task<TaskRecord> call) => answer = await call;

        Func<Task> call = step.Act switch
        {
            Act.Submit => async () => answer = (await tasks.Submit(caller, $"m{step.N}", id, context)).Task,
            Act.Update => () => Keep(tasks.UpdateAsync(caller, id, UpdateOf(step, messages, data))),
            Act.Compare => () => Keep(tasks.UpdateAsync(caller, id, new TaskUpdate { State = step.State, IfState = TaskState.Working })),
            Act.Cancel => () => Keep(tasks.CancelAsync(caller, id)),
            Act.Delete => () => tasks.DeleteAsync(caller, id),
            Act.Feedback => () => tasks.AddFeedbackAsync(caller, id, Bytes("{}")),
            Act.SaveWebhook => () => tasks.SaveWebhookAsync(caller, id, Bytes("""{"url":"http://x"}"""), $"w{step.N % 3}"),
            Act.DeleteWebhook => () => tasks.DeleteWebhookAsync(caller, id, $"w{step.N % 3}"),
            Act.UpdateContext => () => contexts.UpdateAsync(caller, context ?? "c0", Bytes($$"""{"k{{step.N % 5}}":{{step.N}}}""")),
            Act.AppendContext => () => contexts.AppendAsync(
                caller,
                context ?? "c0",
                [.. messages.Append($"m{step.N}").Select(message => Message(message))]),
            Act.ClearContext => async () => gone = await contexts.ClearAsync(caller, context ?? "c0"),
            Act.DeleteContext => async () => gone = await contexts.DeleteAsync(caller, context ?? "c0"),
            _ => throw new InvalidOperationException($"{step.Act}"),
        };
        var refused = (await Record.ExceptionAsync(call)) switch
        {
            null => (RegistryError?)null,
            RegistryException refusal => refusal.Error,
            var fault => throw new InvalidOperationException($"{step}", fault),
        };

        var (expected, cleared) = step.Act switch
        {
            Act.Submit => (model.Submit(owner, id, context, $"m{step.N}", () => answer!.ContextId), 0L),
            Act.Update when messages.Count == 0 && ArtifactOf(step) is null && member is null => (model.Say(owner, id, step.State), 0),
            Act.Update => (model.OfTask(owner, id, task => task.Change(StateOf(step), messages, ArtifactOf(step), member)), 0),
            Act.Compare => (model.OfTask(
                owner,
                id,
                task => task.State == TaskState.Working ? task.Change(step.State, []) : RegistryError.Conflict), 0),
            Act.Cancel => (model.Say(owner, id, TaskState.Canceled), 0),
            Act.Delete => (model.OfTask(owner, id, _ => model.Tasks.Remove(id) ? null : RegistryError.NotFound, evenIfOver: true), 0),
            Act.Feedback => (model.OfTask(owner, id, task => task.Feedback++ < 0 ? RegistryError.Invalid : null, evenIfOver: true), 0),
            Act.SaveWebhook => (model.OfTask(owner, id, task => Webhook(task, () => task.Webhooks.Add($"w{step.N % 3}") || true)), 0),
            Act.DeleteWebhook => (model.OfTask(
                owner,
                id,
                task => Webhook(task, () => task.Webhooks.Remove($"w{step.N % 3}") && !task.State.IsTerminal()),
                evenIfOver: true), 0),
            Act.UpdateContext => (model.OfContext(
                owner,
                context ?? "c0",
                known => (known.Data[$"k{step.N % 5}"], known.Generation) = (step.N, known.Generation + 1)), 0),
            Act.AppendContext => (model.OfContext(owner, context ?? "c0", known => AppendTo(known, messages.Append($"m{step.N}"))), 0),
            _ => model.Clear(owner, context ?? "c0", step.Act == Act.DeleteContext),
        };
        Assert.True((expected, cleared) == (refused, gone), $"{step}: {expected} and {cleared} was expected, not {refused} and {gone}");
        if (answer is not null)
        {
            Assert.Equal(
                (model.Tasks[id].Generation, model.Tasks[id].State, model.Tasks[id].Messages.Count),
                (answer.Changes, answer.Status.State, (int)answer.HistoryCount));
        }
    }

    private static TaskUpdate UpdateOf(Step step, List<string> messages, ReadOnlyMemory<byte> data) => new()
    {
        State = StateOf(step),
        Messages = [.. messages.Select(message => Message(message))],
        Artifacts = ArtifactOf(step) is var (id, part, append) ? [Artifact(id, part, append)] : [],
        Metadata = data.IsEmpty ? (ReadOnlyMemory<byte>?)null : data,
    };

    private static TaskState? StateOf(Step step) => step.N % 2 == 0 || step.Messages == 0 ? step.State : null;

    private static (string Id, string Part, bool Append)? ArtifactOf(Step step) =>
        step.N % 3 == 0 ? ($"a{step.N % 7}", $"p{step.N}", step.N % 2 == 0) : null;

    private static RegistryError? Webhook(PlainTask task, Func<bool> change)
    {
        task.Generation += change() ? 1 : 0;
        return null;
    }

    private static void AppendTo(PlainContext context, IEnumerable<string> messages)
    {
        var fresh = messages.Distinct().Except(context.Messages).ToList();
        context.Generation += fresh.Count > 0 ? 1 : 0;
        context.Messages.AddRange(fresh);
    }

    /// <summary>All that can be read is what the model holds.</summary>
    private static async Task Same(TestRegistry registry, ReferenceModel model)
    {
        foreach (var caller in Callers)
        {
            foreach (var id in TaskIds)
            {
                await SameTask(
                    registry.Tasks,
                    caller,
                    id,
                    model.Tasks.GetValueOrDefault(id) is { } task && task.Owner == caller.Subject ? task : null);
            }

            foreach (var id in ContextIds)
            {
                await SameContext(registry, caller, id, model);
            }

            var owned = model.Tasks.Where(task => task.Value.Owner == caller.Subject).ToList();
            var listed = await registry.Tasks.ListAsync(caller, new TaskQuery { CountTotal = true, View = default });
            Assert.Equal(owned.Select(task => task.Key).Order(), listed.Tasks.Select(task => task.Id).Order());
            Assert.All(listed.Tasks, task => Assert.Equal(model.Tasks[task.Id].Messages, task.History.Select(IdOf)));
            Assert.Equal(owned.Count, listed.Total);
            Assert.Equal(
                owned.GroupBy(task => task.Value.State).OrderBy(group => group.Key).Select(group => (group.Key, group.LongCount())),
                (await registry.Tasks.CountAsync(caller)).OrderBy(count => count.Key).Select(count => (count.Key, count.Value)));
            Assert.Equal(
                model.Contexts.Where(context => context.Value.Owner == caller.Subject).Select(context => context.Key).Order(),
                (await registry.Contexts.ListAsync(caller)).Contexts.Select(context => context.Context.Id).Order());
        }
    }

    private static async Task SameTask(ITaskRegistry tasks, Caller caller, string id, PlainTask? expected)
    {
        var found = await tasks.GetAsync(caller, id);
        Assert.Equal(expected is null, found is null);
        if (expected is null || found is null)
        {
            return;
        }

        Assert.Equal(
            (expected.Context, expected.Owner, expected.State, expected.Generation, expected.Messages.Count, expected.Artifacts.Count),
            (found.ContextId, found.Owner, found.Status.State, found.Changes, (int)found.HistoryCount, found.ArtifactCount));
        Assert.Equal(expected.Messages, found.History.Select(IdOf));
        Assert.Equal(expected.Metadata, found.Metadata.IsEmpty ? [] : JsonSerializer.Deserialize<Dictionary<string, int>>(found.Metadata.Span)!);
        Assert.Equal(
            expected.Artifacts.Select(artifact => (artifact.Id, JsonSerializer.Serialize(artifact.Parts.Select(part => new { text = part })))),
            found.Artifacts.Select(artifact => (Member(artifact, "artifactId")!, Member(artifact, "parts")!)));
        Assert.Equal(expected.Messages.TakeLast(5), (await tasks.GetAsync(caller, id, new TaskView(5)))!.History.Select(IdOf));
        Assert.Equal(expected.Webhooks, (await tasks.ListWebhooksAsync(caller, id)).Select(webhook => webhook.Id));
        Assert.Equal(expected.Feedback, (await tasks.ListFeedbackAsync(caller, id)).Total);
        var (token, paged) = ((string?)null, new List<string>());
        do
        {
            var page = await tasks.ReadHistoryAsync(caller, id, 13, token);
            token = page.NextPageToken;
            paged.AddRange(page.Items.Select(IdOf));
        }
        while (token is not null);
        Assert.Equal(expected.Messages, paged);
    }

    private static async Task SameContext(TestRegistry registry, Caller caller, string id, ReferenceModel model)
    {
        var expected = model.Contexts.GetValueOrDefault(id) is { } context && context.Owner == caller.Subject ? context : null;
        var found = await registry.Contexts.GetAsync(caller, id);
        Assert.Equal(expected is null, found is null);
        if (expected is null || found is null)
        {
            return;
        }

        Assert.Equal((expected.Generation, (long)expected.Messages.Count), (found.Context.Changes, found.Context.MessageCount));
        Assert.Equal(expected.Data, found.Context.Data.IsEmpty ? [] : JsonSerializer.Deserialize<Dictionary<string, int>>(found.Context.Data.Span)!);
        Assert.Equal(model.Tasks.Where(task => task.Value.Context == id).Select(task => task.Key).Order(), found.TaskIds.Order());
        Assert.Equal(found.TaskIds.Count, found.TaskCount);
        Assert.Equal(expected.Messages, (await registry.Contexts.ReadMessagesAsync(caller, id, 1000)).Items.Select(IdOf));
    }

    private sealed record Step(Act Act, int Caller, int Task, int Context, int N, TaskState State, int Messages);
}
