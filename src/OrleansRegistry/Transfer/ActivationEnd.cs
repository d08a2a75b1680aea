using Orleans.Core.Internal;
using Orleans.Runtime;
using OrleansRegistry.Trust.Audit;

namespace OrleansRegistry.Transfer;

/// <summary>Ends the activations of grains whose records an import has replaced: the next read what is stored.</summary>
internal sealed class ActivationEnd(IGrainFactory grains)
{
    public Task RunAsync(IEnumerable<(TransferKind Kind, RecordKey Key)> replaced) => Task.WhenAll(
        replaced.Where(HasGrain)
            .Select(record => GrainOf(record.Kind, record.Key).AsReference<IGrainManagementExtension>().DeactivateOnIdle().AsTask()));

    /// <summary>That of the writer of a tenant's audit trail, whose pages are gone: the next begins anew.</summary>
    public Task RunAsync(string tenant) => grains.GetGrain<IAuditGrain>(GrainKeys.For(tenant, AuditGrainNames.Id))
        .AsReference<IGrainManagementExtension>().DeactivateOnIdle().AsTask();

    private static bool HasGrain((TransferKind Kind, RecordKey Key) record) =>
        record.Kind != TransferKind.AgentVersions && record.Kind != TransferKind.Vectors && record.Kind != TransferKind.Trust
        && record.Kind != TransferKind.Reviews;

    private IAddressable GrainOf(TransferKind kind, RecordKey key)
    {
        var name = GrainKeys.For(key.Tenant, key.Id);
        if (kind == TransferKind.Agents)
        {
            return grains.GetGrain<IAgentGrain>(name);
        }

        if (kind == TransferKind.Tasks)
        {
            return grains.GetGrain<ITaskGrain>(name);
        }

        if (kind == TransferKind.Subscriptions)
        {
            return grains.GetGrain<ISubscriptionGrain>(name);
        }

        return kind == TransferKind.Contexts ? grains.GetGrain<IContextGrain>(name) : grains.GetGrain<IFeedbackGrain>(name);
    }
}
