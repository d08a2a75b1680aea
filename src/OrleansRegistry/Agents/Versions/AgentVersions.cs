using System.Globalization;

namespace OrleansRegistry.Agents.Versions;

/// <summary>The versions of agents' cards: the card that an agent has is in its record, which this node's directory knows; the others are in the store.</summary>
internal sealed class AgentVersions(
    AgentRegistry agents,
    GrainReferences<IAgentGrain> grains,
    AgentVersionReader versions,
    AgentDirectory directory,
    IRecordStore store,
    AgentRevisions revisions) : IAgentVersions
{
    public async Task<AgentVersionPage> ListAsync(
        Caller caller, string agentId, int? pageSize = null, string? pageToken = null, CancellationToken cancellationToken = default)
    {
        var size = pageSize ?? PageLimit.Versions.Usual;
        PageLimit.Versions.Check(size);
        var agent = await GetAgentAsync(caller, agentId, cancellationToken);
        var binding = $"versions\u0001{agentId}";
        long? shown = PageToken.Read(pageToken, binding) is not { } last ? null
            : long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw RegistryException.Invalid("page_token", "is not one that this registry gave for this query; leave it out to start over");
        var page = new List<AgentVersionInfo>();
        if (shown is null)
        {
            page.Add(InfoOf(agent, AgentVersionKind.Of(agent)));
        }

        // One more than there is room for tells whether there is another page.
        var found = await versions.ListAsync(agent, shown ?? long.MaxValue, size - page.Count + 1, cancellationToken);
        page.AddRange(found.Take(size - page.Count).Select(version => InfoOf(agent, version)));
        return new AgentVersionPage(
            page, found.Count > 0 && found[^1].Stamp.Number < page[^1].Number ? PageToken.Make($"{page[^1].Number}", binding) : null);
    }

    public async Task<AgentVersion> GetAsync(Caller caller, string agentId, string version, CancellationToken cancellationToken = default)
    {
        var agent = await GetAgentAsync(caller, agentId, cancellationToken);
        var found = await FindAsync(agent, version, "version", cancellationToken);
        return new AgentVersion(InfoOf(agent, found), found.Card);
    }

    public async Task<AgentVersionDiff> DiffAsync(
        Caller caller, string agentId, string from, string to = AgentLabel.Latest, CancellationToken cancellationToken = default)
    {
        var agent = await GetAgentAsync(caller, agentId, cancellationToken);
        var first = await FindAsync(agent, from, "from", cancellationToken);
        var second = await FindAsync(agent, to, "to", cancellationToken);
        return new AgentVersionDiff(
            InfoOf(agent, first), InfoOf(agent, second), CardDiff.Of(first.Card, second.Card), CardCompatibility.Of(first.Card, second.Card));
    }

    public async Task<AgentWriteResult> RollBackAsync(
        Caller caller,
        string agentId,
        string to,
        WriteCondition condition = default,
        bool force = false,
        CancellationToken cancellationToken = default)
    {
        var agent = await GetAgentAsync(caller, agentId, cancellationToken);
        var found = await FindAsync(agent, to, "to", cancellationToken);
        var registration = new AgentRegistration(found.Card.Utf8, agentId, Condition: condition with { IfExists = true }) { Force = force };
        return await agents.RegisterAsync(caller, registration, cancellationToken);
    }

    public Task<AgentRecord> LabelAsync(
        Caller caller, string agentId, string label, long number, CancellationToken cancellationToken = default) =>
        LabelAsync(caller, agentId, new AgentLabeling(LabelRules.Check(label), number, caller.Subject), cancellationToken);

    public Task<AgentRecord> UnlabelAsync(Caller caller, string agentId, string label, CancellationToken cancellationToken = default) =>
        LabelAsync(caller, agentId, new AgentLabeling(LabelRules.Check(label), null, caller.Subject), cancellationToken);

    private static AgentVersionInfo InfoOf(AgentRecord agent, StoredVersion version) => new(
        agent.Id,
        version.Stamp.Number,
        version.CardVersion,
        version.Stamp.At,
        version.Stamp.By,
        version.Stamp.Number == agent.VersionNumber,
        [.. agent.Labels.Where(label => label.Number == version.Stamp.Number).Select(label => label.Name)]);

    private Task<AgentRecord> LabelAsync(Caller caller, string agentId, AgentLabeling labeling, CancellationToken cancellationToken) =>
        RegistryTelemetry.RunAsync("registry.agent.label", caller, agentId, async _ =>
        {
            Identifiers.CheckCaller(caller);
            Identifiers.CheckId(agentId);
            var history = store.History;
            var written = await GrainCalls.RunAsync(grains.Get(caller.Tenant, agentId), agent => agent.Label(labeling));
            directory.TakeIn(written.Agent, null, history);
            await revisions.SeeOwnAsync(written.Agent.Revision, history, cancellationToken);
            return directory.Judged(written.Agent);
        });

    private async Task<AgentRecord> GetAgentAsync(Caller caller, string agentId, CancellationToken cancellationToken)
    {
        Identifiers.CheckTenant(caller.Tenant);
        Identifiers.CheckId(agentId);
        return await agents.GetAsync(caller, agentId, cancellationToken: cancellationToken)
            ?? throw new RegistryException(RegistryError.NotFound, "Agent not found", "agent_id");
    }

    /// <param name="field">How an error calls the name.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.NotFound"/>: there is no such version, or not any more.</exception>
    private async Task<StoredVersion> FindAsync(AgentRecord agent, string name, string field, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(name))
        {
            throw RegistryException.Invalid(field, "must name a version: @ and its number, a label, the card's own version, or latest");
        }

        var current = AgentVersionKind.Of(agent);
        if (NumberOf(agent, name, field, current) is { } number)
        {
            return number == agent.VersionNumber ? current : await versions.FindAsync(agent, number, cancellationToken) ?? throw NotFound();
        }

        return current.CardVersion == name ? current : await versions.FindAsync(agent, name, cancellationToken) ?? throw NotFound();

        RegistryException NotFound() => new(
            RegistryError.NotFound, $"Agent '{LogText.Id(agent.Id)}' has no version '{LogText.Id(name)}', or not any more.", field);
    }

    /// <summary>The number that a name stands for; null for a version that the card itself says.</summary>
    private static long? NumberOf(AgentRecord agent, string name, string field, StoredVersion current)
    {
        if (name[0] == '@')
        {
            return long.TryParse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
                ? number
                : throw RegistryException.Invalid(field, "must be @ and the number of a version, such as @3");
        }

        return name == AgentLabel.Latest ? current.Stamp.Number : agent.Labels.FirstOrDefault(label => label.Name == name)?.Number;
    }
}
