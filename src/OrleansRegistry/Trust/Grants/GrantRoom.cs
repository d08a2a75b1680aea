namespace OrleansRegistry.Trust.Grants;

/// <summary>Keeps grants few: the same is not stored twice, and those that have ended go.</summary>
internal sealed class GrantRoom(TrustRecords records, GrantBook book, [RegistryTime] TimeProvider time)
{
    /// <summary>The most grants for an agent, with those that have ended; and the most that are asked for, which are counted apart.</summary>
    public const int MaxForAgent = 1_000;

    /// <summary>How many that ended long ago go with each new one.</summary>
    private const int MostAtOnce = 4;

    /// <summary>How long those that have ended are still told of.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>One that holds, or is asked for, and is as a new one would be; null where there is none.</summary>
    /// <param name="lifetime">The new one's, as it was asked for.</param>
    public AgentGrant? FindSame(AgentGrant grant, TimeSpan? lifetime)
    {
        foreach (var other in book.For(grant.Tenant, grant.AgentId))
        {
            var told = book.Told(other);
            if (told.AgentSince == grant.AgentSince && told.Grantee == grant.Grantee && told.GranteeSince == grant.GranteeSince
                && told.CreatedBy == grant.CreatedBy && told.From == grant.From && told.Delegable == grant.Delegable
                && told.Actions.SequenceEqual(grant.Actions) && told.Skills.SequenceEqual(grant.Skills)
                && (grant.State == GrantState.Requested
                    ? told.State == GrantState.Requested && told.Lifetime == lifetime
                    : told.State == GrantState.Active && told.Lifetime is null && told.ExpiresAt == grant.ExpiresAt))
            {
                return told;
            }
        }

        return null;
    }

    /// <summary>Makes room for one more. Of those that somebody asks for, the newest takes the place of the one before.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Conflict"/>: none of so many has ended.</exception>
    public async ValueTask MakeAsync(AgentGrant made, CancellationToken cancellationToken)
    {
        var (tenant, agentId) = (made.Tenant, made.AgentId);
        var lookup = book.For(tenant, agentId).ToLookup(grant => book.IsOfAgent(grant) && book.Told(grant).State == GrantState.Requested);
        if (made.State == GrantState.Requested)
        {
            await MakeForRequestAsync(made, [.. lookup[true]], cancellationToken);
            return;
        }

        List<AgentGrant> all = [.. lookup[false]];
        var longAgo = time.GetUtcNow() - Kept;
        var ended = all.Where(grant => EndOf(grant) is not null).OrderBy(EndOf).ToList();
        var surplus = all.Count - MaxForAgent + 1;
        if (surplus > ended.Count)
        {
            throw new RegistryException(
                RegistryError.Conflict, $"Agent '{agentId}' has {all.Count:N0} grants that hold, which is the most.", "agent_id");
        }

        var old = ended.TakeWhile((grant, i) => i < surplus || (i < surplus + MostAtOnce && EndOf(grant) < longAgo));
        foreach (var grant in old)
        {
            await records.DeleteAsync(GrantType.Type, tenant, grant.Id, cancellationToken);
        }
    }

    private async ValueTask MakeForRequestAsync(AgentGrant made, List<AgentGrant> open, CancellationToken cancellationToken)
    {
        var replaced = open.FindAll(grant => grant.Grantee == made.Grantee && grant.CreatedBy == made.CreatedBy);
        if (open.Count - replaced.Count >= MaxForAgent)
        {
            throw new RegistryException(
                RegistryError.Conflict, $"Agent '{made.AgentId}' has {open.Count:N0} grants that are asked for, which is the most.", "agent_id");
        }

        foreach (var grant in replaced)
        {
            await records.DeleteAsync(GrantType.Type, grant.Tenant, grant.Id, cancellationToken);
        }
    }

    /// <summary>Null where it has not ended.</summary>
    private DateTimeOffset? EndOf(AgentGrant grant) => !book.IsOfAgent(grant)
        ? DateTimeOffset.MinValue
        : book.Told(grant).State switch
        {
            GrantState.Revoked => grant.DecidedAt ?? grant.CreatedAt,
            GrantState.Expired => grant.ExpiresAt,
            _ => null,
        };
}
