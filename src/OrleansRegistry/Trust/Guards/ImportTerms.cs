using OrleansRegistry.Trust.Reviews;
using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Trust;

/// <summary>What imports of a caller keep to: who does not manage all tenants, to what holds for the agents and tasks that it makes otherwise.</summary>
internal sealed class ImportTerms(
    Caller caller, TenantGate tenants, TenantQuotas quotas, TenantRoom room, SignatureGate signatures, ReviewDemands reviews) : IImportTerms
{
    public bool IsBound { get; } = !caller.May(Permissions.Tenants);

    public string? RefusalOf(string tenant) =>
        IsBound || tenants.IsErasing(tenant) || tenants.IsErased(tenant) ? tenants.RefusalOf(tenant) : null;

    public async Task<ImportVerdict> JudgeAsync(string agentId, string? owner, RawJson card, bool isNew, CancellationToken cancellationToken)
    {
        try
        {
            var found = await signatures.JudgeAsync(caller.Tenant, owner, card, cancellationToken);
            return new ImportVerdict(await reviews.JudgeImportedAsync(caller, agentId, card, isNew, cancellationToken), found);
        }
        catch (RegistryException refused) when (refused.Error == RegistryError.Invalid)
        {
            return new ImportVerdict(refused.Message);
        }
    }

    public Task DemandRoomAsync() => IsBound ? room.DemandAsync(caller.Tenant).AsTask() : Task.CompletedTask;

    public Task<T> StoreAgentsAsync<T>(IReadOnlyList<string> ids, Func<Task<T>> store) => StoreAsync(Quota.Agents, ids, store);

    public Task<T> StoreTasksAsync<T>(IReadOnlyList<string> ids, Func<Task<T>> store) => StoreAsync(Quota.OpenTasks, ids, store);

    private async Task<T> StoreAsync<T>(Quota quota, IReadOnlyList<string> ids, Func<Task<T>> store)
    {
        if (!IsBound)
        {
            return await store();
        }

        await room.DemandAsync(caller.Tenant);
        return await quotas.RunManyAsync(quota, caller.Tenant, ids, store);
    }
}
