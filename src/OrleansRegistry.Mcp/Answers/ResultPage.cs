using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Mcp.Answers;

/// <summary>Some items of a list, and the token of the next.</summary>
internal readonly record struct ResultItems(IReadOnlyList<ReadOnlyMemory<byte>> Items, string? Next);

/// <summary>
/// A page of a list that fits into a result. Where fewer items fit than were asked for, the page is read again with so many, as only the registry
/// makes tokens; an item that does not fit alone is shown in parts, whose tokens have the place in it before the registry's.
/// </summary>
internal sealed class ResultPage
{
    private const string PartMark = "part:";
    private const string NoToken = "is not one that a result had";

    // Of the members around.
    private const int Reserve = 1024;

    private readonly IReadOnlyList<ReadOnlyMemory<byte>> items;
    private readonly string? inner;
    private readonly string? next;
    private readonly int? from;
    private readonly int room;

    private ResultPage(IReadOnlyList<ReadOnlyMemory<byte>> items, string? inner, string? next, int? from, int room)
    {
        this.items = items;
        this.inner = inner;
        this.next = next;
        this.from = from;
        this.room = room;
    }

    /// <summary>Reads as many items as there is room for.</summary>
    /// <param name="size">How many are asked for.</param>
    /// <param name="token">Where the page before ended.</param>
    /// <param name="limit">The most bytes of the result.</param>
    /// <param name="read">Reads so many items from the registry's own token on.</param>
    /// <exception cref="RegistryException">The token is not one.</exception>
    public static async Task<ResultPage> ReadAsync(int size, string? token, int limit, Func<int, string?, Task<ResultItems>> read)
    {
        var room = limit - Reserve;
        var (from, inner) = Parse(token);
        if (from is not null)
        {
            return Part(await read(1, inner), inner, from.Value, room);
        }

        while (true)
        {
            var page = await read(size, inner);
            var fitting = Count(page.Items, room);
            if (fitting == page.Items.Count)
            {
                return new ResultPage(page.Items, inner, page.Next, null, room);
            }

            if (fitting == 0)
            {
                return Part(size == 1 ? page : await read(1, inner), inner, 0, room);
            }

            // Fewer each time.
            size = fitting;
        }
    }

    /// <summary>One document, whole or in parts.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public static Task<ResultPage> ReadOneAsync(ReadOnlyMemory<byte> document, string? token, int limit) =>
        ReadAsync(1, token, limit, (_, inner) => inner is null
            ? Task.FromResult(new ResultItems([document], null))
            : throw RegistryException.Invalid("page_token", NoToken));

    /// <summary>Writes what <see cref="ReadOneAsync"/> read: the document as a member of this name, or <c>part</c>.</summary>
    public void WriteOne(Utf8JsonWriter json, string name)
    {
        if (from is null)
        {
            json.WritePropertyName(name);
            json.WriteShown(items[0]);
        }
        else
        {
            Write(json, name);
        }
    }

    /// <summary>Writes the items as an array of this name, or <c>part</c>, and <c>next_page_token</c> where there are more.</summary>
    public void Write(Utf8JsonWriter json, string name)
    {
        var following = next;
        if (from is { } start)
        {
            following = json.WritePart(items[0].Span, start, room) is { } end
                ? string.Create(CultureInfo.InvariantCulture, $"{PartMark}{end}:{inner}")
                : next;
        }
        else
        {
            json.WriteStartArray(name);
            foreach (var item in items)
            {
                json.WriteShown(item);
            }

            json.WriteEndArray();
        }

        json.WriteGiven("next_page_token", following);
    }

    private static ResultPage Part(ResultItems page, string? inner, int from, int room) => page.Items.Count == 0
        ? new ResultPage([], inner, page.Next, null, room)
        : new ResultPage([page.Items[0]], inner, page.Next, from, room);

    private static (int? From, string? Inner) Parse(string? token)
    {
        if (token is null || !token.StartsWith(PartMark, StringComparison.Ordinal))
        {
            return (null, token);
        }

        var rest = token.AsSpan(PartMark.Length);
        var colon = rest.IndexOf(':');
        return colon > 0 && int.TryParse(rest[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            ? (from, colon + 1 < rest.Length ? rest[(colon + 1)..].ToString() : null)
            : throw RegistryException.Invalid("page_token", NoToken);
    }

    private static int Count(IReadOnlyList<ReadOnlyMemory<byte>> items, int room)
    {
        var bytes = 0L;
        for (var i = 0; i < items.Count; i++)
        {
            bytes += AnswerDocuments.Measure(items[i].Span) + 1;
            if (bytes > room)
            {
                return i;
            }
        }

        return items.Count;
    }
}
