namespace OrleansRegistry.Agents;

/// <summary>Makes of a patch, once it is checked, what its agent's grain is to change.</summary>
internal sealed class AgentChanges(AgentDirectory directory, AgentRules rules, [RegistryTime] TimeProvider time)
{
    /// <exception cref="RegistryException">The patch is refused whatever the agent is.</exception>
    public AgentChange Of(Caller caller, string id, AgentPatch patch)
    {
        var cardPatch = CheckPatch(patch);
        var workers = AgentWorkers.Check(patch.Workers);
        var delivery = CheckDelivery(patch);
        var credentials = ForwardingRules.Check(patch.Credentials);
        CompatibilityRules.Check(patch.Compatibility);
        var lease = rules.Leases.Check(patch.Ttl, patch.Ephemeral, patch.EndsLease);
        var probe = rules.Probes.Check(patch.ProbeInterval, patch.ProbeUrl, patch.ProbesAsUsual, patch.ProbesByCard);
        LifeCycleRules.Check(patch.LifeCycle, patch.Deprecation);
        var sharing = SharingRules.Check(patch.Sharing);
        return new AgentChange(cardPatch, patch.Enabled, KnownOrigins(caller, id, cardPatch), patch.Condition, caller.Subject, workers)
        {
            Delivery = patch.Delivery,
            DeliveryByCard = patch.DeliveryByCard,
            Credentials = credentials,
            LifeCycle = patch.LifeCycle,
            Deprecation = patch.Deprecation,
            Compatibility = patch.Compatibility,
            Force = patch.Force,
            Lease = lease,
            Probe = probe,
            Sharing = sharing,
            Mark = RequestMarks.Of(
                caller,
                () => new RequestFingerprint("patch").Add("agent_card", cardPatch).Add("enabled", Text(patch.Enabled)).Add("workers", Text(workers))
                    .Add("delivery", delivery).Add("credentials", ForwardingRules.Text(credentials)).Add("lifecycle", patch.LifeCycle?.ToName())
                    .Add("deprecation", LifeCycleRules.Text(patch.Deprecation)).Add("compatibility", patch.Compatibility?.ToName())
                    .Add("force", patch.Force ? "true" : null).Add("lease", LeaseRules.Text(lease))
                    .Add("probe", ProbeRules.Text(probe)).Add("sharing", SharingRules.Text(sharing)),
                time.GetUtcMilliseconds()),
        };
    }

    /// <summary>As a request's fingerprint has it.</summary>
    public static string? Text(IReadOnlyList<string>? workers) => workers is null ? null : string.Join('\n', workers);

    /// <inheritdoc cref="Text(IReadOnlyList{string})"/>
    public static string? Text(bool? flag) => flag switch { null => null, true => "true", false => "false" };

    /// <summary>What the patch sets, as its request's fingerprint has it.</summary>
    private static string? CheckDelivery(AgentPatch patch)
    {
        if (patch.Delivery is null)
        {
            return patch.DeliveryByCard ? "by the card" : null;
        }

        // Whether the card reaches as far is the grain's to judge, which knows the card.
        AgentRules.CheckDelivery(patch.Delivery, CardReach.Forwardable);
        return patch.DeliveryByCard
            ? throw RegistryException.Invalid("delivery", "cannot be set and follow from the card at once")
            : patch.Delivery.Value.ToName();
    }

    /// <summary>For the extensions that the card will declare once it is patched, as far as this node can tell.</summary>
    private IReadOnlyList<ExtensionOrigin> KnownOrigins(Caller caller, string id, RawJson cardPatch)
    {
        // Most patches touch no extension; a name with an escape in it may be any.
        var mayDeclare = cardPatch.Span.IndexOf("extensions"u8) >= 0 || cardPatch.Span.Contains((byte)'\\');
        if (!mayDeclare || directory.Find(caller.Tenant, id) is not { } current)
        {
            return [];
        }

        var card = AgentCard.Read(JsonMerge.Apply(current.Card, cardPatch));
        return directory.OriginsOf(caller.Tenant, card.Extensions.Select(extension => extension.Uri));
    }

    private RawJson CheckPatch(AgentPatch patch)
    {
        if (patch.CardPatch is not { } bytes)
        {
            return default;
        }

        if (bytes.Length > rules.MaxCardBytes)
        {
            throw new RegistryException(
                RegistryError.TooLarge,
                $"agent_card: the patch has {bytes.Length:N0} bytes; a card has up to {rules.MaxCardBytes:N0}",
                "agent_card");
        }

        using var document = JsonInput.Parse(bytes, "agent_card");
        return RawJson.FromValid(bytes.Span);
    }
}
