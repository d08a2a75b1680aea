using Orleans.Concurrency;

namespace OrleansRegistry.Contexts;

/// <summary>A context's data and messages. How its tasks go is in ContextGrain.Tasks.cs.</summary>
[GrainType("registry.context"), Reentrant]
internal sealed partial class ContextGrain : CallingGrain, IContextGrain
{
    private readonly HeadWriter<ContextHead> writer;
    private readonly PageStore pages;
    private readonly GrainReferences<ITaskGrain> tasks;
    private readonly TaskLists lists;
    private readonly TaskRules rules;
    private readonly Generations generations;
    private readonly GrainWaits waits;
    private readonly TimeProvider time;
    private long epoch = Random.Shared.NextInt64(1, long.MaxValue);
    private PagedLog messages = null!;
    private EventLog<ContextEvent> events;
    private long knownBefore;
    private bool isFresh;
    private string tenant = "";
    private string id = "";

    public ContextGrain(
        HeadStorage storage,
        PageStore pages,
        GrainReferences<ITaskGrain> tasks,
        TaskLists lists,
        TaskRules rules,
        Generations generations,
        GrainWaits waits,
        [RegistryTime] TimeProvider time)
    {
        this.pages = pages;
        this.tasks = tasks;
        this.lists = lists;
        this.rules = rules;
        this.generations = generations;
        this.waits = waits;
        this.time = time;
        events = new EventLog<ContextEvent>(0, waits, time);
        writer = new HeadWriter<ContextHead>(storage, ContextGrainNames.StateName, GrainContext.GrainId, End)
        {
            Load = head => head is { Deleting: true } ? default : messages.LoadIdsAsync(head?.Messages ?? LogHead.Empty),
            Flush = async (before, after) => after with { Messages = await messages.FlushAsync(
                before.Messages,
                after.Messages,
                writer!.IsCurrentAsync) },
        };
    }

    protected override async Task ActivateAsync()
    {
        var key = this.GetPrimaryKeyString();
        (tenant, id) = GrainKeys.Parse(key);
        if (NewGrainHint.OwnerOf(key) is { } owner)
        {
            isFresh = await writer.StartWithAsync(First(owner));
        }
        else
        {
            await writer.StartAsync();
        }

        messages = new PagedLog(LogName.MessagesOf(tenant, id), pages, MessageItem.IdOf);
        knownBefore = writer.Unreadable is null ? writer.Head?.Context.Generation ?? 0 : 0;
    }

    public Task<ContextHead?> Get(Caller caller) => Task.FromResult(Readable(caller));

    public async Task<ContextRecord> Update(Caller caller, RawJson data, long? ifGeneration, bool mustExist) =>
        (await ChangeAsync(caller, ifGeneration, mustExist, () => new RequestFingerprint("update").Add("data", data), head =>
        {
            var next = Next(head) with { Data = rules.Merge(head.Context.Data, data, "data") };
            return (head with { Context = next }, EventOf(next) with { Data = data }, next);
        }))!;

    public async Task<ContextRecord> Append(Caller caller, IReadOnlyList<CheckedMessage> added, long? ifGeneration, bool mustExist)
    {
        var stored = new StoredMessages(messages);
        return await stored.RunAsync(() => AppendAsync(caller, added, ifGeneration, mustExist, stored), () => writer.Head?.Messages);
    }

    /// <returns>Null where stored messages are lacking.</returns>
    private Task<ContextRecord?> AppendAsync(
        Caller caller,
        IReadOnlyList<CheckedMessage> added,
        long? ifGeneration,
        bool mustExist,
        StoredMessages stored) => ChangeAsync(
        caller,
        ifGeneration,
        mustExist,
        () => new RequestFingerprint("append").Add("messages", [.. added.Select(message => message.Json)]),
        head =>
        {
            var fresh = new List<CheckedMessage>(added.Count);
            var ids = new Dictionary<string, CheckedMessage>(StringComparer.Ordinal);
            foreach (var message in added)
            {
                if (message.ContextId is not null && message.ContextId != id)
                {
                    throw RegistryException.Invalid($"{message.Field}.contextId", $"is '{message.ContextId}', but the context is '{id}'");
                }

                if (ids.TryGetValue(message.Id!, out var twin))
                {
                    SentMessages.CheckTwin(twin, message);
                }
                else if (!stored.IsRepeat(head.Messages, message))
                {
                    fresh.Add(message);
                    ids.Add(message.Id!, message);
                }
            }

            if (fresh.Count == 0 || stored.IsLacking)
            {
                return (head, null, stored.IsLacking ? null : head.Context);
            }

            fresh.ForEach(message => messages.Add(message.Id!));
            var log = head.Messages.Append([.. fresh.Select(message => MessageItem.Write(message.Json, message.Id!))]);
            var next = Next(head) with { MessageCount = log.Count };
            return (head with { Context = next, Messages = log }, EventOf(next) with { Messages = [.. fresh.Select(message => message.Json)] }, next);
        },
        added.Sum(message => message.Json.Length));

    public async Task<EventRun<ContextEvent, ContextHead>?> ReadEvents(
        Caller caller,
        long readerEpoch,
        long number,
        long? afterGeneration,
        TimeSpan wait)
    {
        var began = time.GetTimestamp();
        wait = wait < GrainWaits.Longest ? wait : GrainWaits.Longest;
        var known = readerEpoch == epoch && events.Holds(number) ? number : (long?)null;
        var after = readerEpoch == 0 ? Place(afterGeneration) : known;
        do
        {
            // The last event of a context that was deleted is for those who were waiting for it.
            if (writer.Head is { } head ? !Access.MayRead(caller, head.Context.Owner) : after is null || events.After(after.Value).Count == 0)
            {
                return null;
            }

            if (after is null || !events.Holds(after.Value))
            {
                return Readable(caller) is { } whole ? new([], whole, epoch, events.Last) : null;
            }

            if (events.After(after.Value) is { Count: > 0 } later)
            {
                return new(later, null, epoch, events.Last);
            }
        }
        while (!writer.IsBroken && await events.WaitAsync(began, wait));

        return new([], null, epoch, after.Value, events.IsStopping || writer.IsBroken);
    }

    /// <summary>Changes the context; creates it if it does not exist. A change that returns the same head writes nothing.</summary>
    /// <param name="print">What is asked for.</param>
    private async Task<ContextRecord?> ChangeAsync(
        Caller caller,
        long? ifGeneration,
        bool mustExist,
        Func<RequestFingerprint> print,
        Func<ContextHead, (ContextHead Head, ContextEvent? Event, ContextRecord? Result)> change,
        int bytes = 0)
    {
        await AwaitClearingAsync();
        return await writer.ChangeAsync(
            head =>
            {
                var before = head ?? New(caller.Subject);
                CheckAccess(before, caller);
                if (RequestMarks.Find(before.Requests, caller, time.GetUtcNow()) is { } mark)
                {
                    RequestMarks.Check(mark, print());
                    return new Changed<ContextHead, ContextRecord?>(head, before.Context with { Repeated = true });
                }

                if (ifGeneration is not null && ifGeneration != (head?.Context.Generation ?? 0))
                {
                    throw new RegistryException(
                        RegistryError.Conflict,
                        $"Context '{id}' has generation {head?.Context.Generation ?? 0}; {ifGeneration} was expected.")
                    {
                        CurrentGeneration = head?.Context.Generation ?? 0,
                    };
                }

                if (mustExist && head is null)
                {
                    throw new RegistryException(RegistryError.Conflict, $"Context '{id}' does not exist, and this request creates none.");
                }

                var (next, happened, result) = change(before);
                if (result is null || (happened is null && head is not null && caller.IdempotencyKey is null))
                {
                    return new(head, result);
                }

                next = next with { Requests = RequestMarks.Add(next.Requests, caller, print, time.GetUtcMilliseconds(), next.Context.Generation) };
                return happened is null && head is not null ? new(next, result) : new(next, result, () => Tell(happened ?? EventOf(next.Context)));
            },
            bytes);
    }

    /// <summary>A context before its first change.</summary>
    /// <summary>The head of a new context.</summary>
    private ContextHead First(string owner)
    {
        var made = New(owner);
        return made with { Context = Next(made) };
    }

    /// <summary>The head from which the first change of a new context goes on.</summary>
    private ContextHead New(string owner)
    {
        var now = time.GetUtcMilliseconds();
        return new ContextHead(
            new ContextRecord { Tenant = tenant, Id = id, Owner = owner, Generation = generations.First() - 1, CreatedAt = now, UpdatedAt = now },
            LogHead.Empty);
    }

    private ContextRecord Next(ContextHead head) =>
        head.Context with { Generation = head.Context.Generation + 1, UpdatedAt = time.GetUtcMilliseconds() };

    private static ContextEvent EventOf(ContextRecord next) => new(next.Id, next.Generation);

    private void Tell(ContextEvent happened)
    {
        var size = 256 + happened.Data.Length;
        foreach (var message in happened.Messages ?? [])
        {
            size += message.Length;
        }

        events.Add(happened, size);
    }

    /// <summary>
    /// Where a reader stands that knows this generation; null where events since may have been forgotten. New tasks of that generation come again.
    /// </summary>
    private long? Place(long? generation)
    {
        if (generation is null || generation <= knownBefore || generation > writer.Head?.Context.Generation)
        {
            return null;
        }

        var place = events.LastWhere(happened => happened.Generation <= generation && happened.TaskId is null);
        return place is { } number && events.Holds(number) ? number : null;
    }

    private ContextHead? Readable(Caller caller) => writer.Head is { } head && Access.MayRead(caller, head) ? head : null;

    private ContextHead? Writable(Caller caller) => writer.Head is { } head && Access.MayWrite(caller, head) ? head : null;

    private static void CheckAccess(ContextHead? head, Caller caller)
    {
        if (head is null || !Access.MayWrite(caller, head))
        {
            throw NotFound();
        }
    }

    private void End()
    {
        events.Wake();
        DeactivateOnIdle();
    }

    private static RegistryException NotFound() => new(RegistryError.NotFound, "Context not found", "context_id");
}
