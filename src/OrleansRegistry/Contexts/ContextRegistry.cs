using System.Runtime.CompilerServices;

namespace OrleansRegistry.Contexts;

/// <summary>The registry of contexts, made of grains (writes, and reads of one context) and the store (lists).</summary>
internal sealed class ContextRegistry(
    GrainReferences<IContextGrain> grains,
    IRecordStore store,
    UnreadableRecords faulty,
    LogReader logs,
    TaskRules rules,
    RecentRemovals removals,
    [RegistryTime] TimeProvider time)
    : IContextRegistry
{
    private const int MaxTaskIds = 100;

    private readonly KnownIds known = new(store, ContextKind.Kind);

    public async Task<ContextSummary?> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        await ReadAsync(caller, Grain(caller, id), id) is { } head
            ? (await SummarizeAsync(caller, [head.Context], cancellationToken))[0]
            : null;

    public Task<ContextRecord> UpdateAsync(
        Caller caller,
        string id,
        ReadOnlyMemory<byte> data,
        long? ifGeneration = null,
        bool mustExist = false,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.context.update", caller, id, async _ =>
    {
        var grain = Grain(caller, id);
        var read = rules.ReadObject(data, "data");
        return await GrainCalls.RunAsync(grain, context => context.Update(caller, read, ifGeneration, mustExist));
    });

    public Task<ContextRecord> AppendAsync(
        Caller caller,
        string id,
        IReadOnlyList<ReadOnlyMemory<byte>> messages,
        long? ifGeneration = null,
        bool mustExist = false,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.context.append", caller, id, async _ =>
    {
        var grain = Grain(caller, id);
        if (messages.Count == 0)
        {
            throw RegistryException.Invalid("messages", "must have at least one message");
        }

        TaskRules.CheckItems(messages.Count, "messages");
        if (messages.Sum(message => (long)message.Length) is var bytes && bytes > rules.MaxLoadBytes)
        {
            throw new RegistryException(
                RegistryError.TooLarge,
                $"messages: have {bytes:N0} bytes; this registry takes up to {rules.MaxLoadBytes:N0} at once",
                "messages");
        }

        var read = CheckedUpdate.Messages(messages, rules);
        return await GrainCalls.RunAsync(grain, context => context.Append(caller, read, ifGeneration, mustExist));
    });

    public async Task<ItemPage<RawJson>> ReadMessagesAsync(
        Caller caller,
        string id,
        int pageSize = 100,
        string? pageToken = null,
        CancellationToken cancellationToken = default)
    {
        var grain = Grain(caller, id);
        PageLimit.Items.Check(pageSize);
        return await TaskLoader.WithHeadAsync(
            () => ReadAsync(caller, grain, id),
            async head =>
            {
                var query = LogTokens.QueryOf("messages", caller.Tenant, id, head.Context.CreatedAt);
                var from = LogTokens.ReadPosition(pageToken, query);
                var run = await logs.ReadForwardAsync(LogName.MessagesOf(caller.Tenant, id), head.Messages, from, pageSize, rules.MaxLoadBytes);
                return new ItemPage<RawJson>(MessageItem.Read(run.Items), run.First, head.Messages.Count, LogTokens.Make(run.Next, query));
            }) ?? throw NotFound();
    }

    public Task<ContextPage> ListAsync(
        Caller caller,
        int pageSize = 50,
        string? pageToken = null,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.context.list", caller, null, async _ =>
    {
        Identifiers.CheckCaller(caller);
        PageLimit.Contexts.Check(pageSize);
        var binding = $"contexts\n{caller.Tenant}\n{caller.Subject}\n{caller.SeesAllOwners}";
        var after = LogTokens.ReadRecord(pageToken, caller.Tenant, binding);
        var query = new RecordQuery(ContextKind.Kind, caller.Tenant).And(Access.Listed(caller, ContextKind.Owner));
        var page = new AnswerBudget<ContextRecord>(pageSize, rules.MaxLoadBytes);
        var unreadable = new List<string>();
        var last = await CollectAsync(query, after, page, unreadable, cancellationToken);
        var next = last is { } place ? LogTokens.Make(place.At, place.Key.Id, binding) : null;
        return new ContextPage(await SummarizeAsync(caller, page.Taken, cancellationToken), next) { Unreadable = unreadable };
    });

    /// <summary>Fills a page.</summary>
    /// <returns>The last context that the page has or leaves out; null where there are no more after it.</returns>
    private async Task<RecordPosition?> CollectAsync(
        RecordQuery query, RecordPosition? after, AnswerBudget<ContextRecord> page, List<string> unreadable, CancellationToken cancellationToken)
    {
        while (true)
        {
            var limit = page.Limit;
            var found = await store.QueryAsync(query, after, limit, cancellationToken);
            foreach (var (position, record) in found)
            {
                page.Saw(record.Body.Document.Length + record.Body.Fields.Length);
                var context = faulty.TryRead(ContextKind.Kind, record, ContextKind.Read)?.Context;
                if (context is null ? !page.TrySkip() : !page.TryTake(context, context.Data.Length))
                {
                    return after;
                }

                if (context is null)
                {
                    unreadable.Add(record.Key.Id);
                }

                after = position;
            }

            if (found.Count < limit)
            {
                return null;
            }
        }
    }

    public Task<long> ClearAsync(
        Caller caller,
        string id,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.context.clear", caller, id, async _ =>
    {
        Grain(caller, id);
        return await ContextClearing.RunAsync(grains, caller, id, delete: false, cancellationToken) ?? throw NotFound();
    });

    public Task<long> DeleteAsync(
        Caller caller,
        string id,
        CancellationToken cancellationToken = default) => RegistryTelemetry.RunAsync("registry.context.delete", caller, id, async _ =>
    {
        Grain(caller, id);
        return await removals.RunAsync(
            caller,
            $"context {id}",
            async () => await ContextClearing.RunAsync(grains, caller, id, delete: true, cancellationToken) ?? throw NotFound());
    });

    public async IAsyncEnumerable<ContextEvent> WatchAsync(
        Caller caller, string id, long? afterGeneration = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var grain = Grain(caller, id);
        using var watcher = RegistryTelemetry.Watch("contexts");
        _ = await ReadAsync(caller, grain, id) ?? throw NotFound();
        var epoch = 0L;
        var number = 0L;
        var known = afterGeneration;
        while (true)
        {
            var atEpoch = epoch;
            var atNumber = number;
            var after = known;
            var run = await GrainCalls.ReadAsync(grain, asked => asked.ReadEvents(caller, atEpoch, atNumber, after, GrainWaits.Longest))
                .WaitAsync(cancellationToken);
            var snapshot = run?.Snapshot;
            epoch = run?.Epoch ?? 0;
            number = run?.Number ?? 0;
            if (run is null || snapshot?.Context.Generation < known)
            {
                // Deleted, or created again; or the answer came from an activation that another has replaced, which is asked next.
                epoch = 0;
                number = 0;
                snapshot = await ReadStoredAsync(caller, id);
                if (snapshot is not null && snapshot.Context.Generation == known)
                {
                    await Task.Delay(GrainCalls.OvertakenPause, time, cancellationToken);
                    continue;
                }
            }

            if (snapshot is { Context: var context })
            {
                known = context.Generation;
                yield return new ContextEvent(id, context.Generation, Snapshot: context);
                continue;
            }

            if (run is null)
            {
                yield return new ContextEvent(id, (known ?? 0) + 1, Deleted: true);
                yield break;
            }

            if (run.Stopping)
            {
                await Task.Delay(GrainCalls.StoppingPause, time, cancellationToken);
            }

            foreach (var happened in run.Events)
            {
                known = happened.Generation;
                yield return happened;
                if (happened.Deleted)
                {
                    yield break;
                }
            }
        }
    }

    /// <summary>Where others write to the same store, only the store knows.</summary>
    private async Task<ContextHead?> ReadStoredAsync(Caller caller, string id)
    {
        var grain = Grain(caller, id);
        if (!store.IsShared)
        {
            return await GrainCalls.ReadAsync(grain, context => context.Get(caller));
        }

        return await store.ReadAsync(ContextKind.Kind, new RecordKey(caller.Tenant, id)) is { } stored
            && ContextKind.Read(stored) is var head && Access.MayRead(caller, head) ? head : null;
    }

    private async Task<IReadOnlyList<ContextSummary>> SummarizeAsync(
        Caller caller,
        IReadOnlyList<ContextRecord> contexts,
        CancellationToken cancellationToken)
    {
        // All tasks of a context are its owner's.
        var tasks = new Dictionary<string, RecordGroup>(StringComparer.Ordinal);
        foreach (var ofOwner in contexts.GroupBy(context => context.Owner, context => context.Id, StringComparer.Ordinal))
        {
            string[] ids = [.. ofOwner];
            var query = new RecordQuery(TaskKind.Kind, caller.Tenant).And(TaskKind.Owner.Is(ofOwner.Key));
            var found = await store.GroupAsync(query, TaskKind.ContextId, ids, MaxTaskIds, cancellationToken);
            for (var i = 0; i < ids.Length; i++)
            {
                tasks[ids[i]] = found[i];
            }
        }

        return [.. contexts.Select(
            context => new ContextSummary(context, tasks[context.Id].Count, [.. tasks[context.Id].First.Select(task => task.Id)]))];
    }

    /// <summary>The head as its grain has it; an id that the store knows to be unknown wakes no grain.</summary>
    private async Task<ContextHead?> ReadAsync(Caller caller, IContextGrain grain, string id) =>
        await known.IsUnknownAsync(new RecordKey(caller.Tenant, id))
        ? null
        : await GrainCalls.ReadAsync(grain, context => context.Get(caller));

    private IContextGrain Grain(Caller caller, string id)
    {
        Identifiers.CheckCaller(caller);
        Identifiers.CheckId(id, "context_id");
        return grains.Get(caller.Tenant, id);
    }

    private static RegistryException NotFound() => new(RegistryError.NotFound, "Context not found", "context_id");
}
