namespace OrleansRegistry.Trust.Audit;

/// <summary>How many refused calls are written: so many a second, and not more, whoever knocks how often.</summary>
internal sealed class RefusedPace(RegistryOptions options, [RegistryTime] TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly long perSecond = options.Audit.RefusedPerSecond;
    private double left = options.Audit.RefusedPerSecond;
    private long looked = time.GetTimestamp();
    private long skipped;

    /// <summary>Whether this one may be written.</summary>
    /// <param name="before">How many may not have been since the last that was.</param>
    public bool Take(out long before)
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            left = Math.Min(perSecond, left + (time.GetElapsedTime(looked, now).TotalSeconds * perSecond));
            looked = now;
            if (left < 1)
            {
                skipped++;
                before = 0;
                return false;
            }

            left--;
            before = skipped;
            skipped = 0;
            return true;
        }
    }
}
