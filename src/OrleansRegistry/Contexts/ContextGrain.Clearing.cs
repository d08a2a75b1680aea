namespace OrleansRegistry.Contexts;

/// <summary>
/// Clears and deletes the context: shuts the gate for new tasks, waits for those on their way in, and deletes until the store knows of none.
/// </summary>
internal sealed partial class ContextGrain
{
    private const int DeletesAtOnce = 32;

    private Clearing? clearing;
    private Clearing? lastCleared;

    public async Task<ContextCleared> Clear(Caller caller, bool delete, string run)
    {
        if (delete && writer.Unreadable is { } unreadable)
        {
            return await RemoveUnreadableAsync(unreadable, caller);
        }

        if (!delete && Writable(caller) is { } known && RequestMarks.Find(known.Requests, caller, time.GetUtcNow()) is { } mark)
        {
            RequestMarks.Check(mark, new RequestFingerprint("clear"));
            return new(mark.Result, Done: true);
        }

        var current = lastCleared?.Run == run ? lastCleared : clearing;
        if (current is null && writer.Head is { Deleting: true } unfinished && Access.MayWrite(caller, unfinished.Context.Owner))
        {
            current = Begin(delete: true, run);
        }
        else if (current is null && Writable(caller) is null)
        {
            await writer.ChangeAsync<bool>(head =>
            {
                CheckAccess(head, caller);
                return new(head, true);
            });
            return await Clear(caller, delete, run);
        }

        current ??= Begin(delete, run);
        if (!Access.MayWrite(caller, current.Owner))
        {
            throw NotFound();
        }

        current.Callers.Add(caller);

        await Task.WhenAny(current.Work, Task.Delay(GrainWaits.Longest, time, waits.Stopping));
        if (!current.Work.IsCompleted)
        {
            return new(current.Tasks, Done: false, waits.IsStopping);
        }

        await current.Work;
        return current.Run == run || current.Delete ? new(current.Tasks, Done: true) : await Clear(caller, delete, run);
    }

    public async Task<bool> Sweep(DateTimeOffset cutoff)
    {
        if (writer.Unreadable is not null)
        {
            // Its age cannot be read.
            return false;
        }

        await AwaitClearingAsync();
        if (writer.Head is not { } head)
        {
            return true;
        }

        if (!head.Deleting && (head.Context.UpdatedAt >= cutoff || await lists.IsContextInUseAsync(tenant, id, cutoff)))
        {
            return false;
        }

        await AwaitClearingAsync();
        if (writer.Head is null)
        {
            // Deleted while the store was asked.
            return true;
        }

        var current = Begin(delete: true, run: "", cutoff);
        await current.Work;
        return writer.Head is null;
    }

    /// <summary>
    /// Waits while the context is being cleared or deleted, and finishes a deletion that an activation before this left unfinished.
    /// </summary>
    private async Task AwaitClearingAsync()
    {
        while (clearing is not null || writer.Head is { Deleting: true })
        {
            await (clearing ?? Begin(delete: true, run: "")).Work;
        }
    }

    private Clearing Begin(bool delete, string run, DateTimeOffset? idleSince = null)
    {
        var begun = new Clearing(writer.Head!.Context.Owner, delete, run);
        clearing = begun;
        lastCleared = begun;
        begun.Work = RunAsync(begun, idleSince);
        return begun;
    }

    private async Task RunAsync(Clearing current, DateTimeOffset? idleSince)
    {
        try
        {
            // Out of the turn that began it, so that its work is known before it ends.
            await Task.Yield();
            if (creating > 0)
            {
                created = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await created.Task;
            }

            if (idleSince is { } cutoff && writer.Head is { Deleting: false } idle
                && (idle.Context.UpdatedAt >= cutoff || await lists.IsContextInUseAsync(tenant, id, cutoff)))
            {
                return;
            }

            if (current.Delete)
            {
                await writer.ChangeAsync<bool>(head => head is null or { Deleting: true } ? new(head, false) : new(
                    head with { Context = Next(head), Deleting = true },
                    true,
                    () => Tell(EventOf(writer.Head!.Context) with { Deleted = true })));
            }

            await DeleteTasksAsync(current);
            await (current.Delete ? DeleteHeadAsync() : ClearMessagesAsync(current));
        }
        finally
        {
            clearing = null;
        }
    }

    private async Task<ContextCleared> RemoveUnreadableAsync(UnreadableRecord unreadable, Caller caller)
    {
        if (!Access.MayRemove(caller, unreadable))
        {
            throw NotFound();
        }

        var deleted = 0;
        for (var more = true; more;)
        {
            // Who owns the context is not known: those that are another's stay.
            var ids = await lists.TasksOfContextAsync(tenant, id, DeletesAtOnce);
            var gone = (await Task.WhenAll(ids.Select(task => DeleteTaskAsync(caller, task)))).Count(done => done);
            deleted += gone;
            more = gone > 0;
        }

        await messages.DeleteAllPagesAsync();
        await writer.RemoveUnreadableAsync();
        return new(deleted, Done: true);
    }

    private async Task DeleteTasksAsync(Clearing current)
    {
        var owner = new Caller(tenant, current.Owner);
        while (!writer.IsBroken && await lists.TasksOfContextAsync(tenant, id, DeletesAtOnce) is { Count: > 0 } ids)
        {
            current.Tasks += (await Task.WhenAll(ids.Select(task => DeleteTaskAsync(owner, task)))).Count(deleted => deleted);
        }
    }

    private async Task<bool> DeleteTaskAsync(Caller owner, string taskId)
    {
        try
        {
            await tasks.Get(tenant, taskId).Remove(owner);
            return true;
        }
        catch (RegistryException gone) when (gone.Error == RegistryError.NotFound)
        {
            // Somebody else has deleted it since it was listed.
            return false;
        }
    }

    private async Task ClearMessagesAsync(Clearing current)
    {
        ContextHead? before = null;
        var cleared = await writer.ChangeAsync<ContextHead>(head =>
        {
            before = head;
            messages.Clear();
            var next = head! with { Context = Next(head) with { MessageCount = 0 }, Messages = head.Messages.Cleared() };
            var now = time.GetUtcMilliseconds();
            foreach (var caller in current.Callers)
            {
                var marks = RequestMarks.Add(next.Requests, caller, () => new RequestFingerprint("clear"), now, current.Tasks);
                next = next with { Requests = marks };
            }

            return new(next, next, () => Tell(EventOf(next.Context) with { Cleared = true }));
        });
        await messages.DeletePagesAsync(before!.Messages, before.Swept);
        if (before.Swept != cleared.Messages.Base)
        {
            await writer.ChangeAsync<bool>(head => head is null ? new(head, false) : new(head with { Swept = cleared.Messages.Base }, true));
        }
    }

    private async Task DeleteHeadAsync()
    {
        if (writer.Head is not { } head)
        {
            return;
        }

        await messages.DeletePagesAsync(head.Messages, head.Swept);
        await writer.ChangeAsync<bool>(current =>
        {
            generations.End(head.Context.Generation);
            messages.Clear();
            return new(null, true, Forget);
        });
    }

    private void Forget()
    {
        var told = events;
        events = new EventLog<ContextEvent>(0, waits, time);
        epoch = Random.Shared.NextInt64(1, long.MaxValue);
        knownBefore = 0;
        told.Wake();
        DeactivateOnIdle();
    }

    private sealed class Clearing(string owner, bool delete, string run)
    {
        public string Run { get; } = run;

        public string Owner { get; } = owner;

        public bool Delete { get; } = delete;

        /// <summary>Who asked for it while it went on.</summary>
        public HashSet<Caller> Callers { get; } = [];

        public long Tasks { get; set; }

        public Task Work { get; set; } = Task.CompletedTask;
    }
}
