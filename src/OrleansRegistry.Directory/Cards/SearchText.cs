using System.Buffers;
using System.Text;

namespace OrleansRegistry.Directory;

/// <summary>What agents are searched in: text in lower case, composed (<see cref="ComparedText"/>), as UTF-8.</summary>
internal static class SearchText
{
    // In no UTF-8 text, so that no match runs from one field into the next.
    private const byte FieldEnd = 0xFF;

    /// <summary>The bytes to look for in the text of a card.</summary>
    public static byte[] Of(string text) => Encoding.UTF8.GetBytes(Fold(text));

    /// <summary>Text as it is looked for, and looked for in.</summary>
    public static string Fold(string text) => ComparedText.Of(text).ToLowerInvariant();

    /// <summary>The text of a card: its name, its description and the ids of its skills.</summary>
    internal static byte[] Of(string name, string? description, IReadOnlyList<string> skillIds)
    {
        name = ComparedText.Of(name);
        description = description is null ? null : ComparedText.Of(description);
        skillIds = ComparedText.Of(skillIds);
        var length = MaxLength(name) + MaxLength(description);
        for (var i = 0; i < skillIds.Count; i++)
        {
            length += MaxLength(skillIds[i]);
        }

        var rented = ArrayPool<byte>.Shared.Rent(length);
        var end = Append(rented, 0, name);
        end = Append(rented, end, description);
        for (var i = 0; i < skillIds.Count; i++)
        {
            end = Append(rented, end, skillIds[i]);
        }

        var text = rented[..end];
        ArrayPool<byte>.Shared.Return(rented);
        return text;
    }

    /// <summary>The name at the beginning of a card's text.</summary>
    public static ReadOnlyMemory<byte> NameIn(ReadOnlyMemory<byte> text)
    {
        var end = text.Span.IndexOf(FieldEnd);
        return end < 0 ? text : text[..end];
    }

    private static int MaxLength(string? text) => text is null ? 0 : Encoding.UTF8.GetMaxByteCount(text.Length) + 1;

    private static int Append(byte[] buffer, int at, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return at;
        }

        if (Ascii.ToLower(text, buffer.AsSpan(at), out var written) != OperationStatus.Done)
        {
            var lower = ArrayPool<char>.Shared.Rent(text.Length);
            var length = text.AsSpan().ToLowerInvariant(lower);
            written = Encoding.UTF8.GetBytes(lower.AsSpan(0, length), buffer.AsSpan(at));
            ArrayPool<char>.Shared.Return(lower);
        }

        buffer[at + written] = FieldEnd;
        return at + written + 1;
    }
}
