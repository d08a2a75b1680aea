namespace OrleansRegistry.Trust.Grants;

/// <summary>Grants: records of trust, which agents' owners and grantees write.</summary>
internal sealed class AgentGrants(
    TrustRecords records,
    GrantBook book,
    GrantRoom room,
    AgentDirectory directory,
    AgentSight sight,
    Operations operations,
    [RegistryTime] TimeProvider time) : IAgentGrants
{
    public Task<AgentGrant> GiveAsync(Caller caller, GrantTerms terms, CancellationToken cancellationToken = default) => operations.RunAsync(
        GrantOperations.Give, caller, terms.AgentId, () => GiveCheckedAsync(caller, GrantRules.Check(terms), cancellationToken), grant => grant.Id);

    public Task<AgentGrant> RequestAsync(Caller caller, GrantTerms terms, CancellationToken cancellationToken = default) => operations.RunAsync(
        GrantOperations.Request,
        caller,
        terms.AgentId,
        () => RequestCheckedAsync(caller, GrantRules.Check(terms), cancellationToken),
        grant => grant.Id);

    public Task<AgentGrant> ApproveAsync(
        Caller caller, string id, TimeSpan? lifetime = null, CancellationToken cancellationToken = default) => operations.RunAsync(
        GrantOperations.Approve,
        caller,
        id,
        () =>
        {
            GrantRules.CheckLifetime(lifetime);
            var found = FindSeen(caller, id);
            DemandOwner(caller, found, "approve grants for it");
            return ChangeAsync(caller, id, grant => grant.State switch
            {
                GrantState.Active => grant,
                GrantState.Requested => Decided(caller, grant) with
                {
                    State = GrantState.Active,
                    ExpiresAt = (lifetime ?? grant.Lifetime) is { } length ? Now + length : null,
                },
                _ => throw new RegistryException(RegistryError.Conflict, $"Grant '{id}' is {grant.State.ToName()}: ask for another.", "state"),
            });
        });

    public Task<AgentGrant> RevokeAsync(
        Caller caller, string id, string? reason = null, CancellationToken cancellationToken = default) => operations.RunAsync(
        GrantOperations.Revoke,
        caller,
        id,
        () =>
        {
            GrantRules.CheckText(reason, "reason");
            var found = FindSeen(caller, id);
            if (found.Grantee.AgentId is not { } grantee || caller.Agents?.Contains(grantee, StringComparer.Ordinal) != true)
            {
                caller.DemandAgent(found.AgentId);
            }

            return ChangeAsync(caller, id, grant => grant.State is GrantState.Requested or GrantState.Active
                ? Decided(caller, grant) with { State = GrantState.Revoked, Reason = reason }
                : grant);
        });

    public ValueTask<AgentGrant?> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default)
    {
        operations.Admit(GrantOperations.Read, caller);
        Identifiers.CheckId(id, "grant_id");
        return ValueTask.FromResult(book.Find(caller.Tenant, id) is { } grant && IsSeen(caller, grant) ? grant : null);
    }

    public ValueTask<GrantPage> ListAsync(Caller caller, GrantQuery? query = null, CancellationToken cancellationToken = default)
    {
        operations.Admit(GrantOperations.Read, caller);
        query ??= new GrantQuery();
        PageLimit.Grants.Check(query.PageSize);
        var binding = string.Join('\u0001', "grants", query.AgentId, query.Grantee, query.State);
        var last = PageToken.Read(query.PageToken, binding);
        var found = book.Of(caller.Tenant).Select(book.Told)
            .Where(grant => (query.AgentId is null || grant.AgentId == query.AgentId)
                && (query.Grantee is null || grant.Grantee == query.Grantee)
                && (query.State is null || grant.State == query.State)
                && (last is null || string.CompareOrdinal(grant.Id, last) < 0)
                && IsSeen(caller, grant))
            .OrderByDescending(grant => grant.Id, StringComparer.Ordinal).Take(query.PageSize + 1).ToList();
        var page = found[..Math.Min(found.Count, query.PageSize)];
        return ValueTask.FromResult(new GrantPage(page, found.Count > page.Count ? PageToken.Make(page[^1].Id, binding) : null));
    }

    private DateTimeOffset Now => time.GetUtcMilliseconds();

    private async Task<AgentGrant> GiveCheckedAsync(Caller caller, GrantTerms terms, CancellationToken cancellationToken)
    {
        var agent = FindAgent(caller, terms.AgentId);
        var grantee = terms.Grantee ?? throw RegistryException.Invalid("grantee", "is missing: say to whom it is given");
        DateTimeOffset? expiresAt = terms.Lifetime is { } lifetime ? Now + lifetime : null;
        if (terms.From is { } from)
        {
            var parent = FindHanded(caller, from, agent, grantee);
            expiresAt ??= parent.ExpiresAt;
            GrantRules.DemandWithin(parent, terms, expiresAt);
        }
        else
        {
            DemandOwner(caller, agent, "give grants for it");
        }

        return await WriteAsync(caller, agent, grantee, terms, expiresAt, GrantState.Active, cancellationToken);
    }

    private Task<AgentGrant> RequestCheckedAsync(Caller caller, GrantTerms terms, CancellationToken cancellationToken)
    {
        var agent = FindAgent(caller, terms.AgentId);
        var grantee = terms.Grantee ?? new Grantee(caller.Subject);
        if (terms.From is not null)
        {
            throw RegistryException.Invalid("from", "is of grants that are handed on; what is asked for comes from the agent's owner");
        }

        var isOwn = grantee.AgentId is { } id ? GrantBook.ActsFor(caller, FindGrantee(caller, id)) : grantee.Subject == caller.Subject;
        if (!isOwn)
        {
            throw new RegistryException(
                RegistryError.Forbidden, $"'{caller.Subject}' asks for itself, and for agents that it acts for, not for {grantee}.", "grantee");
        }

        terms = terms with { Lifetime = terms.Lifetime ?? GrantTerms.UsualLifetime };
        return WriteAsync(caller, agent, grantee, terms, Now + GrantRules.Patience, GrantState.Requested, cancellationToken);
    }

    private async Task<AgentGrant> WriteAsync(
        Caller caller,
        AgentRecord agent,
        Grantee grantee,
        GrantTerms terms,
        DateTimeOffset? expiresAt,
        GrantState state,
        CancellationToken cancellationToken)
    {
        if (grantee.Subject is { } subject && subject == agent.Owner)
        {
            throw RegistryException.Invalid("grantee", $"is the agent's owner, who needs no grant for '{agent.Id}'");
        }

        var grant = new AgentGrant
        {
            Tenant = caller.Tenant,
            Id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N"),
            AgentId = agent.Id,
            AgentSince = agent.CreatedAt,
            Grantee = grantee,
            GranteeSince = grantee.AgentId is { } id ? FindGrantee(caller, id).CreatedAt : null,
            Actions = terms.Actions,
            Skills = terms.Skills,
            Delegable = terms.Delegable,
            From = terms.From,
            State = state,
            CreatedBy = caller.Subject,
            CreatedAt = Now,
            ExpiresAt = expiresAt,
            Lifetime = state == GrantState.Requested ? terms.Lifetime : null,
            Message = terms.Message,
        };
        if (room.FindSame(grant, terms.Lifetime) is { } same)
        {
            return same;
        }

        await room.MakeAsync(grant, cancellationToken);
        return GrantType.Of(await records.WriteAsync(GrantType.Type, caller.Tenant, grant.Id, grant, before: null, cancellationToken));
    }

    private async Task<AgentGrant> ChangeAsync(Caller caller, string id, Func<AgentGrant, AgentGrant> change)
    {
        var changed = await records.ChangeAsync(GrantType.Type, caller.Tenant, id, stored =>
        {
            if (stored is null)
            {
                throw NotFound();
            }

            var told = book.Told(stored);
            var after = change(told);
            return ReferenceEquals(after, told) ? stored : after;
        });
        return book.Told(GrantType.Of(changed!));
    }

    private AgentGrant Decided(Caller caller, AgentGrant grant) => grant with { DecidedBy = caller.Subject, DecidedAt = Now };

    private AgentRecord FindAgent(Caller caller, string agentId) => sight.Find(caller, agentId) ?? throw AgentSight.NotFound();

    private AgentRecord FindGrantee(Caller caller, string agentId) => sight.Find(caller, agentId)
        ?? throw new RegistryException(RegistryError.NotFound, "Agent not found", "grantee.agent_id");

    private AgentGrant FindSeen(Caller caller, string id)
    {
        Identifiers.CheckId(id, "grant_id");
        return book.Find(caller.Tenant, id) is { } grant && IsSeen(caller, grant) ? grant : throw NotFound();
    }

    /// <summary>The grant that the caller hands on.</summary>
    private AgentGrant FindHanded(Caller caller, string from, AgentRecord agent, Grantee grantee)
    {
        var parent = book.Find(caller.Tenant, from) is { } found && found.AgentId == agent.Id && book.IsHeldBy(caller, found)
            ? found
            : throw new RegistryException(RegistryError.NotFound, "Grant not found", "from");
        if (!parent.Delegable)
        {
            throw new RegistryException(RegistryError.Forbidden, $"Grant '{from}' is not to be handed on.", "from");
        }

        if (!book.Holds(parent, out var chain) || parent.AgentSince != agent.CreatedAt)
        {
            throw new RegistryException(RegistryError.Conflict, $"Grant '{from}' does not hold: it, or one that it is from, has ended.", "from");
        }

        if (chain.Exists(link => link.Grantee == grantee))
        {
            throw RegistryException.Invalid("grantee", $"{grantee} has it already, in what is handed on");
        }

        return chain.Count < GrantBook.MaxDepth
            ? parent
            : throw RegistryException.Invalid("from", $"was handed on {GrantBook.MaxDepth - 1} times, which is the most");
    }

    /// <summary>Both sides see a grant: whose the agent is, who has it, and who gave it or asked for it.</summary>
    private bool IsSeen(Caller caller, AgentGrant grant) => caller.May(Permissions.AgentsManage) || grant.CreatedBy == caller.Subject
        || book.IsHeldBy(caller, grant)
        || (directory.Find(grant.Tenant, grant.AgentId) is { } agent && agent.CreatedAt == grant.AgentSince && agent.Owner == caller.Subject);

    private void DemandOwner(Caller caller, AgentGrant grant, string act)
    {
        if (!book.IsOfAgent(grant) || directory.Find(grant.Tenant, grant.AgentId) is not { } agent)
        {
            throw new RegistryException(RegistryError.Conflict, $"The agent '{grant.AgentId}' that the grant is for is gone.", "agent_id");
        }

        DemandOwner(caller, agent, act);
    }

    private static void DemandOwner(Caller caller, AgentRecord agent, string act)
    {
        caller.DemandAgent(agent.Id);
        var subject = caller.May(Permissions.AgentsManage) ? agent.Owner : caller.Subject;
        Access.DemandOwner(agent.Id, agent.Owner, subject, act, "agent_id");
    }

    private static RegistryException NotFound() => new(RegistryError.NotFound, "Grant not found", "grant_id");
}
