using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Ids within documents of A2A, as far as the client must know them. Whether a document is right is the registry's to judge.</summary>
internal static class MessageNames
{
    public static bool HasId(ReadOnlyMemory<byte> message)
    {
        try
        {
            using var document = JsonDocument.Parse(message);
            return document.RootElement.Text("messageId") is { Length: > 0 } || document.RootElement.Text("message_id") is { Length: > 0 };
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A webhook's configuration with this id.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it is not one JSON object.</exception>
    public static ReadOnlyMemory<byte> WithId(ReadOnlyMemory<byte> config, string id)
    {
        using var document = JsonInput.Parse(config, "config");
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw RegistryException.Invalid("config", $"must be an object, not {JsonInput.Describe(document.RootElement)}");
        }

        var named = TaskRequests.Object(json => json.WriteString("id", id));
        return JsonObjects.Merge(RawJson.FromValid(config.Span), RawJson.FromValid(named.Span), "config").Utf8;
    }
}
