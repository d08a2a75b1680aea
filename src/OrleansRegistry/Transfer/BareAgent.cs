namespace OrleansRegistry.Transfer;

/// <summary>Agents of older systems, of which there is a card and little else.</summary>
internal static class BareAgent
{
    /// <summary>The agent that is stored, with the card of the line.</summary>
    public static CheckedLine Over(StoredRecord stored, CheckedLine line)
    {
        var fresh = AgentKind.ReadBesideCard(new StoredRecord(line.Key, 1, line.Body));
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
            ExtensionOrigins = ExtensionOrigins.Keep(fresh.ExtensionOrigins, before.ExtensionOrigins),
        };
        return line with { Line = line.Line! with { Body = AgentKind.Write(after) } };
    }
}
