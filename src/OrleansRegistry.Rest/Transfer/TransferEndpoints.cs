using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansRegistry.Rest.Transfer;

/// <summary>All that the registry holds, of every tenant, out and in: <c>GET /export</c> and <c>POST /import</c>. Only where a setting allows it.</summary>
internal sealed class TransferEndpoints(IRegistryTransfer transfer, IDataGate gate, RegistryRestOptions options, TimeProvider time)
{
    public const string LinesType = "application/x-ndjson";
    public const string GzipType = "application/gzip";
    public const string AnyType = "application/octet-stream";

    private const string Tag = "Transfer";

    public void Map(ApiRoutes routes)
    {
        routes.Get("/export", ExportAsync, new ApiOperation("exportRegistry", Tag, "All that the registry holds, of every tenant, as JSON Lines")
            .Says("One line a record, with a line before them that tells what they are, and one after them with their counts and SHA-256: an answer "
                + "without that line was cut off. Secrets are in it: leases, webhooks, and hashes of keys and passwords. "
                + "Only where REGISTRY_ALLOW_TRANSFER is true.")
            .Query("tenant", "Of this tenant alone.")
            .Query(
                "kind",
                "Any of agents, versions, vectors, tasks, contexts, feedback, subscriptions, trust, reviews; all unless given.",
                repeats: true)
            .Query("since", "Only what changed at this time or later.")
            .Query("after", "Goes on after this record, with which an export ended that was cut off: task/acme/t-1.")
            .Query("gzip", "true: the lines as a gzip file.", "boolean")
            .Answer(200, "The lines.", "Export", contentType: LinesType)
            .Problems(400, 403, 503));
        routes.Post("/import", ImportAsync, new ApiOperation("importRegistry", Tag, "Store what an export holds, or a file of an older system")
            .Says("What is there already stays as it is: the same file sent twice changes nothing the second time. Ids, times and, as far as this "
                + "registry is behind them, agents' revisions stay. Only where REGISTRY_ALLOW_TRANSFER is true.")
            .Body("Export", LinesType, GzipType, AnyType, JsonContentType.Json)
            .Query("dry_run", "true: check everything, and store nothing.", "boolean", aliases: "dryRun")
            .Query(
                "skip_faults", "true: go on after a line that is wrong, and tell it; else the import ends there.", "boolean", aliases: "skipFaults")
            .Query("replace", "true: what is there with another content is replaced; else it stays.", "boolean")
            .Answer(200, "What was done.", "ImportReport")
            .Problems(400, 403, 413, 503, 507));
    }

    private async Task ExportAsync(HttpContext context)
    {
        DemandAllowed();
        var caller = context.GetCaller();
        caller.Demand(Permissions.DataExport | Permissions.Tenants);
        var parameters = new QueryParameters(context);
        var request = new ExportRequest
        {
            Tenant = TenantOf(caller, parameters.Text("tenant")),
            Kinds = parameters.Texts("kind"),
            WithTrust = caller.May(Permissions.Tenants),
            Since = parameters.Time("since"),
            After = parameters.Text("after"),
        };
        var packs = parameters.Boolean("gzip") ?? false;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            await gate.RunAsync(DataUse.CheckExport, caller, request.Tenant, () => Task.FromResult(true));
            context.Response.ContentType = packs ? GzipType : LinesType;
            return;
        }

        await gate.RunAsync(
            DataUse.Export,
            caller,
            request.Tenant,
            () => CallerExpiry.RunAsync(context, time, cancellation => SendAsync(context, request, packs, cancellation)));
    }

    private async Task<bool> SendAsync(HttpContext context, ExportRequest request, bool packs, CancellationToken cancellation)
    {
        await using var output = new ResponseStream(context, packs ? GzipType : LinesType);
        if (!packs)
        {
            await transfer.ExportAsync(request, output, progress: null, cancellation);
            return true;
        }

        var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true);
        await transfer.ExportAsync(request, gzip, progress: null, cancellation);

        // Not after a fault: a file that ends as it should would hide it.
        await gzip.DisposeAsync();
        return true;
    }

    private async Task ImportAsync(HttpContext context)
    {
        DemandAllowed();
        var caller = context.GetCaller();
        caller.Demand(Permissions.DataImport | Permissions.Tenants);
        var parameters = new QueryParameters(context);
        var request = new ImportRequest
        {
            Caller = caller,
            DryRun = parameters.Boolean("dry_run") ?? false,
            SkipFaults = parameters.Boolean("skip_faults") ?? false,
            Replace = parameters.Boolean("replace") ?? false,
            Terms = gate.TermsOf(caller),
        };

        // However long it is, it is read in pieces.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        var report = await gate.RunAsync(
            request.DryRun ? DataUse.CheckImport : DataUse.Import,
            caller,
            id: null,
            () => CallerExpiry.RunAsync(
                context, time, cancellation => transfer.ImportAsync(new SentStream(context), request, progress: null, cancellation)));
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteBoolean("dryRun"u8, request.DryRun);
        json.WriteNumber("created"u8, report.Created);
        json.WriteNumber("replaced"u8, report.Replaced);
        json.WriteNumber("same"u8, report.Same);
        json.WriteNumber("kept"u8, report.Kept);
        json.WriteNumber("newVersions"u8, report.NewVersions);
        json.WriteNumber("faultCount"u8, report.FaultCount);
        json.WriteStartArray("faults"u8);
        foreach (var fault in report.Faults)
        {
            json.WriteStartObject();
            json.WriteNumber("line"u8, fault.Line);
            json.WriteString("reason"u8, fault.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        await answer.SendObjectAsync(context);
    }

    /// <summary>Of all tenants where the caller manages tenants; else of its own.</summary>
    private static string? TenantOf(Caller caller, string? asked)
    {
        if (!caller.May(Permissions.Tenants) && asked is not null && asked != caller.Tenant)
        {
            caller.Demand(Permissions.Tenants);
        }

        return caller.May(Permissions.Tenants) ? asked : caller.Tenant;
    }

    private void DemandAllowed()
    {
        if (!options.AllowTransfer)
        {
            throw new RegistryException(
                RegistryError.Forbidden,
                "This registry lets nobody export or import over HTTP: REGISTRY_ALLOW_TRANSFER=true allows it. "
                    + "The command line does both on the store itself.");
        }
    }
}
