using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Trust.Reviews;

/// <summary>What becomes of a card that was sent.</summary>
/// <param name="Held">The review that it waits for; null where it may be written.</param>
/// <param name="Agent">The agent that it was judged for.</param>
internal readonly record struct ReviewVerdict(AgentReview? Held, StoredAgent Agent);

/// <summary>
/// Judges each new agent and each other card before it is written, by the policy of its tenant: written at once, refused, or held until a reviewer decides. What
/// may be written is so on the condition that the agent is still the one that was looked at, so that nothing that came between goes through by it.
/// </summary>
internal sealed class ReviewGate(
    ReviewDemands demands, ReviewStore reviews, ReviewNotices notices, AgentRules rules, [RegistryTime] TimeProvider time)
{
    /// <summary>The most reviews of a tenant that wait.</summary>
    public const int MostWaiting = 10_000;

    private const int Attempts = 5;

    /// <summary>Whether anything is asked of this tenant's cards.</summary>
    public bool IsAsked(string tenant) => demands.IsAsked(tenant);

    /// <summary>Has a registration written, or held.</summary>
    /// <param name="asker">Who sent it.</param>
    /// <param name="acting">As whom it is registered.</param>
    /// <param name="write">Writes it, on its condition.</param>
    /// <param name="beforeHeld">Called before it is held; what it throws is thrown.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: the hook denies it; or as the write.</exception>
    public async Task<AgentWriteResult> RunAsync(
        Caller asker, Caller acting, CheckedRegistration entry, Func<WriteCondition, Task<AgentWriteResult>> write, Action? beforeHeld = null)
    {
        var verdict = await JudgeAsync(asker, acting, entry, CancellationToken.None, beforeHeld);
        for (var attempt = 1; ; attempt++)
        {
            if (verdict.Held is not null)
            {
                return Held(acting, entry, verdict);
            }

            try
            {
                return await write(verdict.Agent.Pinned);
            }
            catch (RegistryException fault) when (fault.Error == RegistryError.Conflict && attempt < Attempts)
            {
                var now = await reviews.ReadAgentAsync(acting.Tenant, entry.Id);
                if (now.Revision == verdict.Agent.Revision)
                {
                    throw;
                }

                // Where it has its card still, such as after a beat, what was decided counts.
                verdict = SubjectOf(now) == SubjectOf(verdict.Agent) && now.Revision is null == verdict.Agent.Revision is null
                    ? Recheck(entry, verdict with { Agent = now })
                    : await JudgeAsync(asker, acting, entry, CancellationToken.None, beforeHeld);
            }
        }
    }

    /// <summary>Has a patch of a card written, or held with all else that it changes.</summary>
    /// <exception cref="RegistryException">As the other; <see cref="RegistryError.Invalid"/>: what it takes away cannot wait with a card.</exception>
    public async Task<AgentWriteResult> RunAsync(Caller caller, string id, AgentPatch patch, Func<WriteCondition, Task<AgentWriteResult>> write)
    {
        var found = await reviews.ReadAgentAsync(caller.Tenant, id);
        if (found.Agent is not { } agent || patch.CardPatch is not { } cardPatch)
        {
            return await write(found.Pinned);
        }

        var (bytes, _) = rules.Check(JsonMerge.Apply(agent.Card, RawJson.FromValid(cardPatch.Span)).Utf8);
        var registration = new AgentRegistration(bytes.Utf8, id, patch.Enabled, patch.Condition)
        {
            Workers = patch.Workers,
            Delivery = patch.Delivery,
            Credentials = patch.Credentials,
            LifeCycle = patch.LifeCycle,
            Deprecation = patch.Deprecation,
            Compatibility = patch.Compatibility,
            Force = patch.Force,
            Ttl = patch.Ttl,
            Ephemeral = patch.Ephemeral,
            ProbeInterval = patch.ProbeInterval,
            ProbeUrl = patch.ProbeUrl,
            Sharing = patch.Sharing,
        };
        var entry = CheckedRegistration.Of(registration, rules);
        return await RunAsync(caller, caller, entry, write, () => CheckWaits(patch));
    }

    /// <summary>Judges a card that was fetched again.</summary>
    /// <param name="decides">Whether somebody who may approve it has had it fetched.</param>
    /// <returns>The review that it waits for, or was rejected by; null where it may be written.</returns>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>: the hook denies it.</exception>
    public async Task<AgentReview?> JudgeFetchedAsync(
        AgentRecord agent, FetchedCard fetched, TimeSpan? interval, bool decides, CancellationToken cancellationToken)
    {
        if (!IsAsked(agent.Tenant))
        {
            return null;
        }

        var bytes = RawJson.FromValid(fetched.Bytes.Span);
        if (bytes == agent.Card)
        {
            return null;
        }

        var key = new RecordKey(agent.Tenant, agent.Id);
        if (await reviews.FindAsync(key, cancellationToken) is { Review: { State: not ReviewState.Approved } known }
            && known.Held.Card == bytes && known.Base == SignedSubject.Of(agent) && !decides)
        {
            // Whoever rejected it is not asked again for as long as it lies there.
            return known.Shown(agent.Id, withCard: false);
        }

        var owner = new Caller(agent.Tenant, agent.Owner ?? Caller.DefaultSubject)
        {
            Allowed = decides ? Permissions.AgentsReview : Permissions.AgentsWrite,
        };
        var entry = CheckedRegistration.Of(new AgentRegistration(default, agent.Id), rules, fetched);
        entry = entry with { Source = entry.Source! with { RefreshInterval = interval } };
        return (await JudgeAsync(owner, owner, entry, cancellationToken)).Held;
    }

    private static void CheckWaits(AgentPatch patch)
    {
        var taken = patch.DeliveryByCard ? "delivery" : patch.EndsLease ? "ttl" : patch.ProbesAsUsual ? ProbeRules.SecondsField
            : patch.ProbesByCard ? ProbeRules.UrlField
            : patch.Deprecation?.Message is "" ? "deprecation_message"
            : patch.Deprecation?.Successor is "" ? "successor" : null;
        if (taken is not null)
        {
            throw RegistryException.Invalid(taken, "cannot be taken away along with a card that waits for a review: send it alone");
        }
    }

    private static SignedSubject? SubjectOf(StoredAgent found) => found.Agent is { } agent ? SignedSubject.Of(agent) : null;

    /// <summary>The agent as it is, or would be, beside the review.</summary>
    private static AgentWriteResult Held(Caller acting, CheckedRegistration entry, ReviewVerdict verdict) => new(
        verdict.Agent.Agent ?? new AgentRecord
        {
            Tenant = acting.Tenant,
            Id = entry.Id,
            Card = entry.Bytes,
            Enabled = entry.Enabled ?? true,
            CreatedAt = verdict.Held!.RequestedAt,
            UpdatedAt = verdict.Held.RequestedAt,
            Owner = acting.Subject,
            Workers = entry.Workers ?? [],
            Delivery = entry.Delivery,
            Reach = entry.Card.Reach,
            LifeCycle = entry.LifeCycle ?? AgentLifeCycle.Active,
            Sharing = SharingRules.Apply(entry.Sharing, null),
        },
        Created: false,
        entry.Card.Warnings,
        entry.Card.Extensions.Count)
    {
        Review = verdict.Held,
    };

    private async Task<ReviewVerdict> JudgeAsync(
        Caller asker, Caller acting, CheckedRegistration entry, CancellationToken cancellationToken, Action? beforeHeld = null)
    {
        var found = await reviews.ReadAgentAsync(acting.Tenant, entry.Id, cancellationToken);
        var verdict = new ReviewVerdict(null, found);
        if (RequestMarks.Find(found.Agent?.Requests, acting, time.GetUtcNow()) is not null)
        {
            return verdict;
        }

        Recheck(entry, verdict);
        if (found.Agent?.Card == entry.Bytes)
        {
            return verdict;
        }

        SharingRules.Apply(entry.Sharing, found.Agent?.Sharing);
        if (found.Agent is { } agent)
        {
            CompatibilityRules.Compare(agent, entry.Bytes, entry.Force);
            AgentRules.CheckDelivery(entry.Delivery ?? agent.Delivery, entry.Card.Reach);
            LifeCycleRules.Apply(agent, agent, entry.LifeCycle, entry.Deprecation);
        }

        if (!await demands.WaitsAsync(asker, acting.Tenant, entry.Id, entry.Bytes, isNew: found.Revision is null, cancellationToken))
        {
            return verdict;
        }

        beforeHeld?.Invoke();
        return verdict with { Held = await HoldAsync(asker, acting, entry, found, cancellationToken) };
    }

    private static ReviewVerdict Recheck(CheckedRegistration entry, ReviewVerdict verdict) => entry.Condition.Holds(verdict.Agent.Revision)
        ? verdict
        : throw new RegistryException(
            RegistryError.Conflict,
            $"Agent '{entry.Id}' {(verdict.Agent.Revision is { } found ? $"is registered, with revision {found}" : "is not registered")}; "
                + $"{entry.Condition} was expected.");

    private async Task<AgentReview> HoldAsync(
        Caller asker, Caller acting, CheckedRegistration entry, StoredAgent found, CancellationToken cancellationToken)
    {
        var review = new StoredReview
        {
            Id = DerivedId.Random(),
            State = ReviewState.Pending,
            Base = SubjectOf(found),
            RequestedBy = asker.Subject,
            ActsAs = acting.Subject,
            RequestedAt = time.GetUtcMilliseconds(),
            Held = HeldRegistration.Of(entry),
        };
        var key = new RecordKey(acting.Tenant, entry.Id);
        if (await reviews.FindAsync(key, cancellationToken) is not { Review.IsPending: true }
            && await reviews.CountWaitingAsync(acting.Tenant, cancellationToken) >= MostWaiting)
        {
            throw new RegistryException(
                RegistryError.QuotaExceeded,
                $"{MostWaiting:N0} agents of tenant '{acting.Tenant}' wait for a review: no more may before some are decided.");
        }

        var written = await reviews.ChangeAsync(key, before => Replaced(before, review, acting.Tenant, entry.Id), cancellationToken);
        notices.Tell();
        return written!.Shown(entry.Id, withCard: false);
    }

    /// <summary>The review in the place of one that there is: the same request again changes nothing.</summary>
    private StoredReview Replaced(StoredReview? before, StoredReview review, string tenant, string agentId)
    {
        if (before is { State: ReviewState.Approved, IsApplied: false })
        {
            throw new RegistryException(RegistryError.Busy, $"A card of agent '{agentId}' was approved just now, and is being registered: try again.")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
        }

        if (before is { IsPending: true })
        {
            if (before.Base == review.Base && before.RequestedBy == review.RequestedBy && before.Held.IsSame(review.Held))
            {
                return before;
            }

            if (review.Base is null && before.Base is null && before.ActsAs != review.ActsAs)
            {
                throw new RegistryException(
                    RegistryError.Conflict, $"An agent '{agentId}' of another owner waits for a review.", "agent_id");
            }
        }

        return notices.With(review with { Notices = before?.Notices ?? [], Unknown = default }, tenant, agentId);
    }
}
