using Orleans.Storage;

namespace OrleansRegistry.Grains;

/// <summary>
/// Changes the head of a grain whose calls interleave: one change after the other, each on what the one before made, and all that wait in one write.
/// A call is answered once what it saw and made is stored. After a failed write the activation ends: the next starts from what is stored.
/// </summary>
internal sealed class HeadWriter<THead>(HeadStorage storage, string stateName, GrainId id, Action deactivate)
    where THead : class
{
    private const int MaxChanges = 256;
    private const int MaxBytes = 4 * 1024 * 1024;

    private readonly StoredState<HeadState<THead>> state = new(storage.Storage, stateName, id);
    private readonly Queue<HeadChange<THead>> waiting = new();
    private Exception? broken;
    private bool running;
    private long history;
    private THead? head;

    /// <summary>As stored; null if it does not exist. A write in progress is not in it yet.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>: what is stored cannot be read. The activation ends, as it may be
    /// repaired.</exception>
    /// <exception cref="InconsistentStateException">The storage went back since it was read. The activation ends, and the next reads what is there
    /// now.</exception>
    public THead? Head
    {
        get
        {
            ThrowIfUseless();
            return head;
        }
        private set => head = value;
    }

    /// <summary>Set where what is stored cannot be read: it can only be removed.</summary>
    public UnreadableRecord? Unreadable => state.Unreadable;

    /// <summary>True once a write has failed: this activation is ending.</summary>
    public bool IsBroken => broken is not null;

    /// <summary>Called before changes, with the stored head: reads what they need to know.</summary>
    public Func<THead?, ValueTask>? Load { get; init; }

    /// <summary>Called with the stored head and the one about to take its place, before that is written: returns what to write.</summary>
    public Func<THead, THead, Task<THead>>? Flush { get; init; }

    /// <param name="change">Returns the next head. An exception that it throws reaches only its own caller and changes nothing.</param>
    /// <param name="bytes">About how much it adds to the head.</param>
    public Task<T> ChangeAsync<T>(Func<THead?, Changed<THead, T>> change, int bytes = 0)
    {
        ThrowIfUseless();
        if (broken is not null)
        {
            return Task.FromException<T>(broken);
        }

        var next = new HeadChange<THead, T>(change) { Bytes = bytes };
        waiting.Enqueue(next);
        if (!running)
        {
            running = true;
            _ = RunAsync();
        }

        return next.Answer;
    }

    /// <summary>Reads the head, before anything else is asked of this.</summary>
    public async Task StartAsync()
    {
        history = storage.CurrentHistory;
        await state.ReadAsync();
        head = state.RecordExists ? state.State.Head : null;
    }

    /// <summary>
    /// Begins with a first head, which is written at once; where anything is stored already, or the write fails, as <see cref="StartAsync"/>.
    /// </summary>
    /// <returns>Whether it was written.</returns>
    public async Task<bool> StartWithAsync(THead first)
    {
        history = storage.CurrentHistory;
        state.State = new HeadState<THead> { Head = first };
        try
        {
            await state.WriteAsync();
            head = first;
            return true;
        }
        catch (Exception fault) when (fault is InconsistentStateException or RegistryException or RecordOutcomeUnknownException)
        {
            // A write that fails again is refused to the call that asks for it, and not to the activation.
            await StartAsync();
            return false;
        }
    }

    /// <summary>
    /// Begins without a head and without a read, where nothing can be stored. The first write fails where something is, and ends the activation.
    /// </summary>
    public void StartEmpty() => history = storage.CurrentHistory;

    /// <summary>Removes a stored head that cannot be read. The activation ends.</summary>
    public async Task RemoveUnreadableAsync()
    {
        deactivate();
        await state.ClearAsync();
    }

    /// <summary>Whether the stored state is still the one that this activation knows.</summary>
    public Task<bool> IsCurrentAsync() => state.IsCurrentAsync();

    private void ThrowIfUseless()
    {
        if (history != storage.CurrentHistory)
        {
            broken ??= new InconsistentStateException($"The storage went back to an earlier state, or is another one, since {state} was read.");
            deactivate();
            throw broken;
        }

        if (state.Unreadable is { } unreadable)
        {
            deactivate();
            throw unreadable.Refusal();
        }
    }

    private async Task RunAsync()
    {
        var batch = new List<HeadChange<THead>>();
        while (waiting.Count > 0 && broken is null)
        {
            Take(batch);
            try
            {
                await WriteAsync(batch);
            }
            catch (Exception fault)
            {
                broken = fault;
                deactivate();
                batch.ForEach(change => change.Fail(fault));
                break;
            }

            foreach (var change in batch)
            {
                Complete(change);
            }

            batch.Clear();
        }

        running = false;
        while (waiting.TryDequeue(out var left))
        {
            left.Fail(broken!);
        }
    }

    /// <summary>
    /// Completes a change that is stored. If its callback fails, only its caller gets the error; but this activation may have published too few
    /// events, and deactivates: all calls after that go to the next one.
    /// </summary>
    private void Complete(HeadChange<THead> change)
    {
        try
        {
            change.Complete();
        }
        catch (Exception fault)
        {
            change.Fail(fault);
            broken ??= new InconsistentStateException(
                $"What was to follow a write of {state} failed; the next activation starts from what is stored.",
                fault);
            deactivate();
        }
    }

    private void Take(List<HeadChange<THead>> batch)
    {
        var bytes = 0;
        while (batch.Count < MaxChanges && waiting.TryPeek(out var next) && (batch.Count == 0 || bytes + next.Bytes <= MaxBytes))
        {
            bytes += next.Bytes;
            batch.Add(waiting.Dequeue());
        }
    }

    private async Task WriteAsync(List<HeadChange<THead>> batch)
    {
        var before = Head;
        if (Load is not null)
        {
            await Load(before);
        }

        var after = before;
        foreach (var change in batch)
        {
            after = change.Apply(after);
        }

        if (batch.Exists(change => change.HasFailed))
        {
            // What it did to this activation before it threw is not known. The others do not wait for another one.
            deactivate();
        }

        if (ReferenceEquals(before, after))
        {
            await ConfirmAsync();
            return;
        }

        if (before is not null && after is not null && Flush is not null)
        {
            after = await Flush(before, after);
        }

        // Where this fails it may be stored all the same: the activation ends, and nobody goes by its state any more.
        if (after is null)
        {
            await state.ClearAsync();
        }
        else
        {
            state.State = new HeadState<THead> { Head = after };
            await state.WriteAsync();
        }

        Head = after;
    }

    /// <summary>A refused or empty change is answered without a write, so nothing has yet shown whether another activation exists.</summary>
    private async Task ConfirmAsync()
    {
        if (storage.IsShared && !await IsCurrentAsync())
        {
            throw new InconsistentStateException($"Another activation changed {state}.");
        }
    }
}
