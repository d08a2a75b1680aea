namespace OrleansRegistry.Trust;

/// <summary>Hears of every change that callers make, and of every one that is refused them.</summary>
internal interface IOperationAudit
{
    /// <summary>Before a change begins.</summary>
    /// <exception cref="RegistryException">Changes of the caller's tenant stop, as they cannot be audited.</exception>
    void DemandReady(Caller caller);

    /// <summary>After a change, and before its caller is answered.</summary>
    /// <param name="ids">Of what it was about, an entry each; null for one that is about nothing in particular.</param>
    /// <param name="fault">Null for what was done; else why it was not, or perhaps not.</param>
    /// <exception cref="RegistryException">There is no entry of it yet: the caller is to be told that the change may have happened all the same.</exception>
    ValueTask TellAsync(Operation operation, Caller caller, IReadOnlyList<string?> ids, Exception? fault);
}
