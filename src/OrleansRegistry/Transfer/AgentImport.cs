namespace OrleansRegistry.Transfer;

/// <summary>Stores the agents of one import, in batches: while one is being stored, the next gathers.</summary>
internal sealed class AgentImport(
    IRecordStore store, ImportTarget target, ImportRequest request, ImportTally tally, CancellationToken cancellationToken)
{
    private const int BatchRecords = 1_000;
    private const int BatchBytes = 4 * 1024 * 1024;

    private readonly VersionImport versions = new(store, cancellationToken);
    private readonly HashSet<RecordKey> keys = [];
    private List<CheckedLine> agents = [];
    private Task storing = Task.CompletedTask;
    private int bytes;

    public async ValueTask AddAsync(CheckedLine line)
    {
        tally.Tell(TransferKind.Agents.Plural, 1);
        var isOutOfOrder = agents.Count > 0 && agents[^1].Line!.Version > line.Line!.Version;
        if (agents.Count >= BatchRecords || bytes >= BatchBytes || isOutOfOrder || keys.Contains(line.Key))
        {
            await StoreAsync();
        }

        keys.Add(line.Key);
        agents.Add(line);
        bytes += line.Bytes;
    }

    /// <summary>Begins to store those that wait, once those before them are stored.</summary>
    public async ValueTask StoreAsync()
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
        tally.ReportProgress();
    }

    /// <summary>Waits until what is being stored is.</summary>
    public Task FinishAsync() => storing;

    /// <summary>Waits for what is being stored, whatever comes of it.</summary>
    public async ValueTask EndAsync() => await storing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task StoreAsync(List<CheckedLine> batch)
    {
        await Task.Yield();
        if (request.Terms is { IsBound: true } terms)
        {
            batch = await new AgentImportJudge(terms, target, tally, cancellationToken).JudgeAsync(batch);
        }

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

        var imported = request.Terms is { IsBound: true } terms
            ? await terms.StoreAgentsAsync(await NewAsync(batch), WriteAllAsync)
            : await WriteAllAsync();
        for (var i = 0; i < imported.Count; i++)
        {
            tally.Count(batch[i], imported[i]);
        }

        await versions.RemoveAsync(
            batch.Where((line, i) => !line.IsBare && !line.IsUpdate && imported[i].Result == ImportResult.Replaced).Select(line => line.Key));
        await target.EndActivationsAsync(batch.Where((_, i) => imported[i].Result == ImportResult.Replaced));

        Task<IReadOnlyList<ImportedRecord>> WriteAllAsync() =>
            store.ImportAsync(AgentKind.Kind, [.. batch.Select(line => line.ToChange())], replace, cancellationToken).AsTask();
    }

    /// <summary>The ids of those that are not there.</summary>
    private async Task<IReadOnlyList<string>> NewAsync(List<CheckedLine> batch)
    {
        var stored = await target.ReadAsync(AgentKind.Kind, batch);
        return [.. batch.Where((_, i) => stored[i] is null).Select(line => line.Key.Id)];
    }

    /// <summary>Counts agents that need no write, and gives the others; of a dry run, none.</summary>
    private async Task<List<CheckedLine>> CompareAsync(List<CheckedLine> batch)
    {
        var rest = new List<CheckedLine>();
        var before = new List<RecordChange>();
        var stored = await target.ReadAsync(AgentKind.Kind, batch);
        var revision = await store.CurrentRevisionAsync(AgentKind.Kind, cancellationToken);
        for (var i = 0; i < batch.Count; i++)
        {
            var line = batch[i];
            var result = target.ResultOf(line, stored[i]);
            if (line.IsBare && result == ImportResult.Replaced)
            {
                line = BareAgent.Over(stored[i]!, line, out var kept);
                before.AddRange(kept is { } version ? [version] : []);
            }

            if (request.DryRun || result is ImportResult.Same or ImportResult.Kept)
            {
                revision = Math.Max(revision + 1, line.Line!.Version);
                tally.Count(line, new ImportedRecord(result, revision));
            }
            else
            {
                rest.Add(line);
            }
        }

        await versions.StoreAsync(request.DryRun ? [] : before);
        return rest;
    }
}
