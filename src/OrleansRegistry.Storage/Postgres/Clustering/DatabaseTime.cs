namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// The time of a cluster: the database's, carried on by this machine's steady clock. What one process writes with a time in it others hold against
/// theirs, and a machine's own clock can jump. Until the first reading it is this machine's.
/// </summary>
/// <param name="machine">Its steady clock and its timers are used; its wall clock only to begin with.</param>
public sealed class DatabaseTime(TimeProvider machine) : TimeProvider
{
    /// <summary>What took longer to answer tells the time less well than the steady clock does.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private bool isSet;
    private long ahead = machine.GetUtcNow().UtcTicks - machine.GetElapsedTime(0).Ticks;

    public override long TimestampFrequency => machine.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => machine.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref ahead) + machine.GetElapsedTime(0).Ticks, TimeSpan.Zero);

    public override long GetTimestamp() => machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);

    /// <summary>Sets the time from a reading of the database's clock.</summary>
    /// <param name="asked">The timestamp at which the query started: the reading is taken as the time half way from then to now.</param>
    public void Set(DateTimeOffset reading, long asked)
    {
        var took = GetElapsedTime(asked);
        if (!isSet || took <= Longest)
        {
            isSet = true;
            Volatile.Write(ref ahead, reading.UtcTicks + (took / 2).Ticks - machine.GetElapsedTime(0).Ticks);
        }
    }
}
