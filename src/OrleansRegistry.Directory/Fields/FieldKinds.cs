namespace OrleansRegistry.Directory;

/// <summary>
/// Where agents have what they are filtered and counted by: one line for each <see cref="AgentField"/>. What is filtered by often has an index
/// (<see cref="Facets"/>); the others are small lists that cards share, or members of the record.
/// </summary>
internal static class FieldKinds
{
    private static readonly StringComparer AnyCase = StringComparer.OrdinalIgnoreCase;

    /// <summary>In the order in which page tokens have them: new ones go to the end.</summary>
    public static FieldKind[] All { get; } =
    [
        Indexed(AgentField.Tag, Facets.Tags) with { BoundAs = "tags" },
        Indexed(AgentField.Category, Facets.Categories) with { BoundAs = "category" },
        Indexed(AgentField.Skill, Facets.Skills) with { BoundAs = "skills" },
        Indexed(AgentField.Capability, Facets.Capabilities) with { BoundAs = "capability", Spell = AgentCard.CapabilityName },
        Indexed(AgentField.Provider, Facets.Providers) with { BoundAs = "provider" },
        Many(AgentField.SkillTag, entry => entry.SkillTags),
        Many(AgentField.Extension, entry => entry.Extensions.Count == 0 ? [] : [.. entry.Extensions.Select(declared => declared.Uri)])
            with { Find = (index, uri) => index.Extensions.Find(uri)?.Slots },
        Many(AgentField.InputMode, entry => entry.Traits.InputModes) with { Comparer = AnyCase },
        Many(AgentField.OutputMode, entry => entry.Traits.OutputModes) with { Comparer = AnyCase },
        Many(AgentField.Binding, entry => entry.Traits.Bindings)
            with { Comparer = AnyCase, Spell = value => CardInterfaces.BindingOf(value)! },
        Many(AgentField.ProtocolVersion, entry => entry.Traits.Versions) with { Spell = CardTraits.MajorMinor },
        Many(AgentField.Host, entry => entry.Hosts) with { Spell = value => InterfaceUrl.HostOf(value) ?? value },
        One(AgentField.Enabled, record => record.Enabled ? "true" : "false"),
        One(AgentField.Delivery, record => record.EffectiveDelivery.ToName()),
        One(AgentField.Owner, record => record.Owner),
        One(AgentField.LifeCycle, record => record.LifeCycle.ToName())
            with { UnlessAsked = [AgentLifeCycle.Active.ToName()], Everything = AgentField.Everything },
        One(AgentField.Health, record => record.Health?.ToName()),
        One(AgentField.Probe, record => record.Probe?.Result?.Outcome.ToName()),
        One(AgentField.Signature, record => record.Signature?.Verdict.ToName() ?? SignatureVerdicts.None),
        new(AgentField.DomainVerified, entry => new FieldValues(entry.IsDomainVerified ? "true" : "false")),
        new(AgentField.TrustLevel, entry => new FieldValues(entry.TrustLevel)),
    ];

    public static FieldKind Of(AgentField field) => Array.Find(All, kind => kind.Field == field)!;

    private static FieldKind Indexed(AgentField field, FacetKind facet) => Many(field, entry => entry.Values(facet)) with
    {
        Comparer = facet.Comparer,
        Find = (index, value) => index.Of(facet).Find(value),
    };

    private static FieldKind Many(AgentField field, Func<AgentEntry, IReadOnlyList<string>> values) =>
        new(field, entry => new FieldValues(values(entry)));

    private static FieldKind One(AgentField field, Func<AgentRecord, string?> value) => new(field, entry => new FieldValues(value(entry.Record)));
}
