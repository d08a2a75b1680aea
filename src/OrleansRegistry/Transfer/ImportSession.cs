namespace OrleansRegistry.Transfer;

/// <summary>Takes the checked lines of one import in their order: agents by themselves, heads with the pages that follow them.</summary>
internal sealed class ImportSession
{
    private readonly IImportTerms? terms;
    private readonly AgentImport agents;
    private readonly HeadImport heads;

    public ImportSession(
        IRecordStore store,
        ImportRequest request,
        ActivationEnd? activations,
        IProgress<TransferProgress>? progress,
        CancellationToken cancellationToken)
    {
        terms = request.Terms;
        Tally = new ImportTally(request.SkipFaults, progress);
        var target = new ImportTarget(store, request, activations, cancellationToken);
        agents = new AgentImport(store, target, request, Tally, cancellationToken);
        heads = new HeadImport(store, target, new HeadReplacement(store, activations, cancellationToken), request, Tally, cancellationToken);
    }

    public ImportTally Tally { get; }

    /// <exception cref="RegistryException">A line is wrong, and the request does not say to go on.</exception>
    public async ValueTask AddAsync(CheckedLine line)
    {
        if (line.Fault is not null)
        {
            Tally.Fault(line.Number, line.Fault);
        }
        else if (terms?.RefusalOf(line.Key.Tenant) is { } refusal)
        {
            // It may have been closed since the import began.
            Tally.Fault(line.Number, refusal);
        }
        else if (line.Page is not null)
        {
            await heads.AddPageAsync(line);
        }
        else if (line.Line!.IsGone)
        {
            heads.TakeBack(line);
        }
        else if (line.Kind == TransferKind.Agents)
        {
            heads.Close();
            await agents.AddAsync(line);
        }
        else
        {
            await agents.StoreAsync();
            await heads.BeginAsync(line);
        }
    }

    /// <summary>Stores what waits.</summary>
    public async ValueTask FinishAsync()
    {
        heads.Close();
        await agents.StoreAsync();
        await agents.FinishAsync();
        await heads.StoreAsync();
        Tally.ReportProgress(isLast: true);
    }

    /// <inheritdoc cref="AgentImport.EndAsync"/>
    public ValueTask EndAsync() => agents.EndAsync();
}
