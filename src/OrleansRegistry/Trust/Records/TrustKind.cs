using System.Text.Json;

namespace OrleansRegistry.Trust.Records;

/// <summary>
/// The small things of trust as stores hold them, each of a <see cref="TrustType{T}"/>: the id is the type's name, a slash and an id within the type,
/// and the document is one JSON object. There are no fields: every process has all of them in memory (<see cref="TrustRecords"/>).
/// </summary>
internal static class TrustKind
{
    public static RecordKind Kind { get; } = new() { Number = 17, Name = "trust", Table = "trust_records", HasFeed = true };

    public static RecordKey KeyOf(string type, string tenant, string id) => new(tenant, $"{type}/{id}");

    /// <summary>The parts of an id; null where it is none of this kind.</summary>
    public static (string Type, string Id)? Parts(string id) =>
        id.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && slash < id.Length - 1 ? (id[..slash], id[(slash + 1)..]) : null;

    /// <summary>Checks what can be known without the type.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static bool Check(StoredRecord stored) => StoredRecords.Read(Kind, stored, static stored =>
    {
        using var document = JsonDocument.Parse(stored.Body.Document.Utf8, JsonInput.Stored);
        _ = new StoredObject(document.RootElement, "document");
        return Parts(stored.Key.Id) is not null ? true : throw new JsonException("its id is not a type, a slash and an id");
    });
}
