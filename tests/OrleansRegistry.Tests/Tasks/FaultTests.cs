using Microsoft.Extensions.DependencyInjection;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Tasks;

public sealed class FaultsInMemory : FaultTests
{
    private protected override TestRegistry NewRegistry() => new MemoryRegistry();
}

public sealed class FaultsOnPostgres : FaultTests
{
    private protected override int Ends => 6;

    private protected override TestRegistry NewRegistry() => new PostgresRegistry().OrSkip();
}

/// <summary>The process or the store goes in the middle of an operation: what was acknowledged is there, and pages and head agree.</summary>
public abstract class FaultTests
{
    private readonly Caller me = TestRegistry.NewCaller();

    /// <summary>At how many places an operation is cut short.</summary>
    private protected virtual int Ends => 15;

    private protected abstract TestRegistry NewRegistry();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_process_that_ends_at_any_write_leaves_a_task_that_holds_what_was_acknowledged(bool stored)
    {
        await using var registry = NewRegistry();
        await registry.InitializeAsync();
        var id = (await registry.Tasks.Submit(me, "m0")).Task.Id;
        var (acknowledged, tried) = (new List<string> { "m0" }, 0);
        for (var end = 1; end <= Ends; end++)
        {
            EndAt(registry.Store, end, stored);
            try
            {
                while (true)
                {
                    var messages = Enumerable.Range(0, end % 3 == 0 ? 20 : 3).Select(_ => $"m{++tried}").ToList();
                    await registry.Tasks.UpdateAsync(
                        me,
                        id,
                        new TaskUpdate { Messages = [.. messages.Select(message => Message(message))], Artifacts = [Artifact($"a{tried}", "x")] });
                    acknowledged.AddRange(messages);
                }
            }
            catch (RegistryException ended)
            {
                Assert.Equal(RegistryError.Unavailable, ended.Error);
            }

            await registry.RestartAsync();
            var loaded = (await registry.Tasks.GetAsync(me, id))!;
            var ids = loaded.History.Select(IdOf).ToList();
            Assert.Equal((loaded.HistoryCount, loaded.ArtifactCount), (ids.Count, loaded.Artifacts.Count));
            Assert.Equal(ids.Distinct().Count(), ids.Count);
            Assert.Equal(acknowledged, ids[..acknowledged.Count]);

            // What was not acknowledged may be there, whole.
            Assert.True(
                ids.Count == acknowledged.Count || (stored && ids[^1] == $"m{tried}"),
                $"{ids.Count} messages, {acknowledged.Count} acknowledged");
            acknowledged = ids;
        }

        await registry.Tasks.DeleteAsync(me, id);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_deletion_that_was_cut_short_is_finished(bool stored)
    {
        await using var registry = NewRegistry();
        await registry.InitializeAsync();
        for (var end = 1; end <= 8; end++)
        {
            var caller = TestRegistry.NewCaller();
            var id = (await registry.Tasks.Submit(caller, "m", taskId: "t", contextId: "c")).Task.Id;
            for (var i = 0; i < 5; i++)
            {
                await registry.Tasks
                    .UpdateAsync(caller, id, new TaskUpdate { Messages = [.. Enumerable.Range(0, 16).Select(j => Message($"m{i}-{j}"))] });
            }

            await registry.Tasks.AddFeedbackAsync(caller, id, Bytes("{}"));
            EndAt(registry.Store, end, stored);
            await Refused(RegistryError.Unavailable, () => registry.Contexts.DeleteAsync(caller, "c"));
            await registry.RestartAsync();

            // Seen whole or not at all, and its name can be had again.
            if (await registry.Tasks.GetAsync(caller, id) is { } there)
            {
                Assert.Equal(81, there.History.Count);
            }

            await registry.Services.GetRequiredService<TaskUpkeep>().FinishDeletionsAsync(TestContext.Current.CancellationToken);
            if (await registry.Contexts.GetAsync(caller, "c") is not null)
            {
                await registry.Contexts.DeleteAsync(caller, "c");
            }

            Assert.True((await registry.Tasks.Submit(caller, "new", taskId: "t", contextId: "c")).Created);
            Assert.Equal(["new"], (await registry.Tasks.GetAsync(caller, id))!.History.Select(IdOf));
            Assert.Empty((await registry.Tasks.ListFeedbackAsync(caller, id)).Items);
            Assert.Equal(1, await registry.Contexts.DeleteAsync(caller, "c"));
            Assert.Null(await registry.Store.ReadAsync(PageKind.Kind, new RecordKey(caller.Tenant, "h/1/t"), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task A_store_that_fails_for_a_while_loses_and_doubles_nothing()
    {
        await using var registry = NewRegistry();
        await registry.InitializeAsync();
        var id = (await registry.Tasks.Submit(me, "m")).Task.Id;
        var random = new Random(4711);
        int Next(int most)
        {
            lock (random)
            {
                return random.Next(most);
            }
        }

        registry.Store.BeforeWrite = (_, _) => Fail(Next(25) == 0);
        registry.Store.AfterWrite = (_, _) => Fail(Next(25) == 0);
        var ids = Enumerable.Range(0, 200).Select(i => $"m{i}").ToList();
        await Task.WhenAll(ids.Select(async message =>
        {
            // As a careful client does: the same message again until it is answered.
            while (true)
            {
                try
                {
                    await registry.Tasks.Submit(me, message, id);
                    return;
                }
                catch (RegistryException fault) when (fault.Error == RegistryError.Unavailable)
                {
                    await Task.Delay(1 + Next(4), TestContext.Current.CancellationToken);
                }
            }
        }));
        (registry.Store.BeforeWrite, registry.Store.AfterWrite) = (null, null);
        var loaded = (await registry.Tasks.GetAsync(me, id))!;
        Assert.Equal(ids.Append("m").Order(), loaded.History.Select(IdOf).Order());
        Assert.Equal(201, loaded.Changes);
    }

    private static void Fail(bool now)
    {
        if (now)
        {
            throw new RegistryException(RegistryError.Unavailable, "The store is down.");
        }
    }

    /// <summary>The process ends at a write: before it is stored or after; nothing later is written.</summary>
    private static void EndAt(StoreProbe store, int write, bool stored)
    {
        var writes = 0;
        void Count(int ends) => Fail(writes >= ends);
        store.BeforeWrite = (_, _) => Count(stored ? write : write - 1);
        store.AfterWrite = (_, _) =>
        {
            Interlocked.Increment(ref writes);
            Count(stored ? write : int.MaxValue);
        };
    }
}
