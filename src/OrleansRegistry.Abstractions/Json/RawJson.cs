using System.Text;

namespace OrleansRegistry;

/// <summary>
/// One JSON document as its author wrote it: UTF-8 bytes that nobody changes. White space, member order, unknown members and
/// the spelling of numbers are kept.
/// </summary>
/// <remarks>Equal when the bytes are equal. <c>default</c> is no document: <see cref="IsEmpty"/>.</remarks>
[GenerateSerializer, Immutable, Alias("registry.RawJson")]
public readonly struct RawJson : IEquatable<RawJson>
{
    [Id(0)]
    private readonly byte[]? bytes;

    private RawJson(byte[] bytes) => this.bytes = bytes;

    public ReadOnlyMemory<byte> Utf8 => bytes;

    public ReadOnlySpan<byte> Span => bytes;

    public int Length => bytes?.Length ?? 0;

    public bool IsEmpty => Length == 0;

    /// <summary>Takes over bytes that are known to be one valid JSON document, and that the caller never changes again.</summary>
    public static RawJson FromValid(byte[] utf8) => new(utf8);

    /// <summary>Copies bytes that are known to be one valid JSON document.</summary>
    public static RawJson FromValid(ReadOnlySpan<byte> utf8) => new(utf8.ToArray());

    public bool Equals(RawJson other) => Span.SequenceEqual(other.Span);

    public override bool Equals(object? obj) => obj is RawJson other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    public static bool operator ==(RawJson left, RawJson right) => left.Equals(right);

    public static bool operator !=(RawJson left, RawJson right) => !left.Equals(right);

    public override string ToString() => Encoding.UTF8.GetString(Span);
}
