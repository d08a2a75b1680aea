using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Transfer;

/// <summary>
/// Judges the agents of an import by somebody who does not manage all tenants, before they are stored: their cards, and what the file says was found of
/// their signatures, in whose place comes what this registry finds.
/// </summary>
internal sealed class AgentImportJudge(IImportTerms terms, ImportTarget target, ImportTally tally, CancellationToken cancellationToken)
{
    /// <summary>Whom a tenant's hook is asked about at once.</summary>
    private const int JudgedAtOnce = 8;

    /// <summary>Those whose cards are let in.</summary>
    public async Task<List<CheckedLine>> JudgeAsync(List<CheckedLine> batch)
    {
        var stored = await target.ReadAsync(AgentKind.Kind, batch);
        var taken = new List<CheckedLine>();
        foreach (var some in batch.Zip(stored).Chunk(JudgedAtOnce))
        {
            foreach (var (line, refusal) in await Task.WhenAll(some.Select(agent => JudgeAsync(agent.First, agent.Second))))
            {
                if (refusal is null)
                {
                    taken.Add(line);
                }
                else
                {
                    tally.Fault(line.Number, refusal);
                }
            }
        }

        return taken;
    }

    private async Task<(CheckedLine Line, string? Refusal)> JudgeAsync(CheckedLine line, StoredRecord? stored)
    {
        if (target.ResultOf(line, stored) is not (ImportResult.Created or ImportResult.Replaced))
        {
            return (line, null);
        }

        var before = TryRead(stored);
        var agent = AgentKind.ReadBesideCard(new StoredRecord(line.Key, 1, line.Body));
        var owner = line.IsBare && before is not null ? before.Owner : agent.Owner;
        var isSameCard = before?.Card == agent.Card;
        var verdict = isSameCard && before!.Owner == owner
            ? default
            : await terms.JudgeAsync(line.Key.Id, owner, agent.Card, stored is null, cancellationToken);
        var signature = SignatureWriter.After(before?.Signature, verdict.Found, isSameCard);
        return agent.Signature is null && signature is null
            ? (line, verdict.Refusal)
            : (line with { Line = line.Line! with { Body = AgentKind.Write(agent with { Signature = signature }) } }, verdict.Refusal);
    }

    private static AgentRecord? TryRead(StoredRecord? stored)
    {
        try
        {
            return stored is null ? null : AgentKind.ReadBesideCard(stored);
        }
        catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
        {
            return null;
        }
    }
}
