using Orleans.Storage;

namespace OrleansRegistry.Agents;

internal sealed partial class AgentGrain
{
    public async Task<AgentRecord?> Probed(ProbeSubject of, AgentProbeResult result)
    {
        await ExistsOrReloadAsync();
        if (!IsOf(Current))
        {
            // Another silo may have changed it.
            await state.ReadAsync();
        }

        if (!IsOf(Current))
        {
            return null;
        }

        if (result.IsSame(Current!.Probe?.Result))
        {
            return ReplacedCards.Without(Current);
        }

        var written = await WriteAsync(default, mark: null, creates: false, before =>
        {
            // What was checked above may have been read again since.
            var had = IsOf(before) ? before!.Probe ?? new AgentProbe() : throw new InconsistentStateException();
            var since = had.Result is { } last && result.Since <= last.Since ? last.Since.AddMilliseconds(1) : result.Since;
            return before with { Probe = had with { Result = result with { Since = since, Unknown = had.Result?.Unknown ?? default } } };
        });
        return written.Agent;

        bool IsOf(AgentRecord? agent) => agent is not null && ProbeSubject.Of(agent) == of;
    }

    private void DemandOwnerOfProbe(string? owner, string? subject, ProbeChange? probe)
    {
        if (probe is not null)
        {
            Access.DemandOwner(id, owner, subject, "say whether its card is looked at", ProbeRules.SecondsField);
        }
    }
}
