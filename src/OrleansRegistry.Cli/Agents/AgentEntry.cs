using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace OrleansRegistry.Cli.Agents;

/// <summary>One agent to register: a card, or an envelope with a card in it, as <c>POST /agents</c> takes them.</summary>
/// <param name="Source">Where it is from, for messages: <c>cards/weather.json</c>, <c>all.json[3]</c>.</param>
internal sealed record AgentEntry(string Source, ReadOnlyMemory<byte> Json)
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 1000 };

    private static ReadOnlySpan<byte> Mark => "\uFEFF"u8;

    /// <summary>It has a card in it, beside which there may be an id and other members.</summary>
    public bool IsEnvelope { get; private init; }

    /// <summary>The agents in a document: one, an array of them, or <c>{"agents": […]}</c>.</summary>
    /// <exception cref="CliException">It is no JSON, or none of these.</exception>
    public static IReadOnlyList<AgentEntry> Read(string source, byte[] bytes)
    {
        var text = bytes.AsMemory(bytes.AsSpan().StartsWith(Mark) ? Mark.Length : 0);
        if (!Utf8.IsValid(text.Span))
        {
            throw CliException.Refused($"{source}: is not UTF-8.");
        }

        try
        {
            using var document = JsonDocument.Parse(text, Deep);
            var root = document.RootElement;
            var list = root.ValueKind == JsonValueKind.Array ? root : root.Find("agents") ?? root;
            return list.ValueKind == JsonValueKind.Array
                ? [.. list.EnumerateArray().Select((entry, index) => Of($"{source}[{index}]", entry))]
                : [Of(source, root)];
        }
        catch (JsonException fault)
        {
            throw CliException.Refused($"{source}: is not JSON, at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}.");
        }
    }

    /// <summary>The body that registers it with these members beside the card.</summary>
    /// <exception cref="CliException">It is an envelope, which says that itself.</exception>
    public ReadOnlyMemory<byte> With(
        bool? enabled, string? delivery, string? lifeCycle, long? ttl, bool? ephemeral, long? probeSeconds, string? probeUrl)
    {
        (string Member, string Option, bool IsSet)[] beside =
        [
            ("enabled", "--disabled", enabled is not null), ("delivery", "--delivery", delivery is not null),
            ("lifecycle", "--draft", lifeCycle is not null), ("ttl", "--ttl", ttl is not null), ("ephemeral", "--ephemeral", ephemeral is not null),
            ("probe_seconds", "--probe", probeSeconds is not null), ("probe_url", "--probe-url", probeUrl is not null),
        ];
        if (!beside.Any(one => one.IsSet))
        {
            return Json;
        }

        if (IsEnvelope)
        {
            var (member, option, _) = beside.First(one => one.IsSet);
            throw CliException.Refused($"{Source}: is an envelope with a card in it: write \"{member}\" there, in place of {option}.");
        }

        var envelope = new ArrayBufferWriter<byte>(Json.Length + 100);
        using (var json = new Utf8JsonWriter(envelope))
        {
            json.WriteStartObject();
            json.WritePropertyName("agent_card"u8);
            json.WriteRawValue(Json.Span, skipInputValidation: true);
            if (enabled is { } flag)
            {
                json.WriteBoolean("enabled"u8, flag);
            }

            json.WriteGiven("delivery", delivery);
            json.WriteGiven("lifecycle", lifeCycle);
            json.WriteGiven("ttl", ttl);
            json.WriteGiven("ephemeral", ephemeral);
            json.WriteGiven("probe_seconds", probeSeconds);
            json.WriteGiven("probe_url", probeUrl);
            json.WriteEndObject();
        }

        return envelope.WrittenMemory;
    }

    private static AgentEntry Of(string source, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object)
        {
            throw CliException.Refused($"{source}: is no agent card: it must be a JSON object.");
        }

        return new AgentEntry(source, System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(entry).ToArray())
        {
            IsEnvelope = entry.Find("agent_card") is not null,
        };
    }
}
