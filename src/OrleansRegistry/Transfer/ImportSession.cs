namespace OrleansRegistry.Transfer;

/// <summary>
/// Stores the checked lines of one import, in batches: an agent by itself, a head once its pages are stored, and no page of a head that stays as it is.
/// </summary>
internal sealed class ImportSession(
    IRecordStore store, ImportRequest request, ActivationEnd? activations, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
{
    private const int BatchRecords = 1_000;
    private const int BatchHeads = 256;
    private const int BatchBytes = 4 * 1024 * 1024;

    /// <summary>How often a head is replaced that others write to at the same time.</summary>
    private const int Attempts = 10;

    private readonly HashSet<RecordKey> keys = [];
    private readonly List<HeadGroup> groups = [];
    private readonly HeadReplacement replacement = new(store, activations, cancellationToken);
    private List<CheckedLine> agents = [];
    private HeadGroup? open;
    private Task storing = Task.CompletedTask;
    private int bytes;

    public ImportTally Tally { get; } = new(request.SkipFaults, progress);

    /// <exception cref="RegistryException">A line is wrong, and the request does not say to go on.</exception>
    public async ValueTask AddAsync(CheckedLine line)
    {
        if (line.Fault is not null)
        {
            Tally.Fault(line.Number, line.Fault);
        }
        else if (line.Page is not null)
        {
            AddPage(line);
        }
        else if (line.Line!.IsGone)
        {
            TakeBack(line);
        }
        else if (line.Kind == TransferKind.Agents)
        {
            CloseHead();
            await AddAgentAsync(line);
        }
        else
        {
            await BeginHeadAsync(line);
        }

        bytes += line.Bytes;
        if (groups.Count >= BatchHeads || (groups.Count > 0 && bytes >= BatchBytes))
        {
            await StoreHeadsAsync();
        }
    }

    /// <summary>Stores what waits.</summary>
    public async ValueTask FinishAsync()
    {
        CloseHead();
        await StoreAgentsAsync();
        await storing;
        await StoreHeadsAsync();
        Tally.ReportProgress(isLast: true);
    }

    /// <summary>Waits for what is being stored, whatever comes of it.</summary>
    public async ValueTask EndAsync() => await storing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async ValueTask AddAgentAsync(CheckedLine line)
    {
        Tally.Tell(TransferKind.Agents.Plural, 1);
        var isOutOfOrder = agents.Count > 0 && agents[^1].Line!.Version > line.Line!.Version;
        if (agents.Count >= BatchRecords || bytes >= BatchBytes || isOutOfOrder || keys.Contains(line.Key))
        {
            await StoreAgentsAsync();
        }

        keys.Add(line.Key);
        agents.Add(line);
    }

    private async ValueTask BeginHeadAsync(CheckedLine line)
    {
        CloseHead();
        await StoreAgentsAsync();
        if (groups.Count > 0 && (groups[^1].Kind != line.Kind || keys.Contains(line.Key)))
        {
            await StoreHeadsAsync();
        }

        Tally.Tell(line.Kind!.Plural, 1);
        keys.Add(line.Key);
        open = new HeadGroup(line);
        groups.Add(open);
    }

    private void AddPage(CheckedLine line)
    {
        Tally.Tell(TransferKind.Pages, 1);
        if (open is null)
        {
            Tally.Fault(line.Number, $"page {RecordLine.Shorten(line.Key.Id)} follows no head that it belongs to");
            return;
        }

        open.Add(line);
    }

    private void CloseHead()
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
            Tally.Fault(head.Number, fault);
        }

        open = null;
    }

    private void TakeBack(CheckedLine line)
    {
        if (open is null || open.Kind != line.Kind || open.Head.Key != line.Key)
        {
            Tally.Fault(line.Number, "it takes back what was not told just before");
            return;
        }

        Tally.Tell(open.Kind.Plural, -1);
        Tally.Tell(TransferKind.Pages, -open.PageCount);
        keys.Remove(line.Key);
        groups.Remove(open);
        open = null;
    }

    private async ValueTask StoreAgentsAsync()
    {
        if (agents.Count == 0)
        {
            return;
        }

        await storing;
        storing = StoreAsync(agents);
        agents = [];
        keys.Clear();
        bytes = 0;
        Tally.ReportProgress();
    }

    private async Task StoreAsync(List<CheckedLine> batch)
    {
        await Task.Yield();
        if (batch.Exists(line => line.IsBare) || request.DryRun)
        {
            batch = await CompareAsync(batch);
        }

        await WriteAsync([.. batch.Where(line => !line.IsUpdate)], request.Replace);
        await WriteAsync([.. batch.Where(line => line.IsUpdate)], replace: true);
    }

    private async Task WriteAsync(List<CheckedLine> batch, bool replace)
    {
        if (batch.Count == 0)
        {
            return;
        }

        var imported = await store.ImportAsync(AgentKind.Kind, [.. batch.Select(line => line.ToChange())], replace, cancellationToken);
        for (var i = 0; i < imported.Count; i++)
        {
            Tally.Count(batch[i], imported[i]);
        }

        await EndActivationsAsync(batch.Where((_, i) => imported[i].Result == ImportResult.Replaced));
    }

    /// <summary>Counts agents that need no write, and gives the others; of a dry run, none.</summary>
    private async Task<List<CheckedLine>> CompareAsync(List<CheckedLine> batch)
    {
        var rest = new List<CheckedLine>();
        var stored = await ReadAsync(AgentKind.Kind, batch);
        var revision = await store.CurrentRevisionAsync(AgentKind.Kind, cancellationToken);
        for (var i = 0; i < batch.Count; i++)
        {
            var line = batch[i];
            var result = ResultOf(line, stored[i]);
            if (line.IsBare && result == ImportResult.Replaced)
            {
                line = BareAgent.Over(stored[i]!, line);
            }

            if (request.DryRun || result is ImportResult.Same or ImportResult.Kept)
            {
                revision = Math.Max(revision + 1, line.Line!.Version);
                Tally.Count(line, new ImportedRecord(result, revision));
            }
            else
            {
                rest.Add(line);
            }
        }

        return rest;
    }

    private async Task<StoredRecord?[]> ReadAsync(RecordKind kind, List<CheckedLine> lines)
    {
        var reads = new Task<StoredRecord?>[lines.Count];
        for (var i = 0; i < reads.Length; i++)
        {
            reads[i] = store.ReadAsync(kind, lines[i].Key, cancellationToken).AsTask();
        }

        return await Task.WhenAll(reads);
    }

    private ImportResult ResultOf(CheckedLine line, StoredRecord? stored)
    {
        if (stored is null)
        {
            return ImportResult.Created;
        }

        if (line.IsBare ? stored.Body.Document == line.Body.Document : stored.Body == line.Body)
        {
            return ImportResult.Same;
        }

        return request.Replace || line.IsUpdate ? ImportResult.Replaced : ImportResult.Kept;
    }

    /// <summary>Stores the pages that wait, and the heads that have all theirs.</summary>
    private async ValueTask StoreHeadsAsync()
    {
        if (groups.Count == 0)
        {
            return;
        }

        var kind = groups[0].Kind;
        await DecideAsync(kind, [.. groups.Where(group => group.Decision is null)]);
        var complete = groups.Where(group => group != open).ToArray();
        if (!request.DryRun)
        {
            await ReplaceAsync(kind, [.. complete.Where(group => group.Decision == ImportResult.Replaced)]);
            await StorePagesAsync();
        }

        await StoreAsync(kind, complete);
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
        Tally.ReportProgress();
    }

    private async ValueTask DecideAsync(TransferKind kind, HeadGroup[] undecided)
    {
        var stored = await ReadAsync(kind.Kind, [.. undecided.Select(group => group.Head)]);
        for (var i = 0; i < undecided.Length; i++)
        {
            undecided[i].Before = stored[i];
            undecided[i].Decision = ResultOf(undecided[i].Head, stored[i]);
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
        foreach (var pages in wanted.SelectMany(group => group.Pages).Chunk(BatchRecords))
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
            Tally.Count(writes[i].Head, imported[i]);
        }

        foreach (var group in complete.Except(writes))
        {
            Tally.Count(group.Head, group.Imported ?? new ImportedRecord(group.Decision!.Value, 0));
        }

        if (!request.DryRun)
        {
            // Also of what is new: a grain that was asked for it before believes that there is none.
            var stored = complete.Where(group => group.Decision is ImportResult.Created or ImportResult.Replaced);
            await EndActivationsAsync(stored.Select(group => group.Head));
        }
    }

    private Task EndActivationsAsync(IEnumerable<CheckedLine> lines) =>
        activations?.RunAsync(lines.Select(line => (line.Kind!, line.Key))) ?? Task.CompletedTask;
}
