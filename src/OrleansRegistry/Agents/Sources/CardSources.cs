using OrleansRegistry.Trust.Reviews;
using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Agents.Sources;

/// <summary>Fetches the cards of agents that are registered by URL, and keeps them as they are there.</summary>
internal sealed class CardSources(
    CardFetcher fetcher,
    GrainReferences<IAgentGrain> grains,
    AgentDirectory directory,
    IRecordStore store,
    AgentRevisions revisions,
    SignatureGate signatures,
    ReviewGate reviews,
    CardFetchOptions options,
    [RegistryTime] TimeProvider time)
{
    /// <summary>The card of a registration by URL; null where it brings its card itself.</summary>
    /// <exception cref="RegistryException">There is none that could be had, or this registry fetches none.</exception>
    public async Task<FetchedCard?> FetchAsync(AgentRegistration registration, CancellationToken cancellationToken)
    {
        if (registration.CardUrl is null)
        {
            return null;
        }

        DemandEnabled();
        CardUrls.CheckFetched(registration);
        return await fetcher.FetchAsync(registration.CardUrl, cancellationToken);
    }

    /// <summary>Fetches an agent's card anew, and writes what has changed: the card, or that it could not be had.</summary>
    /// <param name="decides">Whether somebody who may approve cards has asked for it.</param>
    /// <exception cref="RegistryException">The agent's card was not fetched, there is none now that could be had, or it got another one meanwhile.</exception>
    public async Task<AgentRefresh> RefreshAsync(AgentRecord agent, CancellationToken cancellationToken, bool decides = false)
    {
        DemandEnabled();
        var source = agent.Source
            ?? throw RegistryException.Invalid(CardUrls.Field, "is not known: the agent's card was sent, not fetched. Register it by its URL");
        FetchedCard? fetched;
        AgentSignature? signature = null;
        AgentReview? review = null;
        bool isSame;
        try
        {
            fetched = await fetcher.FetchAgainAsync(source, cancellationToken);
            isSame = fetched is null || fetched.Bytes.Span.SequenceEqual(agent.Card.Span);
            if (fetched is not null && !isSame)
            {
                var found = RawJson.FromValid(fetched.Bytes.Span);
                AgentRules.CheckDelivery(agent.Delivery, AgentCard.ReachOf(found));
                CompatibilityRules.Compare(agent, found, force: false);
                signature = await signatures.JudgeAsync(agent.Tenant, agent.Owner, found, cancellationToken);
                review = await reviews.JudgeFetchedAsync(agent, fetched, source.RefreshInterval, decides, cancellationToken);
            }
        }
        catch (RegistryException fault)
        {
            await NoteFailureAsync(fault.Message);
            throw;
        }

        if (review is not null)
        {
            var held = await NoteFailureAsync(review.State == ReviewState.Pending
                ? "The card that is there waits for a review."
                : $"The card that is there was rejected in a review: {review.Reason}");
            return new AgentRefresh(held, Changed: false, []) { Review = review };
        }

        if (fetched is null || isSame)
        {
            // What is as it was is not written: else each look at a card would be a change that others are told of.
            var same = source.Failure is null ? agent : await NoteAsync(agent, source with { Failure = null }, cancellationToken);
            return new AgentRefresh(same, Changed: false, []);
        }

        var bytes = RawJson.FromValid(fetched.Bytes.Span);
        var card = AgentCard.Read(bytes);
        var known = directory.OriginsOf(agent.Tenant, card.Extensions.Select(extension => extension.Uri));
        var origins = ExtensionOrigins.For(card, agent.Id, time.GetUtcMilliseconds(), known);
        var now = fetched.Source with { Unknown = source.Unknown };
        var refreshed = new AgentRefreshed(now, source.FetchedAt, bytes, origins, card.Reach)
        {
            Signature = signature,
            Judgement = signatures.JudgementOf(agent.Tenant, agent.Owner),
        };
        var written = await WriteAsync(agent, refreshed, cancellationToken, card);
        return new AgentRefresh(written, Changed: true, card.Warnings);

        Task<AgentRecord> NoteFailureAsync(string reason)
        {
            var failure = new AgentSourceFailure(reason, time.GetUtcMilliseconds(), (source.Failure?.Attempts ?? 0) + 1);
            return NoteAsync(agent, source with { Failure = failure }, cancellationToken);
        }
    }

    private Task<AgentRecord> NoteAsync(AgentRecord agent, AgentSource source, CancellationToken cancellationToken) =>
        WriteAsync(agent, new AgentRefreshed(source, source.FetchedAt, default, [], default), cancellationToken);

    private async Task<AgentRecord> WriteAsync(
        AgentRecord agent, AgentRefreshed refreshed, CancellationToken cancellationToken, AgentCard? card = null)
    {
        var history = store.History;
        var written = await GrainCalls.RunAsync(grains.Get(agent.Tenant, agent.Id), grain => grain.Refresh(refreshed));
        directory.TakeIn(written.Agent, card, history);
        await revisions.SeeOwnAsync(written.Agent.Revision, history, cancellationToken);
        return directory.Judged(written.Agent);
    }

    private void DemandEnabled()
    {
        if (!options.Enabled)
        {
            throw new RegistryException(RegistryError.NotSupported, "This registry fetches no cards (CARD_FETCH_ENABLED): send the card itself.");
        }
    }
}
