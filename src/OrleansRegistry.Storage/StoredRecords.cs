using System.Text.Json;
using System.Text.Unicode;

namespace OrleansRegistry.Storage;

/// <summary>What all codecs do with a record that they cannot read.</summary>
public static class StoredRecords
{
    /// <summary>Runs a codec. Whatever it trips over becomes a refusal that names the record.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static T Read<T>(RecordKind kind, StoredRecord stored, Func<StoredRecord, T> read)
    {
        try
        {
            return Utf8.IsValid(stored.Body.Document.Span) && Utf8.IsValid(stored.Body.Fields.Span)
                ? read(stored)
                : throw new JsonException("it is not valid UTF-8");
        }
#pragma warning disable CA1031 // Whatever it is, it is this record's, and must not stop those who read others beside it.
        catch (Exception fault) when (fault is not RegistryException { Error: RegistryError.Unreadable })
#pragma warning restore CA1031
        {
            throw Refusal(kind, stored.Key, fault);
        }
    }

    /// <summary>The message for callers that request an unreadable record.</summary>
    public static RegistryException Refusal(RecordKind kind, RecordKey key, Exception fault) => new(
        RegistryError.Unreadable,
        $"The stored {kind} '{RecordRules.Shorten(key.Id)}' of tenant '{RecordRules.Shorten(key.Tenant)}' cannot be read: "
            + $"{fault.Message.TrimEnd('.')}. "
            + "Nothing else is affected. It can be deleted (an agent can be registered again in its place), or repaired in the store.",
        innerException: fault);

    /// <summary>The owner that a record's fields name, or its document where it is being deleted; null where that cannot be read.</summary>
    internal static string? OwnerOf(StoredRecord stored) =>
        Text(stored.Body.Fields, "owner") is { Length: > 0 } owner ? owner : Text(stored.Body.Document, "deleting");

    private static string? Text(RawJson json, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(json.Utf8, JsonInput.Stored);
            return document.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
