namespace OrleansRegistry.Objects.Cloud;

/// <summary>How often a request is sent again, and when: each wait is twice the one before, and then a random part of it.</summary>
/// <param name="MaxRetries">How often after the first time.</param>
/// <param name="Timeout">How long an attempt may take.</param>
internal sealed record RetryPace(int MaxRetries, TimeSpan Timeout)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(20);

    /// <param name="attempt">Which one failed, from 1.</param>
    public TimeSpan WaitOf(int attempt)
    {
        var longest = Math.Min(First.TotalMilliseconds * Math.Pow(2, attempt - 1), MaxWait.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    public Task WaitAsync(int attempt, CancellationToken cancellationToken) => Task.Delay(WaitOf(attempt), cancellationToken);
}
