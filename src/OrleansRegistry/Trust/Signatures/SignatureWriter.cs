namespace OrleansRegistry.Trust.Signatures;

/// <summary>Checks the signatures of a card that an agent has, and writes what it finds where it is something else than before.</summary>
internal sealed class SignatureWriter(
    CardVerifier verifier, AgentDirectory directory, IRecordStore store, AgentRevisions revisions, GrainReferences<IAgentGrain> grains)
{
    /// <param name="isAwaited">Whether this node's directory is to have what was written when this returns.</param>
    /// <returns>The agent as it is then; null where it got another card meanwhile, or is gone.</returns>
    public async Task<AgentRecord?> CheckAsync(AgentRecord agent, TimeSpan patience, bool isAwaited, CancellationToken cancellationToken)
    {
        var found = await verifier.VerifyAsync(agent.Tenant, agent.Card, patience, cancellationToken);
        if (found is null ? agent.Signature is null : !IsNews(agent.Signature, found))
        {
            return agent;
        }

        var history = store.History;
        var subject = SignedSubject.Of(agent);
        var written = await GrainCalls.RunAsync(grains.Get(agent.Tenant, agent.Id), grain => grain.Verified(subject, found));
        if (written is null)
        {
            return null;
        }

        directory.TakeIn(written, card: null, history);
        if (isAwaited)
        {
            await revisions.SeeOwnAsync(written.Revision, history, cancellationToken);
        }

        return written;
    }

    /// <summary>Whether what was found takes the place of what was found of the same card before: that keys cannot be read now does not.</summary>
    public static bool IsNews(AgentSignature? before, AgentSignature found) =>
        !found.IsSame(before) && !(before is not null && found is { Verdict: SignatureVerdict.Unknown, AwaitsKeys: true });

    /// <summary>What an agent's record has after a card was taken.</summary>
    public static AgentSignature? After(AgentSignature? before, AgentSignature? found, bool isSameCard) =>
        isSameCard && (found is null || !IsNews(before, found)) ? before : found;
}
