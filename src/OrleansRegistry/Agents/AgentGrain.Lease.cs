namespace OrleansRegistry.Agents;

internal sealed partial class AgentGrain
{
    public async Task<AgentJudged> Judge(DateTimeOffset since, AgentHealth health)
    {
        await ExistsOrReloadAsync();
        if (Current?.Lease?.Since != since)
        {
            // Another silo may have changed it.
            await state.ReadAsync();
        }

        if (Current is not { Lease: { } lease } || lease.Since != since)
        {
            return new AgentJudged(null);
        }

        if (health == AgentHealth.Expired && lease.Ephemeral)
        {
            return new AgentJudged(null, await ClearAsync());
        }

        if (health == lease.Health)
        {
            return new AgentJudged(ReplacedCards.Without(Current));
        }

        var written = await WriteAsync(default, mark: null, creates: false, before =>
        {
            // What was checked above may have been read again since.
            var now = before!.Lease is { } current && current.Since == since ? current : throw new Orleans.Storage.InconsistentStateException();
            return before with { Lease = now with { Health = health, Since = LeaseChange.Next(now, time.GetUtcMilliseconds()) } };
        });
        return new AgentJudged(written.Agent);
    }

    private void DemandOwnerOfLease(string? owner, string? subject, LeaseChange? lease)
    {
        if (lease is not null)
        {
            Access.DemandOwner(id, owner, subject, "set its lease", "ttl");
        }
    }
}
