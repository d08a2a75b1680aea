using System.Text.Json;

namespace OrleansRegistry.Tasks;

/// <summary>Reads and checks webhook configurations.</summary>
internal static class CheckedWebhook
{
    /// <param name="otherwise">The id where neither <paramref name="id"/> nor the configuration gives one.</param>
    /// <exception cref="RegistryException">It is refused: its field and the rule are named.</exception>
    public static TaskWebhook Of(string? id, ReadOnlyMemory<byte> utf8, string otherwise)
    {
        var config = TaskRules.ReadObject(utf8, TaskRules.MaxWebhookBytes, "config");
        using var document = JsonDocument.Parse(config.Utf8);
        var root = document.RootElement;
        if (!root.TryGetProperty("url"u8, out var url))
        {
            throw RegistryException.Invalid("config.url", "is required");
        }

        if (url.ValueKind != JsonValueKind.String || !Uri.TryCreate(url.GetString(), UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
        {
            throw RegistryException.Invalid("config.url", "must be an http or https URL");
        }

        var named = MessageReader.ReadId(root, "config", "id", "configId");
        if (id is not null)
        {
            Identifiers.CheckId(id, "id");
        }

        return id is null || named is null || id == named
            ? new TaskWebhook(id ?? named ?? otherwise, config)
            : throw RegistryException.Invalid("config.id", $"is '{named}', but the request is for '{id}'");
    }
}
