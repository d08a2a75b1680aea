using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;

namespace OrleansRegistry.Cli.Data;

/// <summary>What is exported from or imported into: a registry over HTTP, or a store.</summary>
internal abstract class TransferSide : IAsyncDisposable
{
    /// <summary>The one that the words name.</summary>
    /// <param name="readOnly">A store is only read, on SQLite also beside the server.</param>
    public static async Task<TransferSide> OpenAsync(CommandCall call, StoreUse use, bool readOnly = false) =>
        call.Get(call.Options.Store) is { } store && !call.HasUrl
            ? new StoreSide(await OpenStore.OpenAsync(call, store, use, readOnly))
            : new HttpSide((await call.ConnectAsync(use)).Api);

    /// <param name="output">Counts the lines that go through it.</param>
    public abstract Task<ExportSummary> ExportAsync(ExportRequest request, LineCounter output, Meter meter, CancellationToken cancellation);

    /// <param name="length">Of the input, where it is known; else 0.</param>
    public abstract Task<ImportReport> ImportAsync(Stream input, long length, ImportRequest request, Meter meter, CancellationToken cancellation);

    public abstract ValueTask DisposeAsync();

    private sealed class StoreSide(OpenStore store) : TransferSide
    {
        public override Task<ExportSummary> ExportAsync(
            ExportRequest request, LineCounter output, Meter meter, CancellationToken cancellation) =>
            store.Transfer.ExportAsync(request, output, new Reports(progress => meter.Set(progress.Records)), cancellation);

        public override Task<ImportReport> ImportAsync(
            Stream input, long length, ImportRequest request, Meter meter, CancellationToken cancellation)
        {
            var counted = new CountingStream(input);
            var reports = new Reports(progress =>
            {
                meter.Set(progress.Records);

                // How many there will be follows from how much of the file they took so far.
                meter.Total = length > 0 && counted.Count > 0 ? (long)(progress.Records * ((double)length / counted.Count)) : 0;
            });
            return store.Transfer.ImportAsync(counted, request, reports, cancellation);
        }

        public override ValueTask DisposeAsync() => store.DisposeAsync();
    }

    private sealed class HttpSide(RegistryApi api) : TransferSide
    {
        private const string Bytes = "application/octet-stream";

        public override async Task<ExportSummary> ExportAsync(
            ExportRequest request, LineCounter output, Meter meter, CancellationToken cancellation)
        {
            output.Meter = meter;
            var path = ApiPath.With(
                "export",
                [
                    ("tenant", request.Tenant),
                    .. request.Kinds.Select(kind => ("kind", (string?)kind)),
                    ("since", request.Since?.ToString("O", CultureInfo.InvariantCulture)),
                    ("after", request.After),
                ]);
            using var asked = RegistryApi.Request(HttpMethod.Get, path);
            using var response = await api.OpenAsync(asked, cancellation);
            await api.CheckAsync(response, cancellation);
            await using var lines = await response.Content.ReadAsStreamAsync(cancellation);
            await lines.CopyToAsync(output, cancellation);
            return output.ReadEnd();
        }

        public override async Task<ImportReport> ImportAsync(
            Stream input, long length, ImportRequest request, Meter meter, CancellationToken cancellation)
        {
            meter.Unit = "KiB";
            meter.Total = length / 1024;
            var path = ApiPath.With(
                "import",
                ("dry_run", request.DryRun ? "true" : null),
                ("skip_faults", request.SkipFaults ? "true" : null),
                ("replace", request.Replace ? "true" : null));
            using var asked = RegistryApi.Request(HttpMethod.Post, path);

            // A registry that takes none says so before all of it is sent.
            asked.Headers.ExpectContinue = true;
            asked.Content = new StreamContent(new CountingStream(input, count => meter.Set(count / 1024)))
            {
                Headers = { ContentType = new MediaTypeHeaderValue(Bytes) },
            };
            using var response = await api.OpenAsync(asked, cancellation);
            using var answer = await api.ReadAsync(response, cancellation);
            return Read(answer.Json);
        }

        public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static ImportReport Read(JsonElement report) => new(
            report.Number("created"),
            report.Number("replaced"),
            report.Number("same"),
            report.Number("kept"),
            report.Number("newVersions"),
            [.. report.Entries("faults").Select(fault => new ImportFault(fault.Number("line"), fault.Text("reason") ?? ""))],
            report.Number("faultCount"));
    }

    private sealed class Reports(Action<TransferProgress> take) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => take(value);
    }
}
