using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace OrleansRegistry.Storage.Sqlite;

/// <summary>What the rows of a query hold.</summary>
internal static class SqliteRows
{
    public static RecordBody Body(SqliteDataReader reader, int first) =>
        new(SqliteSession.Json(reader, first), SqliteSession.Json(reader, first + 1));

    public static RecordKey Key(SqliteDataReader reader) =>
        new(KeyText.Decode(reader.GetString(0)), KeyText.Decode(reader.GetString(reader.IsDBNull(2) ? 1 : 2)));

    public static RecordPosition Position(SqliteDataReader reader, int time) => new(SqliteSession.Time(reader.GetString(time)), Key(reader));

    public static string[] Texts(SqliteDataReader reader, int column) =>
        Array.ConvertAll(JsonSerializer.Deserialize<string[]>(reader.GetString(column))!, KeyText.Decode);
}
