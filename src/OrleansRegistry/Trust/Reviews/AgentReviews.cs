using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Trust.Reviews;

/// <summary>
/// Decides reviews. That one is approved is stored first, and then the agent is registered; where the process ends in between, <see cref="ReviewService"/> goes
/// on, so that a decision is neither lost nor taken twice.
/// </summary>
internal sealed class AgentReviews(
    ReviewPolicies policies,
    ReviewStore reviews,
    ReviewNotices notices,
    AgentRegistry agents,
    AgentRules rules,
    IRecordStore store,
    UnreadableRecords faulty,
    [RegistryTime] TimeProvider time) : IAgentReviews
{
    private const int Attempts = 5;
    private const int LongestReason = 1_000;

    /// <summary>After so long another process takes an approval to have been cut short.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public Task<ReviewPolicy> GetPolicyAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckTenant(caller.Tenant);
        var policy = policies.Of(caller.Tenant).Policy;

        // URLs may have secrets in them; those of the settings are no tenant's.
        var showsUrls = caller.May(Permissions.Policies) && policies.IsOwn(caller.Tenant);
        return Task.FromResult(showsUrls ? policy : policy with { HookUrl = null, WebhookUrl = null });
    }

    public Task<ReviewPolicySaved> PutPolicyAsync(
        Caller caller, ReviewPolicy policy, string? secret = null, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckTenant(caller.Tenant);
        return policies.PutAsync(caller.Tenant, policy, secret, cancellationToken);
    }

    public async Task<ReviewPage> ListAsync(
        Caller caller, ReviewState? state = null, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckCaller(caller);
        PageLimit.Reviews.Check(pageSize);
        var seesAll = caller.May(Permissions.AgentsReview);
        var binding = $"reviews\n{caller.Tenant}\n{(seesAll ? "" : caller.Subject)}\n{state?.ToName()}";
        var after = LogTokens.ReadRecord(pageToken, caller.Tenant, binding);
        var query = new RecordQuery(ReviewKind.Kind, caller.Tenant).And(
            seesAll ? null : ReviewKind.RequestedBy.Is(caller.Subject), state is { } wanted ? ReviewKind.State.Is(wanted.ToName()) : null);
        var found = await store.QueryAsync(query, after, pageSize + 1, cancellationToken);
        var shown = new List<AgentReview>();
        var unreadable = new List<string>();
        foreach (var (_, record) in found.Take(pageSize))
        {
            if (faulty.TryRead(ReviewKind.Kind, record, ReviewKind.Read) is { } review)
            {
                shown.Add(review.Shown(record.Key.Id, withCard: false));
            }
            else
            {
                unreadable.Add(record.Key.Id);
            }
        }

        var next = found.Count > pageSize
            ? LogTokens.Make(found[pageSize - 1].Position.At, found[pageSize - 1].Record.Key.Id, binding)
            : null;
        return new ReviewPage(shown, next) { Unreadable = unreadable };
    }

    public async Task<AgentReview?> GetAsync(Caller caller, string agentId, CancellationToken cancellationToken = default) =>
        await reviews.FindAsync(KeyOf(caller, agentId), cancellationToken) is { } found && Sees(caller, found.Review)
            ? found.Review.Shown(agentId, withCard: true)
            : null;

    public async Task<AgentReview> ApproveAsync(Caller caller, string agentId, string reviewId, CancellationToken cancellationToken = default)
    {
        var key = KeyOf(caller, agentId);
        caller.DemandAgent(agentId);
        var approved = await reviews.ChangeAsync(
            key,
            now => Checked(now, agentId, reviewId).State switch
            {
                ReviewState.Approved => now,
                ReviewState.Rejected => throw Decided(now!, agentId),
                _ => now! with
                {
                    State = ReviewState.Approved,
                    DecidedBy = caller.Subject,
                    DecidedAt = time.GetUtcMilliseconds(),
                    DueAt = time.GetUtcMilliseconds() + Patience,
                },
            },
            cancellationToken);
        return approved!.IsApplied
            ? approved.Shown(agentId, withCard: true)
            : await ApplyAsync(key, approved, cancellationToken);
    }

    public async Task<AgentReview> RejectAsync(
        Caller caller, string agentId, string reviewId, string reason, CancellationToken cancellationToken = default)
    {
        var key = KeyOf(caller, agentId);
        caller.DemandAgent(agentId);
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > LongestReason)
        {
            throw RegistryException.Invalid("reason", $"must say why, in 1 to {LongestReason:N0} characters");
        }

        var rejected = await reviews.ChangeAsync(
            key,
            now => Checked(now, agentId, reviewId).State switch
            {
                ReviewState.Rejected => now,
                ReviewState.Approved => throw Decided(now!, agentId),
                _ => notices.With(
                    now! with
                    {
                        State = ReviewState.Rejected,
                        DecidedBy = caller.Subject,
                        DecidedAt = time.GetUtcMilliseconds(),
                        Reason = reason,
                    },
                    key.Tenant,
                    agentId),
            },
            cancellationToken);
        notices.Tell();
        return rejected!.Shown(agentId, withCard: true);
    }

    public Task WithdrawAsync(Caller caller, string agentId, CancellationToken cancellationToken = default) => reviews.ChangeAsync(
        KeyOf(caller, agentId),
        now => now is null || now.RequestedBy != caller.Subject
            ? throw NotFound(agentId)
            : now.IsPending ? null : throw Decided(now, agentId),
        cancellationToken);

    /// <summary>Registers what was approved, and notes that it was.</summary>
    /// <exception cref="RegistryException">It is refused: then it waits for a reviewer again, unless it may be tried again.</exception>
    public async Task<AgentReview> ApplyAsync(RecordKey key, StoredReview review, CancellationToken cancellationToken)
    {
        try
        {
            await RegisterAsync(key, review, cancellationToken);
        }
        catch (RegistryException fault) when (fault.Error is not (RegistryError.Unavailable or RegistryError.Busy or RegistryError.StorageFull))
        {
            await reviews.ChangeAsync(
                key,
                now => now?.Id == review.Id && now is { State: ReviewState.Approved, IsApplied: false }
                    ? notices.Timed(now with { State = ReviewState.Pending, DecidedBy = null, DecidedAt = null })
                    : now,
                CancellationToken.None);
            throw;
        }

        var applied = await reviews.ChangeAsync(
            key,
            now => now?.Id == review.Id && now is { State: ReviewState.Approved, IsApplied: false }
                ? notices.With(now with { IsApplied = true }, key.Tenant, key.Id)
                : now,
            CancellationToken.None);
        notices.Tell();
        return (applied?.Id == review.Id ? applied : review).Shown(key.Id, withCard: true);
    }

    private async Task RegisterAsync(RecordKey key, StoredReview review, CancellationToken cancellationToken)
    {
        var writer = review.Writer(key.Tenant);
        for (var attempt = 1; ; attempt++)
        {
            var found = await reviews.ReadAgentAsync(key.Tenant, key.Id, cancellationToken);
            if (RequestMarks.Find(found.Agent?.Requests, writer, time.GetUtcNow()) is null)
            {
                CheckSame(key.Id, review, found);
            }

            try
            {
                var entry = CheckedRegistration.Of(review.Held.Said with { Condition = found.Pinned }, rules);
                await agents.RegisterApprovedAsync(writer, entry with { Source = review.Held.Source }, cancellationToken);
                return;
            }
            catch (RegistryException fault) when (fault.Error == RegistryError.Conflict && attempt < Attempts)
            {
                if (found.Revision == (await reviews.ReadAgentAsync(key.Tenant, key.Id, cancellationToken)).Revision)
                {
                    throw;
                }
            }
        }
    }

    private static void CheckSame(string agentId, StoredReview review, StoredAgent found)
    {
        var has = found.Agent is { } agent ? SignedSubject.Of(agent) : null;
        if (has != review.Base)
        {
            var what = review.Base is null ? "was registered by now"
                : has is null ? "is not registered any more"
                : has.Created != review.Base.Created ? "was removed and registered again since" : "has got another card since";
            throw new RegistryException(
                RegistryError.Conflict,
                $"Agent '{agentId}' {what}: this card was asked for before. It waits still; reject it, or have it sent again.");
        }
    }

    private static StoredReview Checked(StoredReview? review, string agentId, string reviewId) => review is null
        ? throw NotFound(agentId)
        : review.Id == reviewId
            ? review
            : throw new RegistryException(
                RegistryError.Conflict, $"Another card of agent '{agentId}' waits by now, or did: look at it first.", "review_id");

    private static RegistryException Decided(StoredReview review, string agentId) => new(
        RegistryError.Conflict, $"The review of agent '{agentId}' is over: it was {review.State.ToName()} by '{review.DecidedBy}'.");

    private static RegistryException NotFound(string agentId) =>
        new(RegistryError.NotFound, $"There is no review of agent '{LogText.Id(agentId)}'.", "agent_id");

    private static bool Sees(Caller caller, StoredReview review) => caller.May(Permissions.AgentsReview) || review.RequestedBy == caller.Subject;

    private static RecordKey KeyOf(Caller caller, string agentId)
    {
        Identifiers.CheckCaller(caller);
        Identifiers.CheckId(agentId);
        return new RecordKey(caller.Tenant, agentId);
    }
}
