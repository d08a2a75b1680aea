using Orleans.Runtime;

namespace OrleansRegistry.Probes;

[GrainType("registry.probe")]
internal sealed class ProbeGrain([RegistryTime] TimeProvider time) : Grain, IProbeGrain
{
    /// <summary>Never another number: processes of two versions would claim the same probes in two places.</summary>
    private const int Count = 16;

    /// <summary>Longer than a fetch may take: whoever has claimed one and does not report is gone.</summary>
    private static readonly TimeSpan ClaimLife = TimeSpan.FromMinutes(2);

    /// <summary>An agent whose turn nobody takes for so long is none any more.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromHours(1);

    private readonly Dictionary<ProbeKey, Entry> agents = [];
    private long swept = time.GetTimestamp();

    public static string KeyOf(in ProbeKey key) => $"probes/{StableHash.ComputeHash($"{key.Tenant}/{key.AgentId}") % Count}";

    public Task<ProbeClaim> Claim(ProbeKey key, ProbeSubject of)
    {
        Sweep();
        var claim = ClaimOf(key);
        if (claim.Left > TimeSpan.Zero && agents[key].Of == of)
        {
            return Task.FromResult(claim);
        }

        agents[key] = new Entry(of, claim.Known, TimestampAfter(ClaimLife));
        return Task.FromResult(claim with { IsMine = true });
    }

    public Task Report(ProbeKey key, ProbeKnown known, TimeSpan? next)
    {
        Sweep();
        agents[key] = new Entry(known.Of, known, TimestampAfter(next ?? TimeSpan.Zero));
        return Task.CompletedTask;
    }

    public Task<ProbeClaim> Look(ProbeKey key) => Task.FromResult(ClaimOf(key));

    private ProbeClaim ClaimOf(in ProbeKey key) => agents.TryGetValue(key, out var entry)
        ? new ProbeClaim(false, time.GetElapsedTime(time.GetTimestamp(), entry.Next), entry.Known)
        : new ProbeClaim(false, null, null);

    private long TimestampAfter(TimeSpan wait) => time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);

    private void Sweep()
    {
        var now = time.GetTimestamp();
        if (time.GetElapsedTime(swept, now) < Forgotten)
        {
            return;
        }

        swept = now;
        foreach (var (key, entry) in agents)
        {
            if (time.GetElapsedTime(entry.Next, now) > Forgotten)
            {
                agents.Remove(key);
            }
        }
    }

    /// <param name="Of">What the turn is of that comes next.</param>
    /// <param name="Next">From when on it may be claimed.</param>
    private sealed record Entry(ProbeSubject Of, ProbeKnown? Known, long Next);
}
