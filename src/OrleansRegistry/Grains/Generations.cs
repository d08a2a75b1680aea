namespace OrleansRegistry.Grains;

/// <summary>
/// What generation a new task or context begins with: above all that an older one of its name can have had, so that no version of a name comes twice.
/// Nothing remembers names that are gone, so it is the time: milliseconds since 1970, with room for a thousand changes in each. Where the clock is
/// set back it is still above all that this process has deleted.
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

    /// <summary>Something is deleted that had this generation last.</summary>
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
