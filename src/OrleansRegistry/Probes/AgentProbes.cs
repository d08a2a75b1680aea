namespace OrleansRegistry.Probes;

/// <summary>Probes that are asked for, and what is known of those that were made.</summary>
internal sealed class AgentProbes(
    AgentRegistry agents, AgentProber prober, CardFetchOptions fetching, [RegistryTime] TimeProvider time) : IAgentProbes
{
    public Task<AgentProbeStatus> ProbeAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        RegistryTelemetry.RunAsync("registry.agent.probe", caller, id, async _ =>
        {
            var agent = await GetAsync(caller, id, ReadConsistency.Strong, cancellationToken);
            Access.DemandOwner(id, agent.Owner, caller.Subject, "have it probed");
            if (!fetching.Enabled)
            {
                throw new RegistryException(RegistryError.NotSupported, "This registry fetches no cards (CARD_FETCH_ENABLED), and so probes none.");
            }

            if (ProbePlaces.Of(agent).Count == 0)
            {
                throw RegistryException.Invalid(
                    ProbeRules.UrlField, "is not known: the agent's card was sent, and names no http or https URL. Say where its card is");
            }

            var known = (await prober.AskAsync(agent, toClaim: false)).Known;
            var made = await prober.ProbeAsync(agent, known, isAwaited: true, cancellationToken);
            return StatusOf(agent, made.Known, made.Next) with { Changes = made.Changes };
        });

    public Task<AgentProbeStatus> GetProbeAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        RegistryTelemetry.RunAsync("registry.agent.probe.read", caller, id, async _ =>
        {
            var agent = await GetAsync(caller, id, ReadConsistency.Local, cancellationToken);
            var claim = await prober.AskAsync(agent, toClaim: false);
            return StatusOf(agent, claim.Known?.Of == ProbeSubject.Of(agent) ? claim.Known : null, claim.Left);
        });

    private AgentProbeStatus StatusOf(AgentRecord agent, ProbeKnown? known, TimeSpan? left)
    {
        var interval = prober.IntervalOf(agent);
        var result = known?.Result ?? agent.Probe?.Result;
        return new AgentProbeStatus(agent.Id, result)
        {
            Interval = interval,
            Url = known?.Place?.Url ?? (ProbePlaces.Of(agent) is [var first, ..] ? first : null),
            LastProbe = known?.At,
            LastSuccess = result?.LastSuccess,
            Failures = known?.Failures ?? 0,
            Took = known is null ? null : TimeSpan.FromMilliseconds(Math.Round(known.Took.TotalMilliseconds)),
            NextProbe = interval is not null && left is { } wait ? (time.GetUtcNow() + wait).ToMilliseconds() : null,
        };
    }

    private async Task<AgentRecord> GetAsync(Caller caller, string id, ReadConsistency consistency, CancellationToken cancellationToken)
    {
        Identifiers.CheckTenant(caller.Tenant);
        Identifiers.CheckId(id);
        return await agents.GetAsync(caller, id, consistency, cancellationToken)
            ?? throw new RegistryException(RegistryError.NotFound, "Agent not found", "agent_id");
    }
}
