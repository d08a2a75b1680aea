namespace OrleansRegistry.Trust.Tenants;

/// <summary>What is counted of a tenant. The numbers go between silos: never reuse one.</summary>
[GenerateSerializer, Alias("registry.Quota")]
internal enum Quota : byte
{
    Agents = 1,
    OpenTasks = 2,
}

/// <summary>
/// Gives out the places that a tenant has left, one a new agent or task. Its key is the tenant. It counts what is stored when it is activated and
/// whenever no place is left, and knows which it gave since: so no two get the last one, on whichever nodes they are. It keeps nothing: where its silo is
/// lost, what was being written then is not counted, once.
/// </summary>
[Alias("registry.IQuotaGrain")]
internal interface IQuotaGrain : IGrainWithStringKey
{
    /// <summary>Takes a place for what is about to be written.</summary>
    /// <returns>How many there are, where none is left; else null.</returns>
    [Alias("Take")]
    Task<long?> Take(Quota quota, string id, long limit);

    /// <summary>Tells what became of a place: it was written, or not.</summary>
    [Alias("Tell")]
    Task Tell(Quota quota, string id, bool isWritten);
}
