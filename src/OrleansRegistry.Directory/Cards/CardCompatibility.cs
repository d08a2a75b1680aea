using System.Text.Json;

namespace OrleansRegistry.Directory;

/// <summary>
/// Whether clients of one card can go on with another: skills, ways to speak to the agent, media types, capabilities and security must stay, and nothing
/// be demanded anew. What is added breaks nobody; nor does another URL, as clients read the card.
/// </summary>
internal static class CardCompatibility
{
    /// <param name="before">Known to be valid JSON, as is <paramref name="after"/>.</param>
    /// <returns>What breaks clients; empty where nothing does.</returns>
    public static IReadOnlyList<CardBreak> Of(RawJson before, RawJson after)
    {
        using var first = JsonDocument.Parse(before.Utf8, JsonInput.Stored);
        using var second = JsonDocument.Parse(after.Utf8, JsonInput.Stored);
        var (was, now) = (first.RootElement, second.RootElement);
        if (was.ValueKind != JsonValueKind.Object || now.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        var breaks = new List<CardBreak>();
        Removed(SkillsOf, "skill_removed", id => $"skill '{id}' is removed");
        Removed(InterfacesOf, "interface_removed", name => $"no interface speaks {name} any more");
        var (hadTraits, hasTraits) = (TraitsOf(was), TraitsOf(now));
        RemovedOf(hadTraits.InputModes, hasTraits.InputModes, "input_mode_removed", mode => $"{mode} is not taken any more");
        RemovedOf(hadTraits.OutputModes, hasTraits.OutputModes, "output_mode_removed", mode => $"{mode} is not given any more");
        Removed(CapabilitiesOf, "capability_removed", name => $"the capability '{name}' is removed");
        CardSecurity.Compare(was, now, breaks);
        RemovedOf(RequiredOf(now), RequiredOf(was), "extension_required", uri => $"the extension {uri} is required now");
        return breaks;

        void Removed(Func<JsonElement, IEnumerable<string>> read, string rule, Func<string, string> says) =>
            RemovedOf([.. read(was)], [.. read(now)], rule, says);

        void RemovedOf(IEnumerable<string> had, IEnumerable<string> has, string rule, Func<string, string> says) =>
            breaks.AddRange(had.Except(has, StringComparer.OrdinalIgnoreCase).Select(value => new CardBreak(rule, value, says(value))));
    }

    private static CardTraits TraitsOf(JsonElement card) => CardTraits.Of(card, []);

    private static IEnumerable<string> SkillsOf(JsonElement card) => Items(card, "skills").Select(skill => TextOf(skill, "id")).OfType<string>();

    private static IEnumerable<string> InterfacesOf(JsonElement card) => CardInterfaces.Of(card)
        .Select(found => $"{found.Binding ?? "JSONRPC"} {CardTraits.MajorMinor(found.Version ?? "")}".TrimEnd());

    private static IEnumerable<string> CapabilitiesOf(JsonElement card) =>
        CardJson.TryGet(card, "capabilities", out var capabilities) && capabilities.ValueKind == JsonValueKind.Object
            ? capabilities.EnumerateObject().Where(one => one.Value.ValueKind == JsonValueKind.True).Select(one => CardJson.ToCamelCase(one.Name))
            : [];

    private static IEnumerable<string> RequiredOf(JsonElement card)
    {
        var declared = CardJson.TryGet(card, "capabilities", out var capabilities) ? Items(capabilities, "extensions") : [];
        return declared.Concat(Items(card, "extensions"))
            .Where(extension => CardJson.TryGet(extension, "required", out var required) && required.ValueKind == JsonValueKind.True)
            .Select(extension => TextOf(extension, "uri"))
            .OfType<string>();
    }

    private static IEnumerable<JsonElement> Items(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && CardJson.TryGet(owner, name, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.Object)
            : [];

    private static string? TextOf(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
