using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace OrleansRegistry.Directory;

/// <summary>Stands for a text or a card: the first half of its SHA-256.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TextHash(UInt128 Value)
{
    public static TextHash Of(string text) => Of(Encoding.UTF8.GetBytes(text));

    public static TextHash Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return new TextHash(BinaryPrimitives.ReadUInt128BigEndian(hash));
    }

    /// <returns>Null where the text is not one.</returns>
    public static TextHash? Parse(string text) =>
        UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) ? new TextHash(value) : null;

    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
