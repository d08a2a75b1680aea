using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Trust;

/// <summary><see cref="ICardTrust"/> for callers.</summary>
internal sealed class GuardedCardTrust(CardTrust trust, Operations operations) : ICardTrust
{
    public static readonly Operation Read = new("registry.card_trust.read", Permissions.AgentsRead | Permissions.Policies);
    public static readonly Operation PutIssuer =
        new("registry.card_trust.put_issuer", Permissions.Policies, IsChange: true) { IsOfAllAgents = true };
    public static readonly Operation RemoveIssuer =
        new("registry.card_trust.remove_issuer", Permissions.Policies, IsChange: true) { IsOfAllAgents = true };
    public static readonly Operation PutPolicy =
        new("registry.card_trust.put_policy", Permissions.Policies, IsChange: true) { IsOfAllAgents = true };

    public Task<IReadOnlyList<CardIssuerInfo>> ListIssuersAsync(Caller caller, CancellationToken cancellationToken = default) =>
        operations.RunAsync(Read, caller, null, () => trust.ListIssuersAsync(caller, cancellationToken));

    public Task<CardIssuerInfo> PutIssuerAsync(
        Caller caller, string id, CardIssuerChange change, CancellationToken cancellationToken = default) =>
        operations.RunAsync(PutIssuer, caller, id, () => trust.PutIssuerAsync(caller, id, change, cancellationToken));

    public Task<bool> RemoveIssuerAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        operations.RunAsync(RemoveIssuer, caller, id, () => trust.RemoveIssuerAsync(caller, id, cancellationToken));

    public Task<CardPolicy> GetPolicyAsync(Caller caller, CancellationToken cancellationToken = default) =>
        operations.RunAsync(Read, caller, null, () => trust.GetPolicyAsync(caller, cancellationToken));

    public Task<CardPolicy> PutPolicyAsync(Caller caller, CardPolicy policy, CancellationToken cancellationToken = default) =>
        operations.RunAsync(PutPolicy, caller, null, () => trust.PutPolicyAsync(caller, policy, cancellationToken));
}
