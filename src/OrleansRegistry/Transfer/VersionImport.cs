namespace OrleansRegistry.Transfer;

/// <summary>The cards that agents had, where an import puts others in the agents' place.</summary>
internal sealed class VersionImport(IRecordStore store, CancellationToken cancellationToken)
{
    /// <summary>The most of an agent that are removed at once; there is no more than <c>AGENT_VERSIONS_KEPT</c> can be.</summary>
    private const int MostOfOne = 1_000;

    /// <summary>Stores what agents had before a card of an older system took its place.</summary>
    /// <exception cref="RegistryException">It was not all stored.</exception>
    public async Task StoreAsync(IReadOnlyList<RecordChange> versions)
    {
        if (versions.Count > 0)
        {
            await ImportAsync(versions);
        }
    }

    /// <summary>Removes those of agents that were replaced: the file's come after them, and may have the same numbers.</summary>
    public async Task RemoveAsync(IEnumerable<RecordKey> agents)
    {
        foreach (var tenant in agents.GroupBy(agent => agent.Tenant, agent => agent.Id, StringComparer.Ordinal))
        {
            var query = new RecordQuery(AgentVersionKind.Kind, tenant.Key).And(AgentVersionKind.Number.IsFrom(AgentVersionKind.DraftNumber + 1));
            var groups = await store.GroupAsync(query, AgentVersionKind.AgentId, [.. tenant], MostOfOne, cancellationToken);
            foreach (var keys in groups.SelectMany(group => group.First).Chunk(RecordRules.MaxLimit))
            {
                await ImportAsync([.. keys.Select(key => new RecordChange(key, 0, null))]);
            }
        }
    }

    private async Task ImportAsync(IReadOnlyList<RecordChange> changes)
    {
        var imported = await store.ImportAsync(AgentVersionKind.Kind, changes, replace: true, cancellationToken);
        if (imported.FirstOrDefault(change => change.Refusal is not null).Refusal is { } refusal)
        {
            throw refusal;
        }
    }
}
