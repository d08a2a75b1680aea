namespace OrleansRegistry.Trust.Domains;

/// <summary><see cref="IDomains"/> for callers.</summary>
internal sealed class GuardedDomains(DomainRecords domains, Operations operations) : IDomains
{
    private static readonly Operation Begin = new("registry.domain.begin", Permissions.AgentsWrite, IsChange: true) { Grows = true };
    private static readonly Operation List = new("registry.domain.list", Permissions.AgentsRead | Permissions.AgentsWrite);
    private static readonly Operation Verify = new("registry.domain.verify", Permissions.AgentsWrite, IsChange: true);
    private static readonly Operation Remove = new("registry.domain.remove", Permissions.AgentsWrite, IsChange: true);

    public Task<DomainProof> BeginAsync(Caller caller, string domain, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            Begin,
            caller,
            domain,
            async () => domains.Shown(await domains.BeginAsync(Checked(caller), DomainText.Check(domain), cancellationToken)),
            proof => proof.Domain);

    public Task<IReadOnlyList<DomainProof>> ListAsync(Caller caller, CancellationToken cancellationToken = default) => operations.RunAsync(
        List, caller, null, () => Task.FromResult<IReadOnlyList<DomainProof>>([.. domains.Of(Checked(caller)).Select(domains.Shown)]));

    public Task<DomainProof> VerifyAsync(Caller caller, string domain, CancellationToken cancellationToken = default) =>
        operations.RunAsync(
            Verify,
            caller,
            domain,
            async () => domains.Shown(await domains.VerifyAsync(Checked(caller), DomainText.Check(domain), cancellationToken)),
            proof => proof.Domain);

    public Task<bool> RemoveAsync(Caller caller, string domain, CancellationToken cancellationToken = default) => operations.RunAsync(
        Remove, caller, domain, async () => await domains.RemoveAsync(Checked(caller), DomainText.Check(domain), cancellationToken));

    private static Caller Checked(Caller caller)
    {
        Identifiers.CheckCaller(caller);
        return caller;
    }
}
