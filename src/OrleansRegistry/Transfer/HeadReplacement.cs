using Orleans.Storage;

namespace OrleansRegistry.Transfer;

/// <summary>
/// Puts heads with their pages in the place of others. At each moment one of the two is stored whole: what stops in the middle loses neither, and is
/// made again.
/// </summary>
internal sealed class HeadReplacement(IRecordStore store, ActivationEnd? activations, CancellationToken cancellationToken)
{
    private const int BatchRecords = 1_000;

    /// <summary>Sets <see cref="HeadGroup.Imported"/> of those that are replaced or refused. The others were written by somebody else meanwhile.</summary>
    public async Task RunAsync(TransferKind kind, IReadOnlyList<HeadGroup> groups)
    {
        var all = groups.Select(group => new Replaced(group)).ToArray();

        // With another version, what a grain is about to write of the old one is refused: pages too, unless nothing is there yet.
        await WriteHeadsAsync(kind, [.. all.Where(replaced => replaced.Old is not null)], replaced => replaced.Group.Before!.Body);
        await EndActivationsAsync(kind, groups);
        await WritePagesAsync([.. all.Where(replaced => !replaced.IsOver).SelectMany(replaced => replaced.FreePages())]);
        await WriteSharedPagesAsync([.. all.Where(replaced => !replaced.IsOver)]);
        foreach (var replaced in all.Where(replaced => replaced is { IsOver: false, HasOtherPages: true }))
        {
            await MoveAsync(kind, replaced);
        }

        await WriteHeadsAsync(kind, [.. all.Where(replaced => !replaced.IsOver)], replaced => replaced.Group.Head.Body);
        var done = all.Where(replaced => !replaced.IsOver).ToArray();
        await RemovePagesAsync([.. done.SelectMany(replaced => replaced.UnusedPages())]);
        foreach (var replaced in done)
        {
            replaced.Group.Imported = new ImportedRecord(ImportResult.Replaced, replaced.Version);
        }
    }

    /// <summary>Writes pages under names that the old head has not.</summary>
    private async Task WritePagesAsync(IReadOnlyList<RecordChange> pages)
    {
        foreach (var batch in pages.Chunk(BatchRecords))
        {
            // What is there under these names belongs to no head: an import left it that stopped.
            var imported = await store.ImportAsync(PageKind.Kind, batch, replace: true, cancellationToken);
            if (imported.FirstOrDefault(page => page.Refusal is not null).Refusal is { } refusal)
            {
                throw refusal;
            }
        }
    }

    /// <summary>Pages whose names the old head has too: mostly they are the same, as the two are of one record.</summary>
    private async Task WriteSharedPagesAsync(IReadOnlyList<Replaced> all)
    {
        var shared = all.SelectMany(replaced => replaced.SharedPages().Select(page => (replaced, page)));
        foreach (var batch in shared.Chunk(BatchRecords))
        {
            var imported = await store.ImportAsync(PageKind.Kind, [.. batch.Select(one => one.page)], replace: false, cancellationToken);
            for (var i = 0; i < batch.Length; i++)
            {
                batch[i].replaced.HasOtherPages |= imported[i].Result is not (ImportResult.Created or ImportResult.Same);
            }
        }
    }

    /// <summary>Frees the names of pages: the new head takes its place with pages of other names first, after those of both.</summary>
    private async Task MoveAsync(TransferKind kind, Replaced replaced)
    {
        var (body, pages) = replaced.Elsewhere(kind);
        await WritePagesAsync(pages);
        await WriteHeadsAsync(kind, [replaced], _ => body);
        if (!replaced.IsOver)
        {
            await WritePagesAsync(replaced.Group.Pages);
            replaced.Moved = pages;
        }
    }

    private Task WriteHeadsAsync(TransferKind kind, IReadOnlyList<Replaced> all, Func<Replaced, RecordBody> bodyOf) =>
        Task.WhenAll(all.Select(async replaced =>
        {
            try
            {
                replaced.Version = await store.WriteAsync(kind.Kind, replaced.Group.Head.Key, replaced.Version, bodyOf(replaced), cancellationToken);
            }
            catch (InconsistentStateException)
            {
                replaced.IsOver = true;
            }
            catch (RegistryException refusal) when (refusal.Error is RegistryError.Invalid or RegistryError.Conflict)
            {
                replaced.IsOver = true;
                replaced.Group.Imported = new ImportedRecord(ImportResult.Refused, 0, refusal);
            }
        }));

    private async Task RemovePagesAsync(IReadOnlyList<RecordKey> keys)
    {
        foreach (var batch in keys.Chunk(BatchRecords))
        {
            await store.ImportAsync(PageKind.Kind, [.. batch.Select(key => new RecordChange(key, 0, null))], replace: true, cancellationToken);
        }
    }

    private Task EndActivationsAsync(TransferKind kind, IEnumerable<HeadGroup> groups) =>
        activations?.RunAsync(groups.Select(group => (kind, group.Head.Key))) ?? Task.CompletedTask;

    private static TransferHead? TryRead(TransferKind kind, StoredRecord stored)
    {
        try
        {
            return kind.Read(stored);
        }
        catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
        {
            return null;
        }
    }

    private sealed class Replaced
    {
        private readonly HeadGroup group;
        private readonly HashSet<RecordKey> named;

        public Replaced(HeadGroup group)
        {
            this.group = group;
            Old = TryRead(group.Kind, group.Before!);
            named = [.. Old?.PageKeys() ?? []];
            Version = group.Before!.Version;
        }

        public HeadGroup Group => group;

        /// <summary>The head that is there; null where it cannot be read, or is being deleted: then nobody reads its pages.</summary>
        public TransferHead? Old { get; }

        /// <summary>What the stored head has.</summary>
        public long Version { get; set; }

        /// <summary>It was refused, or written by somebody else meanwhile.</summary>
        public bool IsOver { get; set; }

        /// <summary>Both heads have a page of the same name and another content.</summary>
        public bool HasOtherPages { get; set; }

        /// <summary>The pages that stood for its own for a while.</summary>
        public IReadOnlyList<RecordChange> Moved { get; set; } = [];

        public IEnumerable<RecordChange> FreePages() => group.Pages.Where(page => !named.Contains(page.Key));

        public IEnumerable<RecordChange> SharedPages() => group.Pages.Where(page => named.Contains(page.Key));

        /// <summary>The pages that nobody names any more once the head is stored.</summary>
        public IEnumerable<RecordKey> UnusedPages() =>
            named.Except(group.Pages.Select(page => page.Key)).Concat(Moved.Select(page => page.Key));

        /// <summary>The new head and its pages, under numbers that neither head has.</summary>
        public (RecordBody Body, IReadOnlyList<RecordChange> Pages) Elsewhere(TransferKind kind)
        {
            var logs = group.Head.Head!.Logs.Select((log, i) =>
            {
                var from = Math.Max(log.Log.Pages, Old!.Logs[i].Log.Pages);
                return (log.Name, Log: log.Log with { Base = from, Pages = from + log.Log.Pages - log.Log.Base });
            }).ToArray();
            var head = new StoredRecord(group.Head.Key, Version, group.Head.Body);
            var keys = new TransferHead(null, logs).PageKeys();
            return (
                kind.WithLogs(head, [.. logs.Select(log => log.Log)]),
                [.. group.Pages.Zip(keys, (page, key) => page with { Key = key })]);
        }
    }
}
