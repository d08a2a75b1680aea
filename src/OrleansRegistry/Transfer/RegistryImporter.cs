using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Trust.Reviews;

namespace OrleansRegistry.Transfer;

/// <summary>Reads a file and stores what it tells. Lines are checked on all processors, and stored in their order.</summary>
internal sealed partial class RegistryImporter(
    IRecordStore store, AgentRules rules, ActivationEnd? activations, [RegistryTime] TimeProvider time, ILogger logger, TransferLimits? limits = null)
{
    private readonly TransferLimits limits = limits ?? new TransferLimits();
    private readonly LineCheck check = new(rules);

    public async Task<ImportReport> RunAsync(
        Stream input, ImportRequest request, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        Identifiers.CheckCaller(request.Caller);
        await using var reader = new LineReader(input, limits);
        var first = await reader.ReadAsync(cancellationToken)
            ?? throw new RegistryException(RegistryError.Invalid, "The file is empty: not even the first line of an export is there.");
        var session = new ImportSession(store, request, activations, progress, cancellationToken);
        try
        {
            if (ExportHeader.Read(first[0]) is { } header)
            {
                await ReadExportAsync(reader, first, header, request, session, cancellationToken);
            }
            else
            {
                var file = await reader.ReadToEndAsync(first, cancellationToken);
                await foreach (var line in new LegacyFile(store, check, request.Caller, time).ReadAsync(file, cancellationToken))
                {
                    await session.AddAsync(line);
                }

                await session.FinishAsync();
            }
        }
        finally
        {
            await session.EndAsync();
        }

        var report = session.Tally.Report;
        LogImported(
            logger,
            report.Created,
            report.Replaced,
            report.Same,
            report.Kept,
            report.FaultCount,
            request.DryRun ? " (nothing was stored)" : "");
        return report;
    }

    private async Task ReadExportAsync(
        LineReader reader,
        LineChunk first,
        ExportHeader header,
        ImportRequest request,
        ImportSession session,
        CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var checking = new Queue<(LineChunk Chunk, Task<CheckedLine[]> Lines)>();
        CheckedLine? last = null;
        for (var chunk = first; chunk is not null || checking.Count > 0;)
        {
            if (chunk is not null)
            {
                var of = chunk;
                checking.Enqueue((of, Task.Run(() => Check(of, request.Caller), cancellationToken)));
                chunk = await reader.ReadAsync(cancellationToken);
            }

            if (chunk is null || checking.Count > Environment.ProcessorCount)
            {
                var (done, lines) = checking.Dequeue();
                last = await TakeAsync(done, await lines, hash, last, session);
            }
        }

        await session.FinishAsync();
        if (last?.Trailer is not { } trailer)
        {
            throw new RegistryException(
                RegistryError.Invalid,
                $"The file is cut off after line {reader.Lines}: the last line of an export is missing. "
                    + "What came before stays; import the whole file.");
        }

        Verify(last.Number, trailer, session, hash);
        if (header.HasAgents && !request.DryRun && request.Caller.May(Permissions.Tenants)
            && header.Revision > await store.CurrentRevisionAsync(AgentKind.Kind, cancellationToken))
        {
            // What was removed after the newest agent: no revision of the registry that was exported is given out again.
            await store.ImportAsync(AgentKind.Kind, [new RecordChange(new RecordKey("", ""), header.Revision, null)], false, cancellationToken);
        }
    }

    private CheckedLine[] Check(LineChunk chunk, Caller caller)
    {
        var lines = new List<CheckedLine>(chunk.Lines.Count);
        for (var i = 0; i < chunk.Lines.Count; i++)
        {
            if ((chunk.FirstLine > 1 || i > 0) && chunk[i].Span.TrimEnd((byte)'\r').Length > 0)
            {
                var line = check.Check(chunk.FirstLine + i, chunk[i]);
                lines.Add(caller.May(Permissions.Tenants) ? line : OfOne(line, caller.Tenant));
            }
        }

        return [.. lines];
    }

    /// <summary>Who imports for one tenant stores nothing for others, and no revision, as those are counted over all tenants.</summary>
    private static CheckedLine OfOne(CheckedLine line, string tenant) =>
        line.Line is not { } record ? line
        : record.Key.Tenant != tenant
            ? new CheckedLine(line.Number, null, null, $"it is another tenant's, and this caller imports for '{tenant}' alone")
        : line.Kind == TransferKind.Trust
            ? new CheckedLine(line.Number, null, null, "keys, users and rules say who may do what: who manages all tenants imports them")
        : line.Kind == TransferKind.Reviews && !record.IsGone && IsToBeRegistered(record)
            ? new CheckedLine(line.Number, null, null, "it was approved elsewhere, and is not registered: have it decided here")
        : line with { Line = record with { Version = 1 } };

    private static bool IsToBeRegistered(RecordLine record) =>
        ReviewKind.Read(new StoredRecord(record.Key, 1, record.Body)) is { State: ReviewState.Approved, IsApplied: false };

    /// <returns>The last line of all.</returns>
    private static async ValueTask<CheckedLine?> TakeAsync(
        LineChunk chunk, CheckedLine[] lines, IncrementalHash hash, CheckedLine? last, ImportSession session)
    {
        var trailer = Array.Find(lines, line => line.Trailer is not null);
        if (last?.Trailer is null)
        {
            hash.AppendData(chunk.Before(trailer is null ? chunk.Lines.Count : (int)(trailer.Number - chunk.FirstLine)));
        }

        foreach (var line in lines)
        {
            if (last?.Trailer is not null)
            {
                session.Tally.Fault(line.Number, $"line {last.Number} is the last of an export, and more follows: import each file by itself");
                return last;
            }

            last = line;
            if (line.Trailer is null)
            {
                await session.AddAsync(line);
            }
        }

        return last;
    }

    private static void Verify(long line, ExportTrailer trailer, ImportSession session, IncrementalHash hash)
    {
        foreach (var (kind, count) in trailer.Counts)
        {
            if (!session.Tally.HasFaults && session.Tally.Told.GetValueOrDefault(kind) is var told && told != count)
            {
                session.Tally.Fault(line, $"the file says that it has {count} {kind}, and {told} were read");
            }
        }

        if (Convert.ToHexStringLower(hash.GetCurrentHash()) != trailer.Sha256)
        {
            session.Tally.Fault(line, "the file was changed after it was exported: its lines do not have the SHA-256 that this line names");
        }
    }

    [LoggerMessage(
        LogLevel.Information, "Imported: {Created} new, {Replaced} replaced, {Same} there already, {Kept} kept as they are, {Faults} wrong{Note}")]
    private static partial void LogImported(ILogger logger, long created, long replaced, long same, long kept, long faults, string note);
}
