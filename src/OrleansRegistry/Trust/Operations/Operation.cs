namespace OrleansRegistry.Trust;

/// <summary>Something that a caller can have done.</summary>
/// <param name="Name">Names it in spans and in the audit trail; never change one.</param>
/// <param name="Needs">The caller must have one of these.</param>
/// <param name="IsChange">What it changes is kept, so the audit trail has it. Beats and leases that are renewed are no changes in this sense.</param>
internal sealed record Operation(string Name, Permissions Needs, bool IsChange = false)
{
    /// <summary>It is about tenants, and not of the caller's own: a closed one is opened by it.</summary>
    public bool IsOfAnyTenant { get; init; }

    /// <summary>It is about no agent in particular: a credential for certain agents does not do it.</summary>
    public bool IsOfAllAgents { get; init; }

    /// <summary>It stores something more: a tenant that has as much as it may have is refused.</summary>
    public bool Grows { get; init; }
}
