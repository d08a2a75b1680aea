namespace OrleansRegistry.Http;

/// <summary>How much is taken at once, and of whom. What has a setting is checked as that (<c>docs/settings.md</c>, "Limits").</summary>
public sealed class RequestLimitOptions
{
    /// <summary>How many requests this process works on at once. Streams and requests that wait for a change are not among them.</summary>
    public int Concurrent { get; set; } = 1000;

    /// <summary>How many more may wait for their turn. Those beyond are refused with 503.</summary>
    public int Queue { get; set; } = 1000;

    /// <summary>How long a request waits for its turn at most; then it is refused with 503.</summary>
    public TimeSpan QueueTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many streams and waiting requests this process has at once. Those beyond are refused with 503.</summary>
    public int Streams { get; set; } = 20_000;

    /// <summary>How many requests a minute this process looks at, of one address, whose credentials do not count; 0 for any number.</summary>
    public int RefusedPerMinute { get; set; } = 60;

    /// <summary>Of each subject of each tenant, over all processes of the cluster.</summary>
    public PartyLimitOptions Caller { get; } = new();

    /// <summary>Of each tenant, over all processes of the cluster.</summary>
    public PartyLimitOptions Tenant { get; } = new();

    /// <summary>Whether a request may be refused with 429.</summary>
    internal bool MayRefuse => Caller.IsSet || Tenant.IsSet;

    internal IEnumerable<string> Faults()
    {
        foreach (var (name, limits) in ((string, PartyLimitOptions)[])[("Caller", Caller), ("Tenant", Tenant)])
        {
            if (limits is { Burst: not null, Rate: null })
            {
                var setting = $"REGISTRY_LIMIT_{name.ToUpperInvariant()}";
                yield return $"Burst ({setting}_BURST) goes with Rate ({setting}_RATE): it is how many requests may come at once before that counts";
            }
        }
    }
}

/// <summary>What one caller or tenant may have. Null is no limit. Each of the replicas that serve has its part of it.</summary>
public sealed class PartyLimitOptions
{
    /// <summary>Requests a second.</summary>
    public int? Rate { get; set; }

    /// <summary>How many requests may come at once after a pause; null for those of two seconds.</summary>
    public int? Burst { get; set; }

    /// <summary>Requests at once, without streams and those that wait.</summary>
    public int? Concurrent { get; set; }

    /// <summary>Streams and waiting requests at once.</summary>
    public int? Streams { get; set; }

    internal bool IsSet => Rate is not null || Concurrent is not null || Streams is not null;
}
