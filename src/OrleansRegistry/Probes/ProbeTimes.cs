using Orleans.Runtime;

namespace OrleansRegistry.Probes;

/// <summary>When an agent's turn comes. It follows from its id and the time, so that a restart changes nothing, and agents that came together are spread.</summary>
internal static class ProbeTimes
{
    /// <summary>An agent that is new is looked at within so long; so is one of which a probe failed.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>The first turn after a time: one comes each interval.</summary>
    public static DateTimeOffset After(RecordKey key, TimeSpan interval, DateTimeOffset now)
    {
        var since = now - DateTimeOffset.UnixEpoch - (interval * ShareOf(key));
        return now + interval - new TimeSpan(since.Ticks % interval.Ticks);
    }

    /// <summary>When an agent is looked at that is new, or that has another card.</summary>
    public static DateTimeOffset First(RecordKey key, TimeSpan interval, DateTimeOffset now) => now + (Least(interval, Soon) * ShareOf(key));

    /// <summary>
    /// How long to wait after failures in a row: a minute at most, twice as long after each, up to eight intervals or an hour, whichever is less, but
    /// never less than the interval. Half of it is by chance: what failed together is not tried together.
    /// </summary>
    public static TimeSpan Pause(int failures, TimeSpan interval, double chance)
    {
        var longest = Least(interval * 8, LongestPause);
        longest = longest > interval ? longest : interval;
        return Least(Least(interval, Soon) * Math.Pow(2, Math.Min(failures - 1, 20)), longest) * (1 - (chance / 2));
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static double ShareOf(RecordKey key) => StableHash.ComputeHash($"{key.Tenant}/{key.Id}") / (double)uint.MaxValue;
}
