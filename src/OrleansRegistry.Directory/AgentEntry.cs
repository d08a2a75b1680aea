namespace OrleansRegistry.Directory;

/// <summary>One agent as the directory holds it: its record, and what its card is found by, as <see cref="ComparedText"/>. Immutable.</summary>
internal sealed class AgentEntry
{
    private const int FewExtensions = 16;

    // So that to tell of all extensions of one agent does not cost the square of their number.
    private readonly Dictionary<string, DeclaredExtension>? manyExtensions;
    private readonly IReadOnlyList<string>[] facets;
    private readonly AgentVerdicts? verdicts;

    private AgentRecord? judged;

    // Until it is indexed.
    private PreparedText? text;

    private AgentEntry(AgentRecord record, AgentCard? card, ExtensionPolicy policy, AgentEntry? before, AgentVerdicts? verdicts)
    {
        this.verdicts = verdicts;
        Record = WithReach(record, card?.Reach ?? CardReach.Unknown);
        // A copy lies beside this entry in memory, and not wherever the card was read: searches wait for memory more than for anything else.
        SearchText = card?.SearchText.ToArray() ?? Directory.SearchText.Of(record.Id);
        facets = new IReadOnlyList<string>[Facets.All.Length];
        foreach (var kind in Facets.All)
        {
            facets[kind.Number] = card is null ? [] : Kept(before?.Values(kind), ComparedText.Of(kind.Values(card)));
        }

        Traits = card?.Traits ?? CardTraits.None;
        Hosts = SharedText.Of(card?.Hosts ?? []);
        SkillTags = card is null || ReferenceEquals(card.SkillTags, card.Tags)
            ? Values(Facets.Tags)
            : SharedText.Of(ComparedText.Of(card.SkillTags));
        Extensions = card is null or { Extensions.Count: 0 } ? [] : Listed(card.Extensions, policy);
        manyExtensions = Extensions.Count > FewExtensions ? Extensions.ToDictionary(extension => extension.Uri, StringComparer.Ordinal) : null;
    }

    /// <summary>The same card in a new record.</summary>
    private AgentEntry(AgentRecord record, AgentEntry same)
    {
        Record = WithReach(record, same.Record.Reach);
        SearchText = same.SearchText;
        facets = same.facets;
        verdicts = same.verdicts;
        Traits = same.Traits;
        Hosts = same.Hosts;
        SkillTags = same.SkillTags;
        Extensions = same.Extensions;
        manyExtensions = same.manyExtensions;
    }

    public AgentRecord Record { get; }

    /// <summary>Whether ranked search finds the same in both.</summary>
    public bool HasTextOf(AgentEntry other) => Record.Card == other.Record.Card;

    /// <summary>The card's tokens, for the index; null where the card could not be read. They are gone after that.</summary>
    public PreparedText? TakeText()
    {
        var taken = text;
        text = null;
        return taken;
    }

    /// <inheritdoc cref="AgentCard.SearchText"/>
    public ReadOnlyMemory<byte> SearchText { get; }

    public IReadOnlyList<DeclaredExtension> Extensions { get; }

    public CardTraits Traits { get; }

    public IReadOnlyList<string> Hosts { get; }

    public IReadOnlyList<string> SkillTags { get; }

    /// <summary>Whether the agent's owner has proved all of them, now.</summary>
    public bool IsDomainVerified => verdicts?.IsDomainVerified(Record, Hosts) == true;

    /// <summary>
    /// The record with what other records say of it: the same object as long as they say the same, as others keep what they made of an agent beside its
    /// record.
    /// </summary>
    public AgentRecord Judged()
    {
        var last = judged ?? Record;
        var now = verdicts?.Judge(last, Hosts) ?? last;
        if (!ReferenceEquals(now, last))
        {
            judged = now;
        }

        return now;
    }

    /// <inheritdoc cref="AgentRecord.TrustLevel"/>
    public string TrustLevel => verdicts?.LevelOf(Record, Hosts) ?? TrustLevels.Unverified;

    /// <summary>What the agent is found by, of one kind.</summary>
    public IReadOnlyList<string> Values(FacetKind kind) => facets[kind.Number];

    /// <summary>The agent's declaration of this extension, or null.</summary>
    public DeclaredExtension? Extension(string uri) =>
        manyExtensions is not null ? manyExtensions.GetValueOrDefault(uri) : Extensions.FirstOrDefault(extension => extension.Uri == uri);

    /// <summary>
    /// Indexes a stored record. <paramref name="unreadable"/> is set where its card, taken by an earlier version of the
    /// registry, can no longer be read: the agent is then found by its id alone.
    /// </summary>
    /// <param name="card">The record's card, where it was read already.</param>
    /// <param name="texts">Where its tokens are looked up.</param>
    /// <param name="before">What it takes the place of: lists that have not changed are taken over, and need not be indexed again.</param>
    /// <param name="verdicts">What other records say of agents; null for nothing.</param>
    public static AgentEntry For(
        AgentRecord record,
        AgentCard? card,
        ExtensionPolicy policy,
        AgentEntry? before,
        TextGeneration texts,
        out RegistryException? unreadable,
        AgentVerdicts? verdicts = null)
    {
        unreadable = null;
        if (before is not null && before.Record.Card == record.Card)
        {
            return new AgentEntry(record, before);
        }

        try
        {
            card ??= AgentCard.Read(record.Card);
            return new AgentEntry(record, card, policy, before, verdicts) { text = texts.Prepare(card, record.Id) };
        }
        catch (RegistryException fault)
        {
            unreadable = fault;
            return new AgentEntry(record, null, policy, before, verdicts);
        }
    }

    private static AgentRecord WithReach(AgentRecord record, CardReach reach) => record.Reach == reach ? record : record with { Reach = reach };

    private static IReadOnlyList<string> Kept(IReadOnlyList<string>? before, IReadOnlyList<string> now) =>
        before is not null && AreEqual(before, now) ? before : now;

    private static bool AreEqual(IReadOnlyList<string> left, IReadOnlyList<string> right)
    {
        var equal = left.Count == right.Count;
        for (var i = 0; equal && i < left.Count; i++)
        {
            equal = left[i] == right[i];
        }

        return equal;
    }

    private static IReadOnlyList<DeclaredExtension> Listed(IReadOnlyList<DeclaredExtension> declared, ExtensionPolicy policy) =>
        declared.All(extension => policy.Allows(extension.Uri)) ? declared : [.. declared.Where(extension => policy.Allows(extension.Uri))];
}

/// <summary>The place of one agent id in the directory's orderings; its entry is replaced with every change.</summary>
internal sealed class AgentSlot(string id) : ISorted
{
    private volatile AgentEntry? entry;

    public string Id => id;

    string ISorted.Key => id;

    /// <summary>The number of its card in the text index; negative where it is not in there.</summary>
    public int Document { get; set; } = -1;

    /// <summary>Null once the agent is removed.</summary>
    public AgentEntry? Entry
    {
        get => entry;
        set => entry = value;
    }
}
