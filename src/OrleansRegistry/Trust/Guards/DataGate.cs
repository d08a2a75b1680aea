using OrleansRegistry.Trust.Reviews;

namespace OrleansRegistry.Trust;

/// <summary>Exports, imports and backups for callers.</summary>
internal sealed class DataGate(Operations operations, TenantGate tenants, TenantQuotas quotas, TenantRoom room, ReviewDemands reviews) : IDataGate
{
    public Task<T> RunAsync<T>(DataUse use, Caller caller, string? id, Func<Task<T>> run) => operations.RunAsync(
        OperationOf(use),
        caller,
        id,
        () => caller.Agents is null
            ? run()
            : throw new RegistryException(
                RegistryError.Forbidden, "This caller's credential is for certain agents: it takes out and puts in nothing beside them."));

    public IImportTerms TermsOf(Caller caller) => new ImportTerms(caller, tenants, quotas, room, reviews);

    private static Operation OperationOf(DataUse use) => use switch
    {
        DataUse.Export => DataOperations.Export,
        DataUse.Import => DataOperations.Import,
        DataUse.CheckImport => DataOperations.CheckImport,
        DataUse.MakeBackup => DataOperations.MakeBackup,
        _ => DataOperations.ReadBackup,
    };
}
