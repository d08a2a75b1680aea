namespace OrleansRegistry.Grains;

/// <summary>
/// The first generation of a new task or context: higher than every generation of an earlier one with the same id, so that none is used twice.
/// Deleted ids are not remembered, so it is made from the time: milliseconds since 1970, with room for a thousand changes in each. If the clock is
/// set back, it is still higher than every generation that this process has deleted.
/// </summary>
internal sealed class Generations([RegistryTime] TimeProvider time)
{
    /// <summary>More than anything changes in a millisecond. All numbers stay below 2^53, so that JavaScript keeps them exactly.</summary>
    public const long PerMillisecond = 1000;

    private long ended;

    /// <summary>The generation of something new.</summary>
    public long First()
    {
        var start = time.GetUtcNow().ToUnixTimeMilliseconds() * PerMillisecond;
        var last = Volatile.Read(ref ended);
        return (start > last ? start : ((last / PerMillisecond) + 1) * PerMillisecond) + 1;
    }

    /// <summary>Records the last generation of something that is deleted.</summary>
    public void End(long generation)
    {
        var last = Volatile.Read(ref ended);
        while (generation > last)
        {
            var found = Interlocked.CompareExchange(ref ended, generation, last);
            if (found == last)
            {
                return;
            }

            last = found;
        }
    }
}
