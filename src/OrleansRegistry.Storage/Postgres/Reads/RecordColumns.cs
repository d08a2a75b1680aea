using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>The columns that every table of records has, as they are read.</summary>
internal static class RecordColumns
{
    /// <summary>What to select for <see cref="Read"/>.</summary>
    public const string Names = "tenant, coalesce(long_id, id), version, document, fields";

    /// <summary>A record, or the tombstone of one.</summary>
    public static RecordChange Read(NpgsqlDataReader reader) => new(
        new RecordKey(KeyText.Decode(reader.GetString(0)), KeyText.Decode(reader.GetString(1))), reader.GetInt64(2), Body(reader, 3));

    /// <summary>The columns <c>document</c> and <c>fields</c>; null in a tombstone.</summary>
    public static RecordBody? Body(NpgsqlDataReader reader, int first)
    {
        if (reader.IsDBNull(first))
        {
            return null;
        }

        var document = Json(reader.GetFieldValue<byte[]>(first));
        return new RecordBody(document, reader.IsDBNull(first + 1) ? default : Json(reader.GetFieldValue<byte[]>(first + 1)));
    }

    private static RawJson Json(byte[] utf8) => utf8.Length == 0 ? default : RawJson.FromValid(utf8);
}
