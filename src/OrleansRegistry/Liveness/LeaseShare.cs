using Orleans.Runtime;

namespace OrleansRegistry.Liveness;

/// <summary>
/// Which <see cref="ILeaseGrain"/> an agent beats at. There are so many for all agents that a thousand beats are few calls, and that silos share the
/// agents about equally.
/// </summary>
internal static class LeaseShare
{
    /// <summary>Never another number: silos of two versions would judge the same agents in two places.</summary>
    public const int Count = 64;

    public static int Of(in LeaseKey key) => (int)(StableHash.ComputeHash(
        key.Instance is null ? $"{key.Tenant}/{key.AgentId}" : $"{key.Tenant}/{key.AgentId}/{key.Instance}") % Count);

    public static string KeyOf(int share) => $"leases/{share}";
}
