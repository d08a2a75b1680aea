using System.Text;

namespace OrleansRegistry;

/// <summary>
/// One JSON document as its author wrote it, in immutable UTF-8 bytes. White space, member order, unknown members and the
/// spelling of numbers are preserved.
/// </summary>
/// <remarks>Two values are equal when their bytes are. <c>default</c> holds no document: <see cref="IsEmpty"/> is true.</remarks>
[GenerateSerializer, Immutable, Alias("registry.RawJson")]
public readonly struct RawJson : IEquatable<RawJson>
{
    [Id(0)]
    private readonly byte[]? bytes;

    private RawJson(byte[] bytes) => this.bytes = bytes;

    /// <summary>The document's bytes; empty when there is none.</summary>
    public ReadOnlyMemory<byte> Utf8 => bytes;

    /// <summary>The document's bytes; empty when there is none.</summary>
    public ReadOnlySpan<byte> Span => bytes;

    /// <summary>The document's length in bytes.</summary>
    public int Length => bytes?.Length ?? 0;

    /// <summary>Whether there is no document.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>
    /// Wraps bytes that hold one valid JSON document, without checking or copying them; the caller must not change them afterwards.
    /// </summary>
    public static RawJson FromValid(byte[] utf8) => new(utf8);

    /// <summary>Copies bytes that hold one valid JSON document, without checking them.</summary>
    public static RawJson FromValid(ReadOnlySpan<byte> utf8) => new(utf8.ToArray());

    /// <inheritdoc/>
    public bool Equals(RawJson other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RawJson other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>Whether the bytes are equal.</summary>
    public static bool operator ==(RawJson left, RawJson right) => left.Equals(right);

    /// <summary>Whether the bytes differ.</summary>
    public static bool operator !=(RawJson left, RawJson right) => !left.Equals(right);

    /// <summary>The document as text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Span);
}
