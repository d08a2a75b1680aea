namespace OrleansRegistry.Trust;

/// <summary>Hears of every change that callers make, and of every one that is refused them.</summary>
internal interface IOperationAudit
{
    /// <summary>Before a change begins.</summary>
    /// <exception cref="RegistryException">Changes stop, as they cannot be audited.</exception>
    void DemandReady();

    /// <summary>After a change, and before its caller is answered.</summary>
    /// <param name="id">Of what it was about; null where that is nothing in particular.</param>
    /// <param name="fault">Null for what was done; else why it was not, or perhaps not.</param>
    /// <exception cref="RegistryException">There is no entry of it: the caller is to be told that the change may have happened all the same.</exception>
    ValueTask TellAsync(Operation operation, Caller caller, string? id, Exception? fault);
}

/// <summary>Where there is no audit trail.</summary>
internal sealed class NoAudit : IOperationAudit
{
    public void DemandReady()
    {
    }

    public ValueTask TellAsync(Operation operation, Caller caller, string? id, Exception? fault) => default;
}
