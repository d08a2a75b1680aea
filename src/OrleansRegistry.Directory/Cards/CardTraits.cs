using System.Text.Json;

namespace OrleansRegistry.Directory;

/// <summary>What many cards say alike. It is once in memory for all of them, as far as they were read at about one time.</summary>
/// <param name="InputModes">The media types that the card or one of its skills takes.</param>
/// <param name="OutputModes">Those that it gives.</param>
/// <param name="Bindings">Of its interfaces: <c>JSONRPC</c>, <c>HTTP+JSON</c>, <c>GRPC</c>, or as the card says.</param>
/// <param name="Versions">The A2A versions of its interfaces, major and minor.</param>
internal sealed record CardTraits(
    IReadOnlyList<string> InputModes, IReadOnlyList<string> OutputModes, IReadOnlyList<string> Bindings, IReadOnlyList<string> Versions)
{
    private const int Slots = 1024;

    private static readonly CardTraits?[] Known = new CardTraits?[Slots];

    public static CardTraits None { get; } = new([], [], [], []);

    /// <summary>Reads a card as far as it can be read; judges nothing.</summary>
    public static CardTraits Of(JsonElement card, IReadOnlyList<CardInterface> interfaces)
    {
        var (inputs, outputs, bindings, versions) = (new OrderedSet(), new OrderedSet(), new OrderedSet(), new OrderedSet());
        Read(card, "defaultInputModes", inputs);
        Read(card, "defaultOutputModes", outputs);
        if (CardJson.TryGet(card, "skills", out var skills) && skills.ValueKind == JsonValueKind.Array)
        {
            foreach (var skill in skills.EnumerateArray().Where(skill => skill.ValueKind == JsonValueKind.Object))
            {
                Read(skill, "inputModes", inputs);
                Read(skill, "outputModes", outputs);
            }
        }

        foreach (var found in interfaces)
        {
            bindings.Add(found.Binding ?? "JSONRPC");
            versions.Add(MajorMinor(found.Version ?? ""));
        }

        return Shared(new CardTraits(Of(inputs), Of(outputs), Of(bindings), Of(versions)));
    }

    /// <summary>A2A knows versions by these two numbers alone: <c>0.3.0</c> is <c>0.3</c>.</summary>
    public static string MajorMinor(string version)
    {
        var second = version.IndexOf('.', StringComparison.Ordinal) is >= 0 and var first ? version.IndexOf('.', first + 1) : -1;
        return second < 0 ? version : version[..second];
    }

    private static IReadOnlyList<string> Of(OrderedSet texts) => SharedText.Of(ComparedText.Of(texts.ToArray()));

    private static void Read(JsonElement owner, string name, OrderedSet into)
    {
        if (CardJson.TryGet(owner, name, out var modes) && modes.ValueKind == JsonValueKind.Array)
        {
            foreach (var mode in modes.EnumerateArray().Where(mode => mode.ValueKind == JsonValueKind.String))
            {
                into.Add(mode.GetString()!);
            }
        }
    }

    // Equal lists are one list, so that these compare by reference. A race of two is won by either.
    private static CardTraits Shared(CardTraits traits)
    {
        ref var place = ref Known[(uint)traits.GetHashCode() % Slots];
        var known = place;
        return known == traits ? known : place = traits;
    }
}
