using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Tests.Tasks;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests;

public sealed class UnreadableInMemory(MemoryRegistry registry) : UnreadableRecordTests(registry), IClassFixture<MemoryRegistry>;

public sealed class UnreadableOnPostgres(PostgresRegistry registry) : UnreadableRecordTests(registry.OrSkip()), IClassFixture<PostgresRegistry>
{
    [Fact]
    public async Task Rows_that_are_spoilt_by_hand_spoil_themselves_alone()
    {
        var me = TestRegistry.NewCaller();
        foreach (var id in (string[])["bad", "good"])
        {
            await registry.Agents.RegisterAsync(me, Cards.Registration(id));
            await registry.Tasks.Submit(me, "m", $"task-{id}");
            await registry.Contexts.UpdateAsync(me, $"context-{id}", Bytes("""{"a":1}"""));
        }

        await registry.ExecuteAsync($$"""
            WITH next AS (UPDATE registry_revision SET value = value + 1 WHERE kind = 'agent' RETURNING value),
                 told AS (INSERT INTO agent_changes (revision, tenants, ids) SELECT value, ARRAY['{{me.Tenant}}'], ARRAY['bad'] FROM next)
            UPDATE agents SET fields = '{}', version = next.value FROM next WHERE tenant = '{{me.Tenant}}' AND id = 'bad';
            UPDATE task_records SET fields = '{}', version = version + 1 WHERE tenant = '{{me.Tenant}}' AND id = 'task-bad';
            UPDATE context_records SET fields = '{}', version = version + 1 WHERE tenant = '{{me.Tenant}}' AND id = 'context-bad';
            """);

        for (var start = 0; start < 2; start++)
        {
            var after = await registry.Agents.RegisterAsync(me, Cards.Registration($"new-{start}"));
            await registry.Agents.WaitForRevisionAsync(after.Agent.Revision);
            Assert.NotNull(await registry.Agents.GetAsync(me, $"new-{start}"));
            await Refused(RegistryError.Unreadable, () => registry.Agents.GetAsync(me, "bad").AsTask());
            var tasks = await registry.Tasks.ListAsync(me);
            Assert.Contains("task-good", tasks.Tasks.Select(task => task.Id));
            Assert.Equal(["task-bad"], tasks.Unreadable);
            Assert.Equal(["context-bad"], (await registry.Contexts.ListAsync(me)).Unreadable);
            await registry.RestartAsync();
        }

        Assert.False((await registry.Agents.RegisterAsync(me, Cards.Registration("bad", "mended"))).Created);
        await registry.Agents.RemoveAsync(me, "bad");
        await registry.Tasks.DeleteAsync(me, "task-bad");
        await registry.Contexts.DeleteAsync(me, "context-bad");
        Assert.Null(await registry.Agents.GetAsync(me, "bad"));
        Assert.Empty((await registry.Tasks.ListAsync(me)).Unreadable);
        Assert.Empty((await registry.Contexts.ListAsync(me)).Unreadable);
    }

    [Fact]
    public async Task Rows_that_are_spoilt_by_hand_go_with_all_of_their_owner()
    {
        var me = TestRegistry.NewCaller();
        await registry.Tasks.Submit(me, "m", "bad", contextId: "of-bad");
        await registry.ExecuteAsync($$"""
            UPDATE task_records SET fields = '{}', version = version + 1 WHERE tenant = '{{me.Tenant}}';
            UPDATE context_records SET fields = '{}', version = version + 1 WHERE tenant = '{{me.Tenant}}';
            """);
        Assert.False((await registry.Tasks.ClearAllAsync(me)).Running);
        Assert.Empty((await registry.Tasks.ListAsync(me)).Unreadable);
        Assert.Empty((await registry.Contexts.ListAsync(me)).Unreadable);
    }
}

/// <summary>A stored record that cannot be read spoils itself alone, and what a newer version stored is carried through changes.</summary>
public abstract class UnreadableRecordTests(TestRegistry registry)
{
    private readonly Caller me = TestRegistry.NewCaller();

    [Fact]
    public async Task An_agent_that_cannot_be_read_is_named_and_replaceable_and_the_others_go_on()
    {
        await registry.Agents.RegisterAsync(me, Cards.Registration("good"));
        await registry.Agents.RegisterAsync(me, Cards.Registration("bad"));
        await registry.Agents.RegisterAsync(me, Cards.Registration("worse"));
        await Store(AgentKind.Kind, "bad", body => body with { Fields = Json("{}") });
        await Store(AgentKind.Kind, "worse", body => body with { Fields = Json("""{"enabled":"perhaps"}""") });

        // The feed goes on behind them, in the process that runs and in one that starts.
        for (var start = 0; start < 2; start++)
        {
            var after = await registry.Agents.RegisterAsync(me, Cards.Registration($"new-{start}"));
            await registry.Agents.WaitForRevisionAsync(after.Agent.Revision);
            Assert.NotNull(await registry.Agents.GetAsync(me, "good"));
            Assert.NotNull(await registry.Agents.GetAsync(me, $"new-{start}"));
            await Refused(RegistryError.Unreadable, () => registry.Agents.GetAsync(me, "bad").AsTask());
            Assert.Contains("good", (await registry.Agents.ListAsync(me)).Agents.Select(agent => agent.Id));
            Assert.Contains($"agent {me.Tenant}/bad", await Health(), StringComparison.Ordinal);
            await registry.RestartAsync();
        }

        await Refused(RegistryError.Unreadable, () => registry.Agents.GetAsync(me, "bad", ReadConsistency.Strong).AsTask());
        await Refused(RegistryError.Unreadable, () => registry.Agents.PatchAsync(me, "bad", new AgentPatch { Enabled = false }));
        Assert.False((await registry.Agents.RegisterAsync(me, Cards.Registration("bad", "mended"))).Created);
        Assert.NotNull(await registry.Agents.GetAsync(me, "bad"));
        await registry.Agents.RemoveAsync(me, "worse");
        Assert.Null(await registry.Agents.GetAsync(me, "worse"));
        Assert.DoesNotContain(me.Tenant, await Health(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_cannot_be_read_is_left_out_of_lists_and_claims_and_can_be_deleted()
    {
        await registry.Agents.RegisterAsync(me, Cards.Registration("worker"));
        await registry.Tasks.Submit(me, "m1", "bad", contextId: "c", agent: "worker");
        await registry.Tasks.Submit(me, "m2", "good", contextId: "c", agent: "worker");
        await registry.Tasks.AddFeedbackAsync(me, "good", Bytes("""{"stars":1}"""));
        await Store(TaskKind.Kind, "bad", body => body with { Document = Json("""{"generation":"many"}""") });
        await registry.RestartAsync();

        var page = await registry.Tasks.ListAsync(me, new TaskQuery { ContextId = "c" });
        Assert.Equal(["good"], page.Tasks.Select(task => task.Id));
        Assert.Equal(["bad"], page.Unreadable);
        var refusal = await Refused(RegistryError.Unreadable, () => registry.Tasks.GetAsync(me, "bad"));
        Assert.Contains("generation", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"task {me.Tenant}/bad", await Health(), StringComparison.Ordinal);
        var claimed = await registry.Tasks.Claim(me, "worker");
        Assert.Equal("good", claimed!.Id);

        await Refused(RegistryError.NotFound, () => registry.Tasks.DeleteAsync(me with { Subject = "bob" }, "bad"));
        await registry.Tasks.DeleteAsync(me, "bad");
        Assert.Null(await registry.Tasks.GetAsync(me, "bad"));
        Assert.Empty((await registry.Tasks.ListAsync(me, new TaskQuery { ContextId = "c" })).Unreadable);
        await registry.Tasks.Submit(me, "m3", "bad", contextId: "c");
    }

    [Fact]
    public async Task Pages_of_unreadable_tasks_end_with_a_token_like_others()
    {
        for (var i = 0; i < 5; i++)
        {
            await registry.Tasks.Submit(me, $"m{i}", $"t{i}");
            if (i != 2)
            {
                await Store(TaskKind.Kind, $"t{i}", body => body with { Document = Json("[]") });
            }
        }

        await registry.RestartAsync();
        var (seen, unreadable, token) = (new List<string>(), new List<string>(), (string?)null);
        do
        {
            var page = await registry.Tasks.ListAsync(me, new TaskQuery { PageSize = 2, PageToken = token });
            Assert.InRange(page.Tasks.Count + page.Unreadable.Count, 1, 2);
            seen.AddRange(page.Tasks.Select(task => task.Id));
            unreadable.AddRange(page.Unreadable);
            token = page.NextPageToken;
        }
        while (token is not null);

        Assert.Equal(["t2"], seen);
        Assert.Equal(["t0", "t1", "t3", "t4"], unreadable.Order());
    }

    [Fact]
    public async Task A_context_that_cannot_be_read_is_left_out_of_lists_and_can_be_deleted()
    {
        await registry.Contexts.UpdateAsync(me, "bad", Bytes("""{"a":1}"""));
        await registry.Contexts.UpdateAsync(me, "good", Bytes("""{"a":1}"""));
        await Store(ContextKind.Kind, "bad", body => body with { Document = Json("{}") });
        await registry.RestartAsync();

        var page = await registry.Contexts.ListAsync(me);
        Assert.Equal(["good"], page.Contexts.Select(context => context.Context.Id));
        Assert.Equal(["bad"], page.Unreadable);
        await Refused(RegistryError.Unreadable, () => registry.Contexts.GetAsync(me, "bad"));
        await registry.Contexts.DeleteAsync(me, "bad");
        Assert.Null(await registry.Contexts.GetAsync(me, "bad"));
        Assert.Empty((await registry.Contexts.ListAsync(me)).Unreadable);
    }

    [Fact]
    public async Task Feedback_that_cannot_be_read_goes_with_its_task()
    {
        await registry.Tasks.Submit(me, "m", "t");
        await registry.Tasks.AddFeedbackAsync(me, "t", Bytes("""{"stars":1}"""));
        await Store(FeedbackKind.Kind, "t", body => body with { Document = Json("""{"items":7}""") });
        await registry.RestartAsync();

        await Refused(RegistryError.Unreadable, () => registry.Tasks.ListFeedbackAsync(me, "t"));
        Assert.NotNull(await registry.Tasks.GetAsync(me, "t"));
        await registry.Tasks.DeleteAsync(me, "t");
        await registry.Tasks.Submit(me, "m2", "t");
        Assert.Empty((await registry.Tasks.ListFeedbackAsync(me, "t")).Items);
    }

    [Fact]
    public async Task All_of_an_owner_is_deleted_with_what_cannot_be_read()
    {
        foreach (var id in (string[])["bad", "good"])
        {
            await registry.Tasks.Submit(me, $"m-{id}", id, contextId: $"of-{id}");
        }

        await Store(TaskKind.Kind, "bad", body => body with { Document = Json("[]") });
        await Store(ContextKind.Kind, "of-bad", body => body with { Document = Json("{}") });
        await registry.RestartAsync();
        Assert.False((await registry.Tasks.ClearAllAsync(me)).Running);
        var (tasks, contexts) = (await registry.Tasks.ListAsync(me), await registry.Contexts.ListAsync(me));
        Assert.Equal((0, 0, 0, 0), (tasks.Tasks.Count, tasks.Unreadable.Count, contexts.Contexts.Count, contexts.Unreadable.Count));
    }

    [Fact]
    public async Task Upkeep_passes_over_any_number_that_cannot_be_read()
    {
        await registry.Agents.RegisterAsync(me, Cards.Registration("keeper"));
        for (var i = 0; i <= 100; i++)
        {
            await registry.Tasks.Submit(me, $"m{i}", $"t{i}", agent: "keeper");
            await registry.Tasks.ClaimAsync(me, "keeper", new TaskClaim("w") { Lease = TimeSpan.FromSeconds(1), Wait = TimeSpan.Zero });
            if (i < 100)
            {
                await Store(TaskKind.Kind, $"t{i}", body => body with { Document = Json("[]") });
            }
        }

        await registry.RestartAsync();
        var upkeep = registry.Services.GetRequiredService<TaskUpkeep>();
        await Eventually.TrueAsync(
            async () =>
            {
                await upkeep.EndLeasesAsync(TestContext.Current.CancellationToken);
                return (await registry.Tasks.GetAsync(me, "t100"))!.Status.State == TaskState.Submitted;
            },
            "the lease behind a hundred unreadable tasks to end");
        Assert.False((await registry.Tasks.ClearAllAsync(me)).Running);
    }

    [Fact]
    public async Task Health_names_what_is_still_unreadable_behind_any_number_that_are_gone()
    {
        await registry.Tasks.Submit(me, "m", "bad");
        await Store(TaskKind.Kind, "bad", body => body with { Document = Json("[]") });
        var known = registry.Services.GetRequiredService<UnreadableRecords>();
        var gone = new RegistryException(RegistryError.Unreadable, "gone");
        foreach (var id in Enumerable.Range(0, 200).Select(i => $"gone-{i}").Append("bad"))
        {
            known.Report(TaskKind.Kind, new RecordKey(me.Tenant, id), gone);
        }

        Assert.Contains($"task {me.Tenant}/bad", await Health(), StringComparison.Ordinal);
        Assert.DoesNotContain(known.Known, record => record.Key.Id.StartsWith("gone-", StringComparison.Ordinal));
        await registry.Tasks.DeleteAsync(me, "bad");
        Assert.DoesNotContain(me.Tenant, await Health(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_that_a_newer_version_stored_survive_a_change()
    {
        await registry.Agents.RegisterAsync(me, Cards.Registration("a"));
        await registry.Tasks.Submit(me with { IdempotencyKey = "k" }, "m", "t");
        await registry.Tasks.AddFeedbackAsync(me, "t", Bytes("""{"stars":1}"""));
        await registry.Contexts.UpdateAsync(me, "c", Bytes("""{"a":1}"""));
        foreach (var (kind, id) in Kinds)
        {
            await Store(kind, id, body => new RecordBody(kind == AgentKind.Kind ? body.Document : Extended(body.Document), Extended(body.Fields)));
        }

        await registry.RestartAsync();
        await registry.Agents.PatchAsync(me, "a", new AgentPatch { Enabled = false });
        await registry.Agents.RegisterAsync(me, Cards.Registration("a", "again"));
        await registry.Tasks.UpdateAsync(me, "t", To(TaskState.Working));
        await registry.Tasks.AddFeedbackAsync(me, "t", Bytes("""{"stars":2}"""));
        await registry.Contexts.UpdateAsync(me, "c", Bytes("""{"a":2}"""));

        foreach (var (kind, id) in Kinds)
        {
            var body = (await registry.Store.ReadAsync(kind, new RecordKey(me.Tenant, id)))!.Body;
            Assert.Equal("""{"a":[1,"ü"]}""", Compact(Member(body.Fields, "x_newer")));
            if (kind != AgentKind.Kind)
            {
                Assert.Equal("""{"a":[1,"ü"]}""", Compact(Member(body.Document, "x_newer")));
            }
        }
    }

    private static (RecordKind Kind, string Id)[] Kinds { get; } =
        [(AgentKind.Kind, "a"), (TaskKind.Kind, "t"), (FeedbackKind.Kind, "t"), (ContextKind.Kind, "c")];

    private static RawJson Json(string json) => RawJson.FromValid(Encoding.UTF8.GetBytes(json));

    private static RawJson Extended(RawJson json) => Json(Encoding.UTF8.GetString(json.Span).TrimEnd()[..^1] + ""","x_newer":{"a":[1,"ü"]}}""");

    // PostgreSQL has its own way to write JSON.
    private static string? Compact(string? json) => json?.Replace(" ", "", StringComparison.Ordinal);

    private async Task Store(RecordKind kind, string id, Func<RecordBody, RecordBody> change)
    {
        var stored = (await registry.Store.ReadAsync(kind, new RecordKey(me.Tenant, id)))!;
        var body = change(stored.Body);
        await registry.Store.WriteAsync(kind, stored.Key, stored.Version, new RecordBody(body.Document, body.Fields));
    }

    private async Task<string> Health()
    {
        var report = await registry.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.NotEqual(HealthStatus.Unhealthy, report.Status);
        return report.Entries["registry.records"].Description!;
    }
}
