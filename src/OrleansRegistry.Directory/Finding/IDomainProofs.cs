namespace OrleansRegistry.Directory;

/// <summary>Whose domains are proved. Asked for each agent of a list: answers from memory, at once.</summary>
internal interface IDomainProofs
{
    /// <summary>Whether a subject has proved each of some hosts; false where there are none.</summary>
    bool Prove(string tenant, string? subject, IReadOnlyList<string> hosts);
}
