using System.Text.Json;
using OrleansRegistry.Outbound;

namespace OrleansRegistry.Tasks;

/// <summary>Reads and checks webhook configurations.</summary>
internal static class CheckedWebhook
{
    /// <param name="otherwise">The id where neither <paramref name="id"/> nor the configuration gives one.</param>
    /// <param name="receivers">Where receivers may be; null where nothing is delivered to them.</param>
    /// <exception cref="RegistryException">It is refused: its field and the rule are named.</exception>
    public static TaskWebhook Of(string? id, ReadOnlyMemory<byte> utf8, string otherwise, OutboundAddresses? receivers = null)
    {
        var config = TaskRules.ReadObject(utf8, TaskRules.MaxWebhookBytes, "config");
        using var document = JsonDocument.Parse(config.Utf8);
        var root = document.RootElement;
        var target = PushTarget.Read(root);
        if (receivers?.Refuses(target.Url) == true)
        {
            throw RegistryException.Invalid(
                "config.url", "is at an address that is not public; PUSH_ALLOWED_NETWORKS names networks where receivers may be all the same");
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
