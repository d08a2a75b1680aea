using OrleansRegistry.Outbound;

namespace OrleansRegistry.Push;

/// <summary>How push notifications are delivered.</summary>
public sealed record PushOptions
{
    /// <summary>Whether they are delivered (<c>PUSH_ENABLED</c>). Webhooks are stored either way.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How long a receiver may take to answer (<c>PUSH_TIMEOUT_SECONDS</c>).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>After how many failures in a row a webhook is given up (<c>PUSH_MAX_ATTEMPTS</c>).</summary>
    public int MaxAttempts { get; init; } = 15;

    /// <summary>The pause after the first failure (<c>PUSH_BACKOFF_SECONDS</c>); it doubles with each that follows.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between two attempts (<c>PUSH_MAX_BACKOFF_SECONDS</c>).</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many notifications this process sends at once (<c>PUSH_MAX_CONCURRENT</c>).</summary>
    public int MaxConcurrent { get; init; } = 256;

    /// <summary>How many of them to one host (<c>PUSH_MAX_CONCURRENT_PER_HOST</c>).</summary>
    public int MaxConcurrentPerHost { get; init; } = 8;

    /// <summary>How many subscriptions to changes of agents one subject may have (<c>PUSH_MAX_SUBSCRIPTIONS</c>).</summary>
    public int MaxSubscriptions { get; init; } = 100;

    /// <summary>Networks and addresses beside the public ones where receivers may be (<c>PUSH_ALLOWED_NETWORKS</c>).</summary>
    public IReadOnlyList<string> AllowedNetworks { get; init; } = [];

    internal OutboundAddresses Addresses => OutboundAddresses.Of(AllowedNetworks);

    /// <summary>
    /// How long to wait after so many failures in a row: twice as long each time, and by chance up to half of it less, so that those that failed together do
    /// not come together.
    /// </summary>
    internal TimeSpan PauseAfter(int failed)
    {
        var pause = Backoff * Math.Pow(2, Math.Min(failed - 1, 30));
        return (pause < MaxBackoff ? pause : MaxBackoff) * (0.5 + (Random.Shared.NextDouble() / 2));
    }
}
