using System.Collections.Concurrent;

namespace OrleansRegistry.Trust.Tenants;

/// <summary>
/// Whether tenants have room for more bytes. What they have is measured in the store, at most every half minute for each process: so a tenant can have
/// more than it may by what it wrote since.
/// </summary>
internal sealed class TenantRoom(TenantGate tenants, TenantMeter meter, [RegistryTime] TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Measured> known = new(StringComparer.Ordinal);

    /// <exception cref="RegistryException"><see cref="RegistryError.QuotaExceeded"/>: there is none.</exception>
    public async ValueTask DemandAsync(string tenant)
    {
        if (tenants.Find(tenant)?.Value.Limits.Bytes is not { } limit)
        {
            return;
        }

        var used = (await MeasureAsync(tenant)).Bytes;
        if (used >= limit)
        {
            throw new RegistryException(
                RegistryError.QuotaExceeded, $"Tenant '{tenant}' has {used:N0} bytes, of the {limit:N0} that it may have. Delete some.");
        }
    }

    /// <summary>What it has, as of half a minute ago at most.</summary>
    public async Task<TenantUsage> MeasureAsync(string tenant)
    {
        if (known.TryGetValue(tenant, out var measured) && time.GetElapsedTime(measured.At) < Fresh && !measured.Usage.IsFaulted)
        {
            return await measured.Usage;
        }

        // All who come meanwhile wait for one measurement.
        var next = new Measured(time.GetTimestamp(), new Lazy<Task<TenantUsage>>(() => meter.MeasureAsync(tenant, default)));
        return measured is null
            ? await known.GetOrAdd(tenant, next).Usage
            : await (known.TryUpdate(tenant, next, measured) ? next : known[tenant]).Usage;
    }

    private sealed record Measured(long At, Lazy<Task<TenantUsage>> Measuring)
    {
        public Task<TenantUsage> Usage => Measuring.Value;
    }
}
