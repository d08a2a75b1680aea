namespace OrleansRegistry.Tasks;

/// <summary>The feedback of a task, and its removal with everything that belongs to it.</summary>
internal sealed partial class TaskGrain
{
    private int feedbackCalls;
    private TaskCompletionSource? feedbackDone;
    private Task? removal;

    public async Task<TaskFeedback> AddFeedback(Caller caller, RawJson data)
    {
        feedbackCalls++;
        try
        {
            if (writer.Head is not { Deleting: false } known || !Access.MayWrite(caller, known.Owner))
            {
                await writer.ChangeAsync<bool>(head => throw NotFound());
            }

            return await (caller.IdempotencyKey is null ? Feedback().Add(caller.Subject, data) : Feedback().AddOnce(caller, data));
        }
        finally
        {
            if (--feedbackCalls == 0)
            {
                feedbackDone?.TrySetResult();
            }
        }
    }

    public async Task Remove(Caller caller)
    {
        if (writer.Unreadable is { } unreadable)
        {
            await RemoveUnreadableAsync(unreadable, caller);
            return;
        }

        await writer.ChangeAsync(head => head is null || !Access.MayWrite(caller, head.Owner) ? throw NotFound() : Removing(head));
        await FinishRemovalAsync();
    }

    public async Task<bool> Sweep(DateTimeOffset cutoff)
    {
        if (writer.Unreadable is not null)
        {
            // Its state cannot be read.
            return false;
        }

        var gone = await writer.ChangeAsync(head => head switch
        {
            null => new(head, true),
            { Deleting: true } => new(head, true),
            _ when head.Status.State.IsTerminal() && head.Status.Timestamp < cutoff => Removing(head),
            _ => new(head, false),
        });
        if (gone && writer.Head is not null)
        {
            await FinishRemovalAsync();
        }

        return gone;
    }

    /// <summary>From here on nobody sees the task; what belongs to it goes before its head does.</summary>
    private Changed<TaskHead, bool> Removing(TaskHead head)
    {
        if (head.Deleting)
        {
            return new(head, true);
        }

        var next = Next(head) with { Deleting = true, Lease = null, LostToken = head.Lease?.Token };
        return Publish(head, (next, EventOf(next) with { Deleted = true }, true));
    }

    private async Task RemoveUnreadableAsync(UnreadableRecord unreadable, Caller caller)
    {
        if (!Access.MayRemove(caller, unreadable))
        {
            throw NotFound();
        }

        await Feedback().Clear();
        await history.DeleteAllPagesAsync();
        await artifacts.DeleteAllPagesAsync();
        await writer.RemoveUnreadableAsync();
    }

    private async Task FinishRemovalAsync()
    {
        removal ??= RunRemovalAsync();
        try
        {
            await removal;
        }
        finally
        {
            removal = null;
        }
    }

    private async Task RunRemovalAsync()
    {
        if (feedbackCalls > 0)
        {
            feedbackDone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await feedbackDone.Task;
        }

        if (writer.Head is not { Deleting: true } head)
        {
            return;
        }

        await Feedback().Clear();
        await history.DeletePagesAsync(head.History, head.HistorySwept);
        if (head.Artifacts.Count > 0 || head.Artifacts.Base > 0)
        {
            await artifacts.DeletePagesAsync(head.Artifacts, head.ArtifactsSwept);
            await artifacts.DeleteLeftoversAsync(head.Artifacts);
        }

        await writer.ChangeAsync<bool>(current =>
        {
            if (current is not { Deleting: true })
            {
                return new(current, false);
            }

            generations.End(current.Generation);
            history.Clear();
            artifacts.Clear();
            sizes = null;
            contents = null;
            return new(null, true, Forget);
        });
    }

    private void Forget()
    {
        var told = events;
        events = EventsAfter(0);
        told.Wake();
        DeactivateOnIdle();
    }

    private IFeedbackGrain Feedback() => feedback.Get(tenant, id);
}
