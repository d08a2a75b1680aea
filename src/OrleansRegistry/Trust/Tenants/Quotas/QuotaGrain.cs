using Orleans.Concurrency;

namespace OrleansRegistry.Trust.Tenants;

[GrainType("registry.quota"), Reentrant, CollectionAgeLimit(Minutes = 5)]
internal sealed class QuotaGrain(TenantMeter meter, IRecordStore store, [RegistryTime] TimeProvider time) : CallingGrain, IQuotaGrain
{
    /// <summary>Others than those who ask for places store and remove too, such as imports.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Quota, Places> places = [];
    private readonly Dictionary<Quota, (long Limit, long At)> counts = [];
    private string tenant = "";

    public async Task<long?> Take(Quota quota, string id, long limit)
    {
        var of = PlacesOf(quota);
        var isCounted = counts.TryGetValue(quota, out var count);
        if (!isCounted || count.Limit != limit || time.GetElapsedTime(count.At) > Fresh)
        {
            counts[quota] = (limit, time.GetTimestamp());
            if (isCounted)
            {
                await of.RecountAsync();
            }
        }

        return await of.TakeAsync(id, limit);
    }

    public Task Tell(Quota quota, string id, bool isWritten)
    {
        PlacesOf(quota).Tell(id, isWritten);
        return Task.CompletedTask;
    }

    protected override Task ActivateAsync()
    {
        tenant = GrainKeys.Parse(this.GetPrimaryKeyString()).Tenant;
        return Task.CompletedTask;
    }

    private Places PlacesOf(Quota quota)
    {
        if (!places.TryGetValue(quota, out var found))
        {
            found = quota == Quota.Agents
                ? new Places(() => meter.CountAgentsAsync(tenant, default), id => IsThereAsync(AgentKind.Kind, id), time)
                : new Places(() => meter.CountOpenTasksAsync(tenant, default), id => IsThereAsync(TaskKind.Kind, id), time);
            places.Add(quota, found);
        }

        return found;
    }

    private async Task<bool> IsThereAsync(RecordKind kind, string id) => await store.ReadAsync(kind, new RecordKey(tenant, id)) is not null;
}
