using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansRegistry.Hosting;

/// <summary>Tells of stored records that cannot be read. The process is ready all the same: they spoil nothing else.</summary>
internal sealed class RecordsHealthCheck(IRecordStore store, IEnumerable<RecordStateCodec> codecs, UnreadableRecords unreadable) : IHealthCheck
{
    /// <summary>How many are read again at a time; once as many are still unreadable, no more are read.</summary>
    private const int Named = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (unreadable.IsEmpty)
        {
            return HealthCheckResult.Healthy("all that were met can be read");
        }

        var known = unreadable.Known;
        var names = new List<string>();
        var looked = 0;
        foreach (var some in known.Chunk(Named))
        {
            looked += some.Length;
            var looks = await Task.WhenAll(
                some.Select(async record => (record, StillThere: await IsUnreadableAsync(record.Kind, record.Key, cancellationToken))));
            foreach (var ((kind, key), stillThere) in looks)
            {
                if (stillThere)
                {
                    names.Add(UnreadableRecords.Name(kind, key));
                }
                else
                {
                    unreadable.Forget(kind, key);
                }
            }

            if (names.Count >= Named)
            {
                break;
            }
        }

        var others = known.Count - looked;
        return names.Count + others == 0
            ? HealthCheckResult.Healthy("all that were met can be read")
            : HealthCheckResult.Degraded(
                $"{names.Count + others} cannot be read, and the rest goes on: "
                    + $"{string.Join(", ", names.Order(StringComparer.Ordinal))}{(others > 0 ? $" and {others} more" : "")}");
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
