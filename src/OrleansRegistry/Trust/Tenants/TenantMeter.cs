using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Trust.Tenants;

/// <summary>Counts what a tenant has, in the store.</summary>
internal sealed class TenantMeter(IRecordStore store, StoredKinds kinds, SnapshotIndex snapshots, SnapshotObjects objects, TenantGate tenants)
{
    private const int Step = 500;
    private const int AtOnce = 8;

    private static readonly string[] OpenStates = [.. TaskStates.All.Where(state => !state.IsTerminal()).Select(state => state.ToV03())];

    public async Task<TenantUsage> MeasureAsync(string tenant, CancellationToken cancellationToken)
    {
        var (agents, bytes) = (0L, 0L);
        foreach (var kind in kinds.All)
        {
            var usage = await store.GetUsageAsync(kind, tenant, cancellationToken);
            if (kind == TrustKind.Kind && usage.Count == 1 && tenants.IsErased(tenant))
            {
                // That it was erased is nothing that it has.
                continue;
            }

            bytes += usage.Bytes;
            agents = kind == AgentKind.Kind ? usage.Count : agents;
        }

        bytes += await SumFilesAsync(tenant, cancellationToken) + await SumPartsAsync(tenant, cancellationToken);
        return new TenantUsage(agents, await CountOpenTasksAsync(tenant, cancellationToken), bytes);
    }

    public async Task<long> CountAgentsAsync(string tenant, CancellationToken cancellationToken) =>
        (await store.GetUsageAsync(AgentKind.Kind, tenant, cancellationToken)).Count;

    public async Task<long> CountOpenTasksAsync(string tenant, CancellationToken cancellationToken) =>
        (await store.GroupAsync(new RecordQuery(TaskKind.Kind, tenant), TaskKind.State, OpenStates, first: 0, cancellationToken))
        .Sum(group => group.Count);

    /// <summary>What the files of its snapshots take.</summary>
    private async Task<long> SumFilesAsync(string tenant, CancellationToken cancellationToken)
    {
        var query = new RecordQuery(SnapshotKind.Kind, tenant);
        var sum = 0L;
        for (RecordPosition? after = null; ;)
        {
            var page = await snapshots.ListAsync(query, after, Step, cancellationToken);
            sum += page.Sum(found => found.Entry?.Snapshot.CompressedSize ?? 0);
            if (page.Count < Step)
            {
                return sum;
            }

            after = page[^1].Listed.Position;
        }
    }

    /// <summary>What the parts of its uploads take that are not completed, which the store of files alone knows.</summary>
    private async Task<long> SumPartsAsync(string tenant, CancellationToken cancellationToken)
    {
        var sum = 0L;
        for (RecordKey? after = null; ;)
        {
            var page = await store.ListKeysAsync(SnapshotUploadKind.Kind, tenant, after, Step, cancellationToken);
            foreach (var some in page.Chunk(AtOnce))
            {
                sum += (await Task.WhenAll(some.Select(upload => SumPartsAsync(upload.Key, cancellationToken)))).Sum();
            }

            if (page.Count < Step)
            {
                return sum;
            }

            after = page[^1].Key;
        }
    }

    private async Task<long> SumPartsAsync(RecordKey key, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.ReadAsync(SnapshotUploadKind.Kind, key, cancellationToken) is not { } stored)
            {
                return 0;
            }

            var upload = SnapshotUploadKind.Read(stored);
            return (await objects.ListPartsAsync(upload.ObjectName, upload.ObjectUpload, cancellationToken)).Sum(part => part.Size);
        }
        catch (RegistryException)
        {
            // It was completed or dropped meanwhile, or the store of files is away, and takes no parts.
            return 0;
        }
    }
}
