namespace OrleansRegistry.Transfer;

/// <summary>
/// Stores tasks, contexts and feedback of one import, in batches: a head once its pages are stored, and no page of a head that stays as it is.
/// </summary>
internal sealed class HeadImport(
    IRecordStore store,
    ImportTarget target,
    HeadReplacement replacement,
    ImportRequest request,
    ImportTally tally,
    CancellationToken cancellationToken)
{
    private const int BatchHeads = 256;
    private const int BatchPages = 1_000;
    private const int BatchBytes = 4 * 1024 * 1024;

    /// <summary>How often a head is replaced that others write to at the same time.</summary>
    private const int Attempts = 10;

    private readonly HashSet<RecordKey> keys = [];
    private readonly List<HeadGroup> groups = [];
    private HeadGroup? open;
    private int bytes;

    /// <summary>Adds a head, whose pages are to follow.</summary>
    public async ValueTask BeginAsync(CheckedLine line)
    {
        Close();
        if (groups.Count > 0 && (groups[^1].Kind != line.Kind || keys.Contains(line.Key)))
        {
            await StoreAsync();
        }

        tally.Tell(line.Kind!.Plural, 1);
        keys.Add(line.Key);
        open = new HeadGroup(line);
        groups.Add(open);
        await StoreManyAsync(line);
    }

    /// <summary>Adds a page of the head that was begun last.</summary>
    public async ValueTask AddPageAsync(CheckedLine line)
    {
        AddPage(line);
        await StoreManyAsync(line);
    }

    /// <summary>The head that was begun last is to be as if it had not come.</summary>
    public void TakeBack(CheckedLine line)
    {
        if (open is null || open.Kind != line.Kind || open.Head.Key != line.Key)
        {
            tally.Fault(line.Number, "it takes back what was not told just before");
            return;
        }

        tally.Tell(open.Kind.Plural, -1);
        tally.Tell(TransferKind.Pages, -open.PageCount);
        keys.Remove(line.Key);
        groups.Remove(open);
        open = null;
    }

    /// <summary>No more pages come of the head that was begun last.</summary>
    public void Close()
    {
        if (open is null)
        {
            return;
        }

        open.Close();
        if (open.Fault is { } fault)
        {
            groups.Remove(open);
            var head = open.Head;
            open = null;
            tally.Fault(head.Number, fault);
        }

        open = null;
    }

    /// <summary>Stores the pages that wait, and the heads that have all theirs.</summary>
    public async ValueTask StoreAsync()
    {
        if (groups.Count == 0)
        {
            return;
        }

        var kind = groups[0].Kind;
        await DecideAsync(kind, [.. groups.Where(group => group.Decision is null)]);
        var complete = groups.Where(group => group != open).ToArray();
        if (request.Terms is { IsBound: true } terms && kind == TransferKind.Tasks && !request.DryRun)
        {
            await terms.StoreTasksAsync(OpenedBy(complete), () => WriteAsync(kind, complete));
        }
        else
        {
            if (request is { DryRun: false, Terms: { } rooms })
            {
                await rooms.DemandRoomAsync();
            }

            await WriteAsync(kind, complete);
        }

        groups.RemoveAll(group => group != open);
        keys.Clear();
        if (open is not null)
        {
            keys.Add(open.Head.Key);
            if (open.Decision != ImportResult.Replaced)
            {
                open.Pages.Clear();
            }
        }

        bytes = 0;
        tally.ReportProgress();
    }

    /// <returns>Nothing that means anything.</returns>
    private async Task<bool> WriteAsync(TransferKind kind, HeadGroup[] complete)
    {
        if (!request.DryRun)
        {
            await ReplaceAsync(kind, [.. complete.Where(group => group.Decision == ImportResult.Replaced)]);
            await StorePagesAsync();
        }

        await StoreAsync(kind, complete);
        return true;
    }

    /// <summary>Tasks that are open once they are stored, and are not yet.</summary>
    private static IReadOnlyList<string> OpenedBy(HeadGroup[] complete)
    {
        return
        [
            .. complete.Where(group => group.Decision is ImportResult.Created or ImportResult.Replaced
                    && IsOpen(new StoredRecord(group.Head.Key, 1, group.Head.Body)) && !(group.Before is { } before && IsOpen(before)))
                .Select(group => group.Head.Key.Id),
        ];

        static bool IsOpen(StoredRecord task) => !TaskKind.Read(task).Status.State.IsTerminal();
    }

    private async ValueTask StoreManyAsync(CheckedLine line)
    {
        bytes += line.Bytes;
        if (groups.Count >= BatchHeads || (groups.Count > 0 && bytes >= BatchBytes))
        {
            await StoreAsync();
        }
    }

    private void AddPage(CheckedLine line)
    {
        tally.Tell(TransferKind.Pages, 1);
        if (open is null)
        {
            tally.Fault(line.Number, $"page {RecordLine.Shorten(line.Key.Id)} follows no head that it belongs to");
            return;
        }

        open.Add(line);
    }

    private async ValueTask DecideAsync(TransferKind kind, HeadGroup[] undecided)
    {
        var stored = await target.ReadAsync(kind.Kind, [.. undecided.Select(group => group.Head)]);
        for (var i = 0; i < undecided.Length; i++)
        {
            undecided[i].Before = stored[i];
            undecided[i].Decision = target.ResultOf(undecided[i].Head, stored[i]);
        }
    }

    private async ValueTask ReplaceAsync(TransferKind kind, HeadGroup[] left)
    {
        for (var attempt = 0; left.Length > 0; attempt++)
        {
            if (attempt == Attempts)
            {
                throw new RegistryException(
                    RegistryError.Busy,
                    $"{kind.Kind.Name} {RecordLine.Shorten(left[0].Head.Key.Id)} is being written to all the time, and stays as it is. "
                        + "Import it again.");
            }

            await replacement.RunAsync(kind, left);
            left = [.. left.Where(group => group.Imported is null)];
            await DecideAsync(kind, left);
            left = [.. left.Where(group => group.Decision == ImportResult.Replaced)];
        }
    }

    private async ValueTask StorePagesAsync()
    {
        var wanted = groups.Where(group => group.Decision == ImportResult.Created);
        foreach (var pages in wanted.SelectMany(group => group.Pages).Chunk(BatchPages))
        {
            // What is there under these names belongs to no head: an import left it that stopped.
            var imported = await store.ImportAsync(PageKind.Kind, pages, replace: true, cancellationToken);
            if (imported.FirstOrDefault(page => page.Refusal is not null).Refusal is { } refusal)
            {
                throw refusal;
            }
        }
    }

    private async ValueTask StoreAsync(TransferKind kind, IReadOnlyList<HeadGroup> complete)
    {
        var writes = complete.Where(group => group.Decision == ImportResult.Created).ToArray();
        IReadOnlyList<ImportedRecord> imported = request.DryRun
            ? [.. writes.Select(group => new ImportedRecord(ImportResult.Created, 0))]
            : await store.ImportAsync(kind.Kind, [.. writes.Select(group => group.Head.ToChange())], request.Replace, cancellationToken);
        for (var i = 0; i < writes.Length; i++)
        {
            tally.Count(writes[i].Head, imported[i]);
        }

        foreach (var group in complete.Except(writes))
        {
            tally.Count(group.Head, group.Imported ?? new ImportedRecord(group.Decision!.Value, 0));
        }

        if (!request.DryRun)
        {
            // Also of what is new: a grain that was asked for it before believes that there is none.
            var stored = complete.Where(group => group.Decision is ImportResult.Created or ImportResult.Replaced);
            await target.EndActivationsAsync(stored.Select(group => group.Head));
        }
    }
}
