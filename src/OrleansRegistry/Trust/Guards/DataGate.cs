namespace OrleansRegistry.Trust;

/// <summary>Exports, imports and backups for callers.</summary>
internal sealed class DataGate(Operations operations, TenantGate tenants, TenantMeter meter) : IDataGate
{
    public Task<T> RunAsync<T>(DataUse use, Caller caller, string? id, Func<Task<T>> run) => operations.RunAsync(
        OperationOf(use),
        caller,
        id,
        () => caller.Agents is null
            ? run()
            : throw new RegistryException(
                RegistryError.Forbidden, "This caller's credential is for certain agents: it takes out and puts in nothing beside them."));

    public async Task<long?> AgentsLeftAsync(Caller caller, CancellationToken cancellationToken) =>
        !caller.May(Permissions.Tenants) && tenants.Find(caller.Tenant)?.Value.Limits.Agents is { } limit
            ? Math.Max(0, limit - await meter.CountAgentsAsync(caller.Tenant, cancellationToken))
            : null;

    private static Operation OperationOf(DataUse use) => use switch
    {
        DataUse.Export => DataOperations.Export,
        DataUse.Import => DataOperations.Import,
        DataUse.CheckImport => DataOperations.CheckImport,
        DataUse.MakeBackup => DataOperations.MakeBackup,
        _ => DataOperations.ReadBackup,
    };
}
