namespace OrleansRegistry.Subscriptions;

/// <summary>Tells this process that a subscription was saved or deleted through it. What others do is seen when it looks next.</summary>
internal sealed class SubscriptionNews
{
    private TaskCompletionSource news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Tell() => Volatile.Read(ref news).TrySetResult();

    /// <summary>Until there is news, but no longer than that.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        await Volatile.Read(ref news).Task.WaitAsync(longest, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (news.Task.IsCompleted)
        {
            Volatile.Write(ref news, new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
    }
}
