using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansRegistry.Hosting;

/// <summary>Tells of stored records that cannot be read. The process is ready all the same: they spoil nothing else.</summary>
internal sealed class RecordsHealthCheck(IRecordStore store, IEnumerable<RecordStateCodec> codecs, UnreadableRecords unreadable) : IHealthCheck
{
    /// <summary>So many are looked at again, and named.</summary>
    private const int Named = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (unreadable.IsEmpty)
        {
            return HealthCheckResult.Healthy("all that were met can be read");
        }

        var known = unreadable.Known;
        var looks = await Task.WhenAll(
            known.Take(Named).Select(async record => (record, StillThere: await IsUnreadableAsync(record.Kind, record.Key, cancellationToken))));
        foreach (var ((kind, key), _) in looks.Where(look => !look.StillThere))
        {
            unreadable.Forget(kind, key);
        }

        var names = looks.Where(look => look.StillThere).Select(look => UnreadableRecords.Name(look.record.Kind, look.record.Key))
            .Order(StringComparer.Ordinal)
            .ToList();
        var others = known.Count - looks.Length;
        return names.Count + others == 0
            ? HealthCheckResult.Healthy("all that were met can be read")
            : HealthCheckResult.Degraded(
                $"{names.Count + others} cannot be read, and the rest goes on: "
                    + $"{string.Join(", ", names)}{(others > 0 ? $" and {others} more" : "")}");
    }

    /// <summary>What the store cannot tell now is believed to be as it was.</summary>
    private async Task<bool> IsUnreadableAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync(kind, key, cancellationToken).AsTask().WaitAsync(Patience, cancellationToken) is { } stored
                && codecs.FirstOrDefault(codec => codec.Kind == kind)?.CanRead(stored) == false;
        }
        catch (Exception fault) when (fault is RegistryException or TimeoutException)
        {
            return true;
        }
    }
}
