namespace OrleansRegistry;

/// <summary>What a tenant asks of cards, beside what the registry's settings ask for, and how far it trusts owners and extensions.</summary>
/// <param name="RequireSignature">New agents, and new cards of agents, must have a valid signature.</param>
public sealed record CardPolicy(bool RequireSignature = false)
{
    /// <summary>The most extensions that are named.</summary>
    public const int MostExtensions = 1000;

    /// <summary>The most owners, and the most extensions, that are given a level.</summary>
    public const int MostLevels = 1000;

    /// <summary>The domains of the URLs of new agents' cards, and of new cards of agents, must be proved (<see cref="AgentRecord.DomainVerified"/>).</summary>
    public bool RequireDomain { get; init; }

    /// <summary>
    /// The extensions that new agents, and new cards of agents, may declare: URIs of up to 2,048 characters, up to <see cref="MostExtensions"/>, each once.
    /// Null: any, but those that a card requires must be listed by the registry (<see cref="ExtensionPolicy.Allows"/>).
    /// </summary>
    public IReadOnlyList<string>? Extensions { get; init; }

    /// <summary>
    /// The least level (<see cref="AgentRecord.TrustLevel"/>) that new agents, and agents with a new card, must have: one of <see cref="TrustLevels"/>.
    /// Null: what the registry's settings say; <see cref="TrustLevels.Unspecified"/>: any.
    /// </summary>
    public string? MinimumTrustLevel { get; init; }

    /// <summary>By subjects, up to <see cref="MostLevels"/>: the level of all agents that they own, whatever else is known of those. Null: of nobody.</summary>
    public IReadOnlyDictionary<string, string>? OwnerTrustLevels { get; init; }

    /// <summary>By URIs, up to <see cref="MostLevels"/>: the level of extensions (<see cref="ExtensionInfo.TrustLevel"/>). Null: of none.</summary>
    public IReadOnlyDictionary<string, string>? ExtensionTrustLevels { get; init; }

    /// <summary>Whether both say the same.</summary>
    internal bool IsSame(CardPolicy? other) => other is not null
        && this with { Extensions = null, OwnerTrustLevels = null, ExtensionTrustLevels = null }
            == other with { Extensions = null, OwnerTrustLevels = null, ExtensionTrustLevels = null }
        && (Extensions is null ? other.Extensions is null : other.Extensions is not null && Extensions.SequenceEqual(other.Extensions))
        && IsSame(OwnerTrustLevels, other.OwnerTrustLevels)
        && IsSame(ExtensionTrustLevels, other.ExtensionTrustLevels);

    private static bool IsSame(IReadOnlyDictionary<string, string>? one, IReadOnlyDictionary<string, string>? other) => one is null || other is null
        ? ReferenceEquals(one, other)
        : one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out var level) && level == pair.Value);
}
