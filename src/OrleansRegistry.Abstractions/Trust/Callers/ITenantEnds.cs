namespace OrleansRegistry;

/// <summary>Tells what is open when its tenant is closed: suspended, or being erased.</summary>
internal interface ITenantEnds
{
    /// <summary>Has a function called once the tenant is closed, at once where it is; until what is returned is disposed.</summary>
    /// <param name="end">May be called more than once, and must neither throw nor wait.</param>
    IDisposable OnEnd(string tenant, Action end);
}
