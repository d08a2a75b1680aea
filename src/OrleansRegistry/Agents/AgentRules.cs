namespace OrleansRegistry.Agents;

/// <summary>What this registry accepts as an agent.</summary>
/// <param name="Strict">Refuse a card for anything that would otherwise be a warning.</param>
/// <param name="MaxCardBytes">The largest card, in bytes.</param>
internal sealed record AgentRules(bool Strict = false, int MaxCardBytes = 256 * 1024)
{
    /// <summary>What may be said of an agent's lease.</summary>
    public LeaseRules Leases { get; init; } = new(TimeSpan.FromSeconds(30));

    /// <summary>What an agent may have as instances.</summary>
    public InstanceRules Instances { get; init; } = new(100);

    /// <summary>What may be said of its probes.</summary>
    public ProbeRules Probes { get; init; } = new(TimeSpan.FromSeconds(60));

    /// <summary>Reads and checks a card.</summary>
    /// <exception cref="RegistryException">It is refused: its field and the rule are named.</exception>
    public (RawJson Bytes, AgentCard Card) Check(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > MaxCardBytes)
        {
            throw new RegistryException(
                RegistryError.TooLarge,
                $"agent_card: has {utf8.Length:N0} bytes; this registry takes up to {MaxCardBytes:N0}",
                "agent_card");
        }

        using var document = JsonInput.Parse(utf8, "agent_card");
        var card = AgentCard.Read(document.RootElement);
        if (Strict && card.Warnings.Count > 0)
        {
            var all = string.Join("; ", card.Warnings.Take(10).Select(warning => $"{warning.Field}: {warning.Message}"));
            throw new RegistryException(RegistryError.Invalid, $"{all} (this registry is strict about cards)", card.Warnings[0].Field);
        }

        return (RawJson.FromValid(utf8.Span), card);
    }

    /// <summary>Checks how messages are to get to an agent whose card reaches as far.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: there is no such delivery, or the card rules it out.</exception>
    public static void CheckDelivery(AgentDelivery? delivery, CardReach reach)
    {
        if (delivery is { } value && !AgentDeliveries.IsKnown(value))
        {
            throw RegistryException.Invalid("delivery", $"must be {AgentDeliveries.AllNames}");
        }

        if (delivery == AgentDelivery.Forward && reach != CardReach.Forwardable)
        {
            throw RegistryException.Invalid(
                "delivery",
                "is forward, and the card names no interface to forward to: it needs an http or https URL that speaks JSONRPC or HTTP+JSON");
        }
    }
}
