namespace OrleansRegistry.Liveness;

/// <summary>
/// When agents beat last, and what follows from that. A lease that is new here begins with its whole time, so that an agent that still beats survives
/// the loss of all that was known; it only gets better by a beat.
/// </summary>
internal sealed class LeaseTable([RegistryTime] TimeProvider time)
{
    /// <summary>Whoever was told a verdict has so long to write it; then another is told.</summary>
    private static readonly TimeSpan WriteTime = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Where nobody asked for longer, this process stood still or nobody was there to take beats either: that time counts for no agent.
    /// </summary>
    public static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(5);

    private readonly Dictionary<LeaseKey, Entry> entries = [];
    private long? judgedAt;

    /// <summary>Takes in a lease, unless a later one is known.</summary>
    public void Learn(LeaseTold told) => EntryOf(told);

    /// <summary>Drops a lease, unless a later one is known.</summary>
    public void Forget(LeaseTold gone)
    {
        if (entries.TryGetValue(gone.Key, out var entry) && !entry.Told.IsNewerThan(gone))
        {
            entries.Remove(gone.Key);
        }
    }

    public LeaseBeaten Beat(LeaseTold told)
    {
        var entry = EntryOf(told);
        if (entry is { Verdict: AgentHealth.Expired, Told.Lease.Ephemeral: true })
        {
            return new LeaseBeaten(entry.Told.Lease, IsOver: true);
        }

        entry.From = time.GetTimestamp();
        entry.Beat = entry.From;
        entry.Verdict = null;
        return new LeaseBeaten(entry.Told.Lease, IsOver: false);
    }

    /// <summary>What is to be written, as far as nobody is about to.</summary>
    public IReadOnlyList<LeaseVerdict> Judge(int most)
    {
        var now = time.GetTimestamp();
        if (judgedAt is { } before && time.GetElapsedTime(before, now) > LongestGap)
        {
            foreach (var entry in entries.Values)
            {
                entry.From = Math.Min(now, entry.From + (now - before));
            }
        }

        judgedAt = now;
        var verdicts = new List<LeaseVerdict>();
        foreach (var entry in entries.Values)
        {
            if (verdicts.Count >= most)
            {
                break;
            }

            var health = HealthOf(entry, now);
            var isAsStored = health == entry.Told.Lease.Health && !(health == AgentHealth.Expired && entry.Told.Lease.Ephemeral);
            if (isAsStored || (entry.Verdict == health && time.GetElapsedTime(entry.VerdictAt, now) < WriteTime))
            {
                continue;
            }

            (entry.Verdict, entry.VerdictAt) = (health, now);
            verdicts.Add(new LeaseVerdict(entry.Told, health));
        }

        return verdicts;
    }

    public LeaseSeen Look(LeaseKey key)
    {
        var now = time.GetTimestamp();
        return entries.TryGetValue(key, out var entry)
            ? new LeaseSeen(
                entry.Beat is { } beat ? time.GetElapsedTime(beat, now) : null,
                entry.Told.Lease.Ttl - time.GetElapsedTime(entry.From, now))
            : default;
    }

    private AgentHealth HealthOf(Entry entry, long now)
    {
        var lease = entry.Told.Lease;
        var silent = time.GetElapsedTime(entry.From, now);
        var health = silent >= lease.Ttl ? AgentHealth.Expired : silent >= lease.Ttl / 2 ? AgentHealth.Unhealthy : AgentHealth.Healthy;
        return health < lease.Health && entry.Beat is null ? lease.Health : health;
    }

    private Entry EntryOf(LeaseTold told)
    {
        if (!entries.TryGetValue(told.Key, out var entry))
        {
            entries[told.Key] = entry = new Entry(told, time.GetTimestamp());
        }
        else if (told.IsNewerThan(entry.Told))
        {
            // What was written anew as healthy was so by a beat, or began then.
            if (told.Lease.Since != entry.Told.Lease.Since)
            {
                entry.Verdict = null;
                entry.From = told.Lease.Health == AgentHealth.Healthy ? time.GetTimestamp() : entry.From;
            }

            entry.Told = told;
        }

        return entry;
    }

    private sealed class Entry(LeaseTold told, long from)
    {
        public LeaseTold Told { get; set; } = told;

        /// <summary>Since when there was no beat.</summary>
        public long From { get; set; } = from;

        /// <summary>When it beat last; null where no beat is known of.</summary>
        public long? Beat { get; set; }

        /// <summary>What somebody was told last to write.</summary>
        public AgentHealth? Verdict { get; set; }

        public long VerdictAt { get; set; }
    }
}
