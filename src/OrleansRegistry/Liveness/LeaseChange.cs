namespace OrleansRegistry.Liveness;

/// <summary>What a request says of an agent's lease.</summary>
/// <param name="Ttl">Null leaves it.</param>
/// <param name="Ephemeral">Null leaves it.</param>
/// <param name="Usual">The time of a lease for which none is named.</param>
/// <param name="Ends">The agent is to have none any more.</param>
[GenerateSerializer, Immutable, Alias("registry.LeaseChange")]
internal sealed record LeaseChange(
    [property: Id(0)] TimeSpan? Ttl,
    [property: Id(1)] bool? Ephemeral,
    [property: Id(2)] TimeSpan Usual,
    [property: Id(3)] bool Ends = false)
{
    /// <summary>The lease that an agent has after a request.</summary>
    /// <param name="change">Null where the request says nothing of it.</param>
    /// <param name="before">Null where it had none.</param>
    /// <param name="renews">Whether the request is as good as a beat.</param>
    public static AgentLease? Apply(LeaseChange? change, AgentLease? before, bool renews, DateTimeOffset now)
    {
        if (change is null && !renews)
        {
            return before;
        }

        var ttl = change?.Ttl ?? before?.Ttl ?? (change?.Ephemeral == true ? change.Usual : null);
        if (ttl is null || change?.Ends == true)
        {
            return null;
        }

        return new AgentLease
        {
            Ttl = ttl.Value,
            Ephemeral = change?.Ephemeral ?? before?.Ephemeral ?? false,
            Since = Next(before, now),
            Unknown = before?.Unknown ?? default,
        };
    }

    /// <summary>The time of the next write of a lease: later than that of the one before, as it tells the two apart.</summary>
    public static DateTimeOffset Next(AgentLease? before, DateTimeOffset now) =>
        before is null || now > before.Since ? now : before.Since.AddMilliseconds(1);
}
