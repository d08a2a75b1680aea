using OrleansRegistry.Trust.Signatures;

namespace OrleansRegistry.Transfer;

/// <summary>Agents of older systems, of which there is a card and little else.</summary>
internal static class BareAgent
{
    /// <summary>The agent that is stored, with the card of the line.</summary>
    /// <param name="kept">A record of the card that it has and those before it, to be stored first; null where they are in the agent's own.</param>
    public static CheckedLine Over(StoredRecord stored, CheckedLine line, out RecordChange? kept)
    {
        var fresh = AgentKind.ReadBesideCard(new StoredRecord(line.Key, 1, line.Body));
        kept = null;
        AgentRecord before;
        try
        {
            before = AgentKind.ReadBesideCard(stored);
        }
        catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
        {
            return line;
        }

        var after = before with
        {
            Card = fresh.Card,
            Source = null,
            Stamp = CardStamps.Next(before, fresh.Card, before.Owner, fresh.UpdatedAt),
            Enabled = fresh.Enabled,
            UpdatedAt = fresh.UpdatedAt,
            Probe = ProbeChange.Apply(null, before.Probe, isSameCard: before.Card == fresh.Card),
            Signature = SignatureWriter.After(before.Signature, fresh.Signature, isSameCard: before.Card == fresh.Card),
            ExtensionOrigins = ExtensionOrigins.Keep(fresh.ExtensionOrigins, before.ExtensionOrigins),
        };
        if (after.Stamp != before.Stamp)
        {
            after = after with { Replaced = [.. ReplacedCards.Before(before.Replaced, before.VersionNumber), ReplacedCards.Of(before, after.Card)] };
            if (!ReplacedCards.Fit(after.Replaced))
            {
                var key = AgentVersionKind.KeyOf(before.Tenant, before.Id, before.VersionNumber);
                kept = new RecordChange(key, 0, AgentVersionKind.Write(AgentVersionKind.Of(before)));
                after = after with { Replaced = [] };
            }
        }

        return line with { Line = line.Line! with { Body = AgentKind.Write(after) } };
    }
}
