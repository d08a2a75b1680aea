using OrleansRegistry.Trust.Reviews;
using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Trust;

/// <summary>Exports, imports and backups for callers.</summary>
internal sealed class DataGate(
    Operations operations, TenantGate tenants, TenantQuotas quotas, TenantRoom room, SignatureGate signatures, ReviewDemands reviews) : IDataGate
{
    public async Task<T> RunAsync<T>(DataUse use, Caller caller, string? id, Func<Task<T>> run)
    {
        if (use != DataUse.Export)
        {
            return await AdmitAsync(use, caller, id, run);
        }

        await AdmitAsync(use, caller, id, () => Task.FromResult(true));
        return await run();
    }

    public IImportTerms TermsOf(Caller caller) => new ImportTerms(caller, tenants, quotas, room, signatures, reviews);

    private Task<T> AdmitAsync<T>(DataUse use, Caller caller, string? id, Func<Task<T>> run) => operations.RunAsync(
        OperationOf(use),
        caller,
        id,
        () => caller.Agents is null
            ? run()
            : throw new RegistryException(
                RegistryError.Forbidden, "This caller's credential is for certain agents: it takes out and puts in nothing beside them."));

    private static Operation OperationOf(DataUse use) => use switch
    {
        DataUse.Export => DataOperations.Export,
        DataUse.CheckExport => DataOperations.CheckExport,
        DataUse.Import => DataOperations.Import,
        DataUse.CheckImport => DataOperations.CheckImport,
        DataUse.MakeBackup => DataOperations.MakeBackup,
        _ => DataOperations.ReadBackup,
    };
}
