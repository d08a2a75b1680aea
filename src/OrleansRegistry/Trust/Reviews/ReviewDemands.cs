namespace OrleansRegistry.Trust.Reviews;

/// <summary>What is asked of a tenant's cards, by the settings and by its own policy: the stricter holds.</summary>
internal sealed class ReviewDemands(ReviewPolicies policies, PolicyHook hook)
{
    /// <summary>Whether anything is.</summary>
    public bool IsAsked(string tenant) => policies.Asking(tenant).Count > 0;

    /// <summary>Whether a card that the agent does not have yet waits for a reviewer.</summary>
    /// <param name="asker">Who sends it.</param>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Forbidden"/>: a hook denies it. <see cref="RegistryError.Unavailable"/>: it did not answer.
    /// </exception>
    public async Task<bool> WaitsAsync(Caller asker, string tenant, string agentId, RawJson card, bool isNew, CancellationToken cancellationToken)
    {
        var waits = false;
        foreach (var (policy, isOwn) in policies.Asking(tenant))
        {
            // One that denies does so whatever the others say.
            waits |= policy.Policy.HookUrl is null
                ? policy.Policy.Mode == ReviewMode.All || (policy.Policy.Mode == ReviewMode.New && isNew)
                : await IsHeldAsync(policy, isOwn, new HookQuestion(tenant, asker.Subject, agentId, isNew, card), cancellationToken);
        }

        return waits && !asker.May(Permissions.AgentsReview);
    }

    /// <summary>Judges a card of an import, which cannot wait.</summary>
    /// <returns>Why it is not stored; null where it may be.</returns>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unavailable"/>: a hook did not answer.</exception>
    public async Task<string?> JudgeImportedAsync(Caller caller, string agentId, RawJson card, bool isNew, CancellationToken cancellationToken)
    {
        try
        {
            return await WaitsAsync(caller, caller.Tenant, agentId, card, isNew, cancellationToken)
                ? "the policy of the tenant has this card wait for a review: register the agent instead"
                : null;
        }
        catch (RegistryException denied) when (denied.Error == RegistryError.Forbidden)
        {
            return denied.Message;
        }
    }

    private async Task<bool> IsHeldAsync(StoredReviewPolicy policy, bool isOwn, HookQuestion question, CancellationToken cancellationToken)
    {
        var answer = await hook.AskAsync(policy, isOwn, question, cancellationToken);
        return answer switch
        {
            { Decision: HookDecision.Allow } => false,
            { Decision: HookDecision.Review } => true,
            { IsFailure: true } => throw new RegistryException(
                RegistryError.Unavailable, "What decides whether this card is taken did not answer: try again.")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            },
            _ => throw new RegistryException(
                RegistryError.Forbidden,
                $"The policy of tenant '{question.Tenant}' denies this card: {LogText.Escape(answer.Reason ?? "no reason was given")}.",
                "agent_card"),
        };
    }
}
