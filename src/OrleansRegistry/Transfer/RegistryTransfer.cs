using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Transfer;

/// <summary>Exports from and imports into a store.</summary>
/// <param name="activations">Null where no registry runs on the store.</param>
internal sealed class RegistryTransfer(
    IRecordStore store, AgentRules rules, ActivationEnd? activations, [RegistryTime] TimeProvider time, ILogger<RegistryTransfer> logger)
    : IRegistryTransfer
{
    public Task<ExportSummary> ExportAsync(
        ExportRequest request, Stream output, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new RegistryExporter(store, logger).RunAsync(request, output, progress, cancellationToken);

    public Task<ImportReport> ImportAsync(
        Stream input, ImportRequest request, IProgress<TransferProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new RegistryImporter(store, rules, activations, time, logger).RunAsync(input, request, progress, cancellationToken);
}
