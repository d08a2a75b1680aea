using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansRegistry.Agents.Versions;

/// <summary>
/// The cards that an agent had last. They are in its own record, each as what of it differs from the card that came next, so that a change of a card is
/// one write. Once there are too many, they become a record of their own (<see cref="AgentVersionKind"/>) with the next change.
/// </summary>
internal static class ReplacedCards
{
    /// <summary>The most in one record.</summary>
    public const int MostCards = 16;

    /// <summary>About how many bytes they may take there.</summary>
    private const int MostBytes = 2048;

    /// <summary>What a card takes beside what differs.</summary>
    private const int BytesOfEach = 96;

    public static bool Fit(IReadOnlyList<ReplacedCard> replaced) =>
        replaced.Count <= MostCards && replaced.Sum(card => BytesOfEach + BytesOf(card.Middle)) <= MostBytes;

    /// <summary>The agent as others than its grain have it.</summary>
    public static AgentRecord Without(AgentRecord agent) => agent.Replaced.Count == 0 ? agent : agent with { Replaced = [] };

    /// <summary>
    /// Those that were before a card: the end of them that follow one another up to it. A version of the registry that did not know them may have changed
    /// the card meanwhile.
    /// </summary>
    /// <param name="number">That card's.</param>
    public static IReadOnlyList<ReplacedCard> Before(IReadOnlyList<ReplacedCard> replaced, long number)
    {
        var first = replaced.Count;
        while (first > 0 && replaced[first - 1].Stamp.Number == number - (replaced.Count - first) - 1)
        {
            first--;
        }

        return first == 0 ? replaced : [.. replaced.Skip(first)];
    }

    /// <summary>The card that an agent has, as it is kept once <paramref name="next"/> takes its place.</summary>
    public static ReplacedCard Of(AgentRecord agent, RawJson next)
    {
        var was = agent.Card.Span;
        var now = next.Span;
        var start = was.CommonPrefixLength(now);
        while (start > 0 && start < was.Length && IsWithinCharacter(was[start]))
        {
            start--;
        }

        var most = Math.Min(was.Length, now.Length) - start;
        var end = 0;
        while (end < most && was[^(end + 1)] == now[^(end + 1)])
        {
            end++;
        }

        while (end > 0 && IsWithinCharacter(was[^end]))
        {
            end--;
        }

        return new ReplacedCard(CardStamps.Of(agent), start, Encoding.UTF8.GetString(was[start..^end]), end);
    }

    /// <summary>The cards themselves, newest first.</summary>
    /// <param name="next">The card that came after the newest of them.</param>
    /// <exception cref="JsonException">They are not what was before that card.</exception>
    public static IEnumerable<(CardStamp Stamp, RawJson Card)> Restore(IReadOnlyList<ReplacedCard> replaced, RawJson next)
    {
        for (var i = replaced.Count - 1; i >= 0; i--)
        {
            next = Restore(replaced[i], next);
            yield return (replaced[i].Stamp, next);
        }
    }

    public static IReadOnlyList<ReplacedCard> Read(StoredObject fields) => fields.Array("replaced", static json =>
    {
        var card = new StoredObject(json, "replaced");
        var (start, middle, end) = (card.Number("start"), card.Text("middle"), card.Number("end"));
        return Math.Max(start, end) <= int.MaxValue
            ? new ReplacedCard(CardStamps.Read(card), (int)start, middle, (int)end)
            : throw new JsonException("'start' and 'end' are more than a card has");
    });

    public static void Write(Utf8JsonWriter fields, IReadOnlyList<ReplacedCard> replaced)
    {
        if (replaced.Count == 0)
        {
            return;
        }

        fields.WriteStartArray("replaced"u8);
        foreach (var card in replaced)
        {
            fields.WriteStartObject();
            fields.WriteNumber("start"u8, card.Start);
            fields.WriteString("middle"u8, JsonEncodedText.Encode(card.Middle, JavaScriptEncoder.UnsafeRelaxedJsonEscaping));
            fields.WriteNumber("end"u8, card.End);
            CardStamps.Write(fields, card.Stamp);
            fields.WriteEndObject();
        }

        fields.WriteEndArray();
    }

    /// <summary>As they stand in JSON, but for control characters.</summary>
    private static int BytesOf(string text) => Encoding.UTF8.GetByteCount(text) + text.AsSpan().Count('"') + text.AsSpan().Count('\\');

    private static bool IsWithinCharacter(byte utf8) => (utf8 & 0xC0) == 0x80;

    private static RawJson Restore(ReplacedCard card, RawJson next)
    {
        if ((long)card.Start + card.End > next.Length)
        {
            throw new JsonException($"version {card.Stamp.Number} has more in common with the next card than that has");
        }

        var middle = Encoding.UTF8.GetByteCount(card.Middle);
        var bytes = new byte[card.Start + middle + card.End];
        next.Span[..card.Start].CopyTo(bytes);
        Encoding.UTF8.GetBytes(card.Middle, bytes.AsSpan(card.Start));
        next.Span[^card.End..].CopyTo(bytes.AsSpan(card.Start + middle));
        return RawJson.FromValid(bytes);
    }
}
