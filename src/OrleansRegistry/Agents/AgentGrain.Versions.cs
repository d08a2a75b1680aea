namespace OrleansRegistry.Agents;

/// <summary>The cards that the agent had before.</summary>
internal sealed partial class AgentGrain
{
    private Task pruning = Task.CompletedTask;
    private bool hasPruned;

    /// <summary>The version that a label is about to point to: it must not go meanwhile.</summary>
    private long labelled;

    public async Task<AgentWritten> Label(AgentLabeling labeling)
    {
        var agent = await ExistsOrReloadAsync() ? Readable()! : throw NotFound();
        Access.DemandOwner(id, agent.Owner, labeling.Subject, "label its versions", "label");
        labelled = labeling.Number ?? 0;
        try
        {
            // One that runs may have begun to remove that version.
            await pruning;
            if (labeling.Number is { } number && number != agent.VersionNumber && await versions.FindAsync(agent, number) is null)
            {
                throw new RegistryException(RegistryError.NotFound, $"Agent '{id}' has no version @{number}, or not any more.", "version");
            }

            return await WriteAsync(default, mark: null, creates: false, before => before! with
            {
                Labels = LabelRules.Apply(before.Labels, labeling.Label, labeling.Number),
                UpdatedAt = time.GetUtcMilliseconds(),
            });
        }
        finally
        {
            labelled = 0;
        }
    }

    /// <summary>Nobody waits for it: what is not removed now is with a later change.</summary>
    private void BeginPruning(KeptCards kept)
    {
        // The first time, as more may have been kept under other settings.
        if (pruning.IsCompleted && Current is { } agent && (kept.IsTimeToPrune || (!hasPruned && versions.MayHaveOver(agent))))
        {
            hasPruned = true;
            pruning = versions.PruneAsync(
                agent, number => number == labelled || Current?.Labels.Any(label => label.Number == number) != false);
        }
    }
}
