using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansRegistry.A2A.Service;

/// <summary>What of an agent's card counts where the registry fronts it. Read once for each card.</summary>
internal sealed class FrontedAgent
{
    // By the bytes: records are made anew with what is known of an agent's tasks, and cards are not.
    private static readonly ConditionalWeakTable<byte[], FrontedAgent> Known = [];

    private FrontedAgent(JsonElement card)
    {
        var capabilities = Member(card, "capabilities", "capabilities");
        // The registry streams and pushes for any agent; only one whose card says that it does not is taken at its word.
        Streams = Member(capabilities, "streaming", "streaming").ValueKind != JsonValueKind.False;
        Pushes = Member(capabilities, "pushNotifications", "push_notifications").ValueKind != JsonValueKind.False;
        var extensions = Items(Member(capabilities, "extensions", "extensions")).ToList();
        Extensions = [.. extensions.Select(UriOf).OfType<string>()];
        RequiredExtensions = [.. extensions
            .Where(extension => Member(extension, "required", "required").ValueKind == JsonValueKind.True)
            .Select(UriOf)
            .OfType<string>()];
        InputModes = new MediaTypes([.. Texts(Member(card, "defaultInputModes", "default_input_modes"))
            .Concat(Items(Member(card, "skills", "skills")).SelectMany(skill => Texts(Member(skill, "inputModes", "input_modes"))))]);
    }

    public bool Streams { get; }

    public bool Pushes { get; }

    /// <summary>The URIs of the extensions that the card declares.</summary>
    public IReadOnlyList<string> Extensions { get; }

    /// <summary>Those that a client must know.</summary>
    public IReadOnlyList<string> RequiredExtensions { get; }

    /// <summary>What the agent takes, with any of its skills.</summary>
    public MediaTypes InputModes { get; }

    public static FrontedAgent Of(AgentRecord agent) => MemoryMarshal.TryGetArray(agent.Card.Utf8, out var bytes) && bytes.Array is { } key
        ? Known.GetValue(key, static card => Read(card))
        : Read(agent.Card.Utf8);

    private static FrontedAgent Read(ReadOnlyMemory<byte> utf8)
    {
        using var card = JsonDocument.Parse(utf8, JsonInput.Stored);
        return new FrontedAgent(card.RootElement);
    }

    private static string? UriOf(JsonElement extension) =>
        Member(extension, "uri", "uri") is { ValueKind: JsonValueKind.String } uri ? uri.GetString() : null;

    private static IEnumerable<string> Texts(JsonElement list) =>
        Items(list).Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!);

    private static IEnumerable<JsonElement> Items(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : Enumerable.Empty<JsonElement>();

    private static JsonElement Member(JsonElement parent, string camel, string snake) =>
        parent.ValueKind == JsonValueKind.Object && (parent.TryGetProperty(camel, out var value) || parent.TryGetProperty(snake, out value))
            ? value
            : default;
}
