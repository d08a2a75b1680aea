using System.Buffers.Binary;
using System.Text;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage.Files;

/// <summary>
/// One record within a frame: <c>[crc32c 4][length 4][version 8][kind 1][op 1][tenant 2][id 4][fields 4][document 4]</c>, then tenant, id,
/// fields and document themselves, numbers little-endian. The checksum covers all that follows it, so that one record can be read alone.
/// </summary>
internal static class RecordFormat
{
    public const int HeaderBytes = 32;

    private const byte Put = 1;
    private const byte Delete = 2;

    public static int Length(int tenantBytes, int idBytes, RecordBody? body) =>
        HeaderBytes + tenantBytes + idBytes + (body is { } put ? put.Fields.Length + put.Document.Length : 0);

    /// <summary>Writes a record of just the length of <paramref name="target"/>; <paramref name="body"/> is null for a deletion.</summary>
    public static void Write(Span<byte> target, RecordKind kind, RecordKey key, long version, RecordBody? body)
    {
        var tenantBytes = Encoding.UTF8.GetBytes(key.Tenant, target[HeaderBytes..]);
        var idBytes = Encoding.UTF8.GetBytes(key.Id, target[(HeaderBytes + tenantBytes)..]);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], target.Length);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], version);
        target[16] = (byte)kind;
        target[17] = body is null ? Delete : Put;
        BinaryPrimitives.WriteUInt16LittleEndian(target[18..], (ushort)tenantBytes);
        BinaryPrimitives.WriteInt32LittleEndian(target[20..], idBytes);
        var fields = body.GetValueOrDefault().Fields.Span;
        var document = body.GetValueOrDefault().Document.Span;
        BinaryPrimitives.WriteInt32LittleEndian(target[24..], fields.Length);
        BinaryPrimitives.WriteInt32LittleEndian(target[28..], document.Length);
        var rest = target[(HeaderBytes + tenantBytes + idBytes)..];
        fields.CopyTo(rest);
        document.CopyTo(rest[fields.Length..]);
        BinaryPrimitives.WriteUInt32LittleEndian(target, Crc32C.Compute(target[4..]));
    }

    /// <summary>Reads the record at the start of <paramref name="source"/>.</summary>
    /// <returns>False where the lengths do not fit together. The checksum is not looked at: <see cref="IsIntact"/>.</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out RecordView record)
    {
        record = default;
        if (source.Length < HeaderBytes)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(source[4..]);
        var tenant = BinaryPrimitives.ReadUInt16LittleEndian(source[18..]);
        var (id, fields, document) = (
            BinaryPrimitives.ReadInt32LittleEndian(source[20..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[28..]));
        if (id < 0 || fields < 0 || document < 0 || length > source.Length || (long)HeaderBytes + tenant + id + fields + document != length
            || source[17] is not (Put or Delete))
        {
            return false;
        }

        record = new RecordView(source[..length], tenant, id, fields);
        return true;
    }

    public static bool IsIntact(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadUInt32LittleEndian(record) == Crc32C.Compute(record[4..]);

    /// <summary>A record in somebody else's buffer.</summary>
    public readonly ref struct RecordView(ReadOnlySpan<byte> bytes, int tenant, int id, int fields)
    {
        public ReadOnlySpan<byte> Bytes { get; } = bytes;

        public long Version => BinaryPrimitives.ReadInt64LittleEndian(Bytes[8..]);

        public RecordKind Kind => (RecordKind)Bytes[16];

        public bool IsDelete => Bytes[17] == Delete;

        public ReadOnlySpan<byte> Tenant => Bytes.Slice(HeaderBytes, tenant);

        public ReadOnlySpan<byte> Id => Bytes.Slice(HeaderBytes + tenant, id);

        public RecordBody CopyBody()
        {
            var body = Bytes[(HeaderBytes + tenant + id)..];
            return new RecordBody(Copy(body[fields..]), Copy(body[..fields]));
        }

        public RawJson CopyFields() => Copy(Bytes.Slice(HeaderBytes + tenant + id, fields));

        private static RawJson Copy(ReadOnlySpan<byte> json) => json.IsEmpty ? default : RawJson.FromValid(json);

        private readonly int tenant = tenant;
        private readonly int id = id;
        private readonly int fields = fields;
    }
}
