using Orleans.Concurrency;

namespace OrleansRegistry.Trust.Tenants;

[GrainType("registry.quota"), Reentrant, CollectionAgeLimit(Minutes = 5)]
internal sealed class QuotaGrain(TenantMeter meter, IRecordStore store, [RegistryTime] TimeProvider time) : CallingGrain, IQuotaGrain
{
    private readonly Dictionary<Quota, Places> places = [];
    private string tenant = "";

    public Task<long?> Take(Quota quota, string id, long limit) => PlacesOf(quota).TakeAsync(id, limit);

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
