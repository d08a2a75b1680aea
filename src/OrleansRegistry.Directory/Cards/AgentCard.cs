using System.Text.Json;

namespace OrleansRegistry.Directory;

/// <summary>
/// The registry's reading of an agent card: only the fields that it indexes or checks. The card itself stays the bytes that
/// were sent.
/// </summary>
/// <remarks>A2A 1.0 (<c>supportedInterfaces</c>) and 0.2/0.3 (<c>url</c>), in camelCase or snake_case.</remarks>
internal sealed class AgentCard
{
    /// <summary>Never empty, and not only white space.</summary>
    public required string Name { get; init; }

    public string? Description { get; init; }

    /// <summary>The provider's organization, or none.</summary>
    public IReadOnlyList<string> Providers { get; init; } = [];

    public IReadOnlyList<AgentSkill> Skills { get; init; } = [];

    /// <summary>The ids of the skills that have one, each once.</summary>
    public IReadOnlyList<string> SkillIds { get; init; } = [];

    /// <summary>The tags of the card and of all its skills, each once, in order of appearance.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The tags of the skills alone; the same list as <see cref="Tags"/> where the card has no others.</summary>
    public IReadOnlyList<string> SkillTags { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>The capabilities that the card says it has, in camelCase, each once.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>The extensions that the card declares, each uri once.</summary>
    public IReadOnlyList<DeclaredExtension> Extensions { get; init; } = [];

    /// <summary>Whether the card names a URL, and one that the registry could send messages to.</summary>
    public CardReach Reach { get; init; }

    /// <summary>The hosts of its interfaces, each once.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    public CardTraits Traits { get; init; } = CardTraits.None;

    /// <summary>Name, description and skill ids as <see cref="SearchText"/>.</summary>
    public ReadOnlyMemory<byte> SearchText { get; init; }

    /// <summary>What the card's A2A version asks for and the card lacks, or spells in its own way.</summary>
    public IReadOnlyList<CardWarning> Warnings { get; init; } = [];

    /// <summary>Reads a card that is known to be valid JSON.</summary>
    /// <exception cref="RegistryException">The card is unusable; its field and the rule are named.</exception>
    public static AgentCard Read(RawJson card)
    {
        using var document = JsonDocument.Parse(card.Utf8);
        return Read(document.RootElement);
    }

    /// <inheritdoc cref="Read(RawJson)"/>
    public static AgentCard Read(JsonElement card) => new AgentCardReader(card).Read();

    /// <summary>The provider's organization in a stored card, as far as one is there; judges nothing.</summary>
    public static string? ProviderOf(RawJson card)
    {
        using var document = JsonDocument.Parse(card.Utf8);
        var provider = Member(document.RootElement, "provider");
        var organization = provider.ValueKind == JsonValueKind.String ? provider : Member(provider, "organization");
        organization = organization.ValueKind == JsonValueKind.String ? organization : Member(provider, "name");
        return organization.ValueKind == JsonValueKind.String ? organization.GetString() : null;

        static JsonElement Member(JsonElement parent, string name) =>
            parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) ? member : default;
    }

    /// <summary>Where a card says that its agent is reached, in its order; of a card that is known to be valid JSON.</summary>
    public static IReadOnlyList<string> UrlsOf(RawJson card)
    {
        using var document = JsonDocument.Parse(card.Utf8, JsonInput.Stored);
        return [.. CardInterfaces.Of(document.RootElement).Select(found => found.Url)];
    }

    /// <summary><see cref="Reach"/> of a card that is known to be valid JSON.</summary>
    public static CardReach ReachOf(RawJson card)
    {
        using var document = JsonDocument.Parse(card.Utf8);
        return CardInterfaces.ReachOf(document.RootElement);
    }

    /// <summary>A capability's name as <see cref="Capabilities"/> has it: <c>push_notifications</c> is <c>pushNotifications</c>.</summary>
    public static string CapabilityName(string name) => CardJson.ToCamelCase(name);
}

/// <summary>One skill of a card. <paramref name="Id"/> is null where the card gives none.</summary>
internal sealed record AgentSkill(string? Id, string? Name, string? Description)
{
    /// <summary>What a user might say.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];
}

/// <summary>One extension as a card declares it. <paramref name="Params"/> is empty if there are none.</summary>
internal sealed record DeclaredExtension(string Uri, string? Description, bool Required, RawJson Params);
