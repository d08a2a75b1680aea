namespace OrleansRegistry.Trust.Audit;

/// <summary>The one writer of a tenant's audit trail. Two activations, while a silo fails, do no harm: <see cref="AuditChain"/>.</summary>
[Alias("registry.IAuditGrain")]
internal interface IAuditGrain : IGrainWithStringKey
{
    /// <summary>Appends; ends once it is durable.</summary>
    [Alias("Append")]
    Task Append(AuditBatch batch);

    /// <summary>Removes the pages that were written before a time, but not the last, and writes that it did.</summary>
    /// <returns>How many pages are gone.</returns>
    [Alias("Trim")]
    Task<int> Trim(DateTimeOffset before);
}

/// <summary>How the grain is called.</summary>
internal static class AuditGrainNames
{
    /// <summary>The id in the grain's key, beside the tenant.</summary>
    public const string Id = "audit";
}
