namespace OrleansRegistry.Grains;

/// <summary>What a change makes of a head.</summary>
/// <param name="Head">The same object: nothing is written. Null: the state is cleared.</param>
/// <param name="Committed">Run once that is stored.</param>
internal readonly record struct Changed<THead, T>(THead? Head, T Result, Action? Committed = null);

/// <summary>A change that waits for its turn, and for the write that stores it.</summary>
internal abstract class HeadChange<THead>
    where THead : class
{
    public int Bytes { get; init; }

    /// <summary>It threw something else than a refusal.</summary>
    public abstract bool HasFailed { get; }

    public abstract THead? Apply(THead? head);

    public abstract void Complete();

    public abstract void Fail(Exception fault);
}

/// <inheritdoc/>
internal sealed class HeadChange<THead, T>(Func<THead?, Changed<THead, T>> change) : HeadChange<THead>
    where THead : class
{
    private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Changed<THead, T> changed;
    private Exception? thrown;

    public Task<T> Answer => answer.Task;

    public override bool HasFailed => thrown is not null and not RegistryException;

    public override THead? Apply(THead? head)
    {
        try
        {
            changed = change(head);
            return changed.Head;
        }
        catch (Exception fault)
        {
            thrown = fault;
            return head;
        }
    }

    public override void Complete()
    {
        if (thrown is not null)
        {
            answer.SetException(thrown);
            return;
        }

        changed.Committed?.Invoke();
        answer.SetResult(changed.Result);
    }

    public override void Fail(Exception fault) => answer.SetException(fault);
}
