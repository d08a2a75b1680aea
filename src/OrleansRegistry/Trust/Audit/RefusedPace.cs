using System.Collections.Concurrent;

namespace OrleansRegistry.Trust.Audit;

/// <summary>How many refused calls are written: of each tenant, and of nobody known, so many a second, however often they knock.</summary>
internal sealed class RefusedPace(RegistryOptions options, [RegistryTime] TimeProvider time)
{
    /// <summary>More tenants at a time share the pace of nobody known.</summary>
    public const int MostTenants = 1_000;

    private readonly ConcurrentDictionary<string, Bucket> buckets = new(StringComparer.Ordinal);
    private readonly Bucket nobody = new(options.Audit.RefusedPerSecond, time);

    /// <summary>Whether this one may be written.</summary>
    /// <param name="tenant">Null for a caller who is not known.</param>
    /// <param name="before">How many of the same tenant may not have been since the last that was.</param>
    public bool Take(string? tenant, out long before) => BucketOf(tenant).Take(out before);

    private Bucket BucketOf(string? tenant)
    {
        if (tenant is null)
        {
            return nobody;
        }

        if (buckets.TryGetValue(tenant, out var known))
        {
            return known;
        }

        if (buckets.Count >= MostTenants)
        {
            foreach (var idle in buckets.Where(bucket => bucket.Value.IsIdle))
            {
                buckets.TryRemove(idle);
            }
        }

        return buckets.Count < MostTenants
            ? buckets.GetOrAdd(tenant, static (_, of) => new Bucket(of.Options.Audit.RefusedPerSecond, of.Time), (Options: options, Time: time))
            : nobody;
    }

    private sealed class Bucket(long perSecond, TimeProvider time)
    {
        private readonly Lock gate = new();
        private double left = perSecond;
        private long looked = time.GetTimestamp();
        private long skipped;

        /// <summary>A new one would be the same.</summary>
        public bool IsIdle
        {
            get
            {
                lock (gate)
                {
                    return skipped == 0 && time.GetElapsedTime(looked).TotalSeconds > 1;
                }
            }
        }

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
}
