using Orleans.Storage;
using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Agents;

internal sealed partial class AgentGrain
{
    public async Task<AgentRecord?> Verified(SignedSubject of, AgentSignature? found)
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

        if (found is null ? Current!.Signature is null : !SignatureWriter.IsNews(Current!.Signature, found))
        {
            return ReplacedCards.Without(Current);
        }

        var written = await WriteAsync(default, mark: null, creates: false, before =>
        {
            // What was checked above may have been read again since.
            var had = IsOf(before) ? before!.Signature : throw new InconsistentStateException();
            return before with { Signature = found is null ? null : found with { Unknown = had?.Unknown ?? default } };
        });
        return written.Agent;

        bool IsOf(AgentRecord? agent) => agent is not null && SignedSubject.Of(agent) == of;
    }

    /// <summary>A node may be behind: what was judged for another owner, or let through as the agent had the card, is to be judged again.</summary>
    private void CheckJudged(CardJudgement? judgement, string? owner, bool isSameCard)
    {
        if (judgement?.Holds(owner, isSameCard) == false)
        {
            throw new RegistryException(RegistryError.Busy, $"Agent '{id}' was changed while its card was looked at: try again.")
            {
                RetryAfter = TimeSpan.FromSeconds(1),
            };
        }
    }

    /// <summary>What was found of the signatures of a patched card, where it is the one that was judged.</summary>
    private AgentSignature? SignatureOf(AgentChange change, AgentRecord before, RawJson card)
    {
        if (change.Judged is { } judged && judged.Card == card)
        {
            return SignatureWriter.After(before.Signature, judged.Signature, before.Card == card);
        }

        return change.DemandsJudged
            ? throw new RegistryException(RegistryError.Conflict, $"Agent '{id}' got another card while the patched one was looked at.")
            : SignatureWriter.After(before.Signature, null, before.Card == card);
    }
}
