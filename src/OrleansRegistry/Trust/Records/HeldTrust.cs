using System.Text.Json;

namespace OrleansRegistry.Trust.Records;

/// <summary>A record in memory, read when it is first asked for.</summary>
/// <param name="document">Null: this process has removed it, and the feed has not come to that yet.</param>
internal sealed class HeldTrust(RecordKey key, string id, long version, RawJson? document)
{
    private object? read;
    private RegistryException? fault;

    public RecordKey Key => key;

    public string Id => id;

    public long Version => version;

    public RawJson? Document => document;

    public bool IsRemoved => document is null;

    public TrustChange Change => new(TrustKind.Parts(key.Id)!.Value.Type, key.Tenant, id);

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public TrustRecord<T>? Read<T>(TrustType<T> type)
        where T : class => TryRead(type, out var unreadable) ?? (unreadable is null
            ? null
            : throw new RegistryException(RegistryError.Unreadable, unreadable.Message, innerException: unreadable));

    /// <summary>The record, or null; also where it cannot be read, which is found out once.</summary>
    /// <param name="unreadable">Why it cannot be read.</param>
    public TrustRecord<T>? TryRead<T>(TrustType<T> type, out RegistryException? unreadable)
        where T : class
    {
        unreadable = fault;
        if (document is not { } json || unreadable is not null)
        {
            return null;
        }

        if (read is TrustRecord<T> known)
        {
            return known;
        }

        try
        {
            var record = Read(type, new StoredRecord(key, version, new RecordBody(json, default)), id);
            read = record;
            return record;
        }
        catch (RegistryException found)
        {
            fault = unreadable = found;
            return null;
        }
    }

    public static TrustRecord<T> Read<T>(TrustType<T> type, StoredRecord stored, string id)
        where T : class => StoredRecords.Read(TrustKind.Kind, stored, stored =>
    {
        using var json = JsonDocument.Parse(stored.Body.Document.Utf8, JsonInput.Stored);
        var members = new StoredObject(json.RootElement, "document");
        return new TrustRecord<T>(stored.Key.Tenant, id, type.Read(members), stored.Version) { Unknown = members.Unknown() };
    });
}
