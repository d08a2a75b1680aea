using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Transfer;

/// <summary>Writes what a store holds as lines. One task reads the store, another makes the lines.</summary>
internal sealed partial class RegistryExporter(IRecordStore store, ILogger logger)
{
    private const int ChunkRecords = 128;
    private const int ChunkBytes = 1024 * 1024;
    private const int PagesAtOnce = 32;

    /// <summary>How often the head of a log is read again whose pages were deleted meanwhile.</summary>
    private const int Attempts = 10;

    /// <summary>Leaves out revisions, and tells agents in the order of keys: so that stores can be compared of which one could not keep them.</summary>
    public bool WithoutRevisions { get; init; }

    /// <summary>Tells what is in no export, too: to compare stores.</summary>
    public bool WithIndexes { get; init; }

    /// <exception cref="RegistryException">The request is not valid, or the store cannot be read.</exception>
    public async Task<ExportSummary> RunAsync(
        ExportRequest request, Stream output, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var kinds = WithIndexes ? TransferKind.AllAndIndexes : TransferKind.Of(request.Kinds);
        if (!request.WithTrust)
        {
            kinds = request.Kinds.Count == 0 || !kinds.Contains(TransferKind.Trust)
                ? [.. kinds.Where(kind => kind != TransferKind.Trust)]
                : throw new RegistryException(
                    RegistryError.Forbidden, "kinds: 'trust' has hashes of secrets, and is exported by who manages all tenants alone.", "kinds");
        }

        if (request.Tenant is { } tenant)
        {
            Identifiers.CheckTenant(tenant);
        }

        var start = RecordName.Read(request.After);
        if (start is not null)
        {
            kinds = [.. kinds.SkipWhile(kind => kind != start.Kind)];
        }

        using var lines = new LineWriter(output);
        var export = new Export(store, lines, request, progress, logger);
        var picture = kinds.Contains(TransferKind.Agents) ? await store.PictureAsync(AgentKind.Kind, cancellationToken) : null;
        await using (picture)
        {
            var header = new ExportHeader(WithoutRevisions ? 0 : picture?.Revision ?? 0, kinds, request.Tenant, request.Since, request.After);
            lines.Add(header, static (json, header) => header.Write(json));
            if (picture is not null)
            {
                export.Vectors = kinds.Contains(TransferKind.Vectors) ? new ExportedVectors(store) : null;
                var records = picture.Records;
                if (WithoutRevisions)
                {
                    var byKey = await store.ScanAsync(AgentKind.Kind, new RecordKey("", ""), cancellationToken);
                    records = byKey.Records.Select(agent => agent with { Version = 0 });
                }

                await export.WriteAsync(TransferKind.Agents, records, cancellationToken);
            }
        }

        foreach (var kind in kinds)
        {
            if (kind != TransferKind.Agents)
            {
                var after = start?.Kind == kind ? start.Key : new RecordKey("", "");
                var records = (await store.ScanAsync(kind.Kind, after, cancellationToken)).Records;
                records = kind == TransferKind.Vectors && export.Vectors is { } named ? named.Of(records, cancellationToken) : records;
                await export.WriteAsync(kind, records, cancellationToken);
            }
        }

        var sha256 = await lines.HashAsync(cancellationToken);
        lines.Add(new ExportTrailer(export.Counts, sha256), static (json, trailer) => trailer.Write(json));
        await lines.FlushAsync(cancellationToken);
        export.Report(isLast: true);
        return new ExportSummary(picture?.Revision ?? 0, export.Counts, sha256)
        {
            Unreadable = export.Unreadable,
            UnreadableCount = export.UnreadableCount,
        };
    }

    [LoggerMessage(LogLevel.Warning, "The export leaves out what cannot be read: {Reason}")]
    private static partial void LogLeftOut(ILogger logger, string reason);

    private sealed class Export(
        IRecordStore store, LineWriter lines, ExportRequest request, IProgress<TransferProgress>? progress, ILogger logger)
    {
        private readonly OrderedDictionary<string, long> counts = new(StringComparer.Ordinal);
        private long reported;
        private string? last;

        public IReadOnlyDictionary<string, long> Counts => counts;

        /// <summary>Those that agents name; null where not both are exported.</summary>
        public ExportedVectors? Vectors { get; set; }

        public List<string> Unreadable { get; } = [];

        public long UnreadableCount { get; private set; }

        private long Total => counts.Where(count => count.Key != TransferKind.Pages).Sum(count => count.Value);

        public async Task WriteAsync(TransferKind kind, IAsyncEnumerable<StoredRecord> records, CancellationToken cancellationToken)
        {
            if (TransferKind.All.Contains(kind))
            {
                counts[kind.Plural] = 0;
            }

            if (kind.HasPages)
            {
                counts.TryAdd(TransferKind.Pages, 0);
            }

            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var chunks = Channel.CreateBounded<List<StoredRecord>>(new BoundedChannelOptions(4) { SingleReader = true, SingleWriter = true });
            var reading = Task.Run(() => ReadAsync(records, chunks.Writer, ending.Token), CancellationToken.None);
            try
            {
                await foreach (var chunk in chunks.Reader.ReadAllAsync(cancellationToken))
                {
                    foreach (var record in chunk)
                    {
                        if (request.Tenant is null || request.Tenant == record.Key.Tenant)
                        {
                            await WriteAsync(kind, record, cancellationToken);
                        }
                    }

                    await lines.FlushIfFullAsync(cancellationToken);
                    Report(isLast: false);
                }
            }
            finally
            {
                await ending.CancelAsync();
                await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        public void Report(bool isLast)
        {
            if (progress is not null && (isLast || Total - reported >= 1_000))
            {
                reported = Total;
                progress.Report(new TransferProgress(reported, null, last));
            }
        }

        private static async Task ReadAsync(
            IAsyncEnumerable<StoredRecord> records, ChannelWriter<List<StoredRecord>> chunks, CancellationToken cancellationToken)
        {
            try
            {
                var chunk = new List<StoredRecord>(ChunkRecords);
                var bytes = 0L;
                await foreach (var record in records.WithCancellation(cancellationToken))
                {
                    chunk.Add(record);
                    bytes += record.Body.Document.Length + record.Body.Fields.Length;
                    if (chunk.Count == ChunkRecords || bytes > ChunkBytes)
                    {
                        await chunks.WriteAsync(chunk, cancellationToken);
                        chunk = new List<StoredRecord>(ChunkRecords);
                        bytes = 0;
                    }
                }

                await chunks.WriteAsync(chunk, cancellationToken);
                chunks.Complete();
            }
#pragma warning disable CA1031 // Whoever reads the chunks gets it.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                chunks.Complete(fault);
            }
        }

        /// <summary>Writes a head and its pages. Where one of those is gone meanwhile, so is that head: the one in its place is told.</summary>
        private async ValueTask WriteAsync(TransferKind kind, StoredRecord record, CancellationToken cancellationToken)
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                if (Read(kind, record) is not { } head || (request.Since is { } since && head.ChangedAt < since))
                {
                    return;
                }

                lines.Hold();
                lines.Add((kind.Kind, record), static (json, line) => RecordLine.Write(json, line.Kind, line.record));
                try
                {
                    if (await WritePagesAsync(head, cancellationToken) is { } pages)
                    {
                        Count(kind, record.Key, pages);
                        Vectors?.Add(record.Key, head.Vectors);
                        return;
                    }
                }
                catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
                {
                    TakeBack(kind, record.Key);
                    LeaveOut(unreadable.Message);
                    return;
                }

                TakeBack(kind, record.Key);
                var before = record.Version;
                if (await store.ReadAsync(kind.Kind, record.Key, cancellationToken) is not { } now)
                {
                    return;
                }

                record = now;
                if (record.Version == before && attempt > 0)
                {
                    break;
                }
            }

            LeaveOut($"{kind.Kind} '{record.Key.Id}' of tenant '{record.Key.Tenant}' names pages that are not there");
        }

        private void Count(TransferKind kind, RecordKey key, long pages)
        {
            lines.Keep();
            counts[kind.Plural] = counts.GetValueOrDefault(kind.Plural) + 1;
            if (kind.HasPages)
            {
                counts[TransferKind.Pages] += pages;
            }

            if (kind != TransferKind.Agents)
            {
                last = new RecordName(kind, key).ToString();
            }
        }

        private void TakeBack(TransferKind kind, RecordKey key)
        {
            if (!lines.TryTakeBack())
            {
                lines.Add((kind.Kind, Key: key), static (json, line) => RecordLine.WriteGone(json, line.Kind, line.Key));
            }
        }

        /// <returns>How many; null where one is not there any more.</returns>
        private async ValueTask<long?> WritePagesAsync(TransferHead head, CancellationToken cancellationToken)
        {
            var written = 0L;
            foreach (var keys in head.PageKeys().Chunk(PagesAtOnce))
            {
                var reads = Array.ConvertAll(keys, key => store.ReadAsync(PageKind.Kind, key, cancellationToken).AsTask());
                foreach (var page in await Task.WhenAll(reads))
                {
                    if (page is null)
                    {
                        return null;
                    }

                    RecordLine.CheckJson(PageKind.Kind, page);
                    lines.Add(page, static (json, page) => RecordLine.Write(json, PageKind.Kind, page));
                    written++;
                }

                await lines.FlushIfFullAsync(cancellationToken);
            }

            return written;
        }

        private TransferHead? Read(TransferKind kind, StoredRecord record)
        {
            try
            {
                return kind.Read(record);
            }
            catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
            {
                LeaveOut(unreadable.Message);
                return null;
            }
        }

        private void LeaveOut(string reason)
        {
            UnreadableCount++;
            if (Unreadable.Count < 1_000)
            {
                Unreadable.Add(reason);
                LogLeftOut(logger, reason);
            }
        }
    }
}
