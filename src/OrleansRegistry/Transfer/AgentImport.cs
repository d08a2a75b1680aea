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
    private long made;

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

        await DemandRoomAsync(batch);
        var imported = await store.ImportAsync(AgentKind.Kind, [.. batch.Select(line => line.ToChange())], replace, cancellationToken);
        for (var i = 0; i < imported.Count; i++)
        {
            tally.Count(batch[i], imported[i]);
        }

        await versions.RemoveAsync(
            batch.Where((line, i) => !line.IsBare && !line.IsUpdate && imported[i].Result == ImportResult.Replaced).Select(line => line.Key));
        await target.EndActivationsAsync(batch.Where((_, i) => imported[i].Result == ImportResult.Replaced));
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.QuotaExceeded"/>: there would be more than may be.</exception>
    private async Task DemandRoomAsync(List<CheckedLine> batch)
    {
        if (request.AgentsLeft is not { } left)
        {
            return;
        }

        made += (await target.ReadAsync(AgentKind.Kind, batch)).Count(stored => stored is null);
        if (made > left)
        {
            throw new RegistryException(
                RegistryError.QuotaExceeded,
                $"The file makes more agents than the {left:N0} that tenant '{request.Caller.Tenant}' may have beside those it has. "
                    + "What came before stays.");
        }
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
