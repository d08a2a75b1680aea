using System.Text.Json;

namespace OrleansRegistry.Trust;

/// <summary>An agent's sharing as stores hold it: what is not as usual.</summary>
internal static class SharingJson
{
    public static AgentSharing? Read(StoredObject fields)
    {
        var visibility = fields.TextOrNull("visibility") is not { } name
            ? AgentVisibility.Tenant
            : AgentVisibilities.TryParse(name) ?? throw new JsonException($"'visibility' is not {AgentVisibilities.AllNames}");
        var senders = fields.TextOrNull("messages_from") is not { } from
            ? AgentSenders.Tenant
            : AgentSendersNames.TryParse(from) ?? throw new JsonException($"'messages_from' is not {AgentSendersNames.AllNames}");
        var subjects = fields.Array("visible_to", subject => subject.GetString() ?? throw new JsonException("a subject is null"));
        return visibility == AgentVisibility.Tenant && senders == AgentSenders.Tenant
            ? null
            : new AgentSharing { Visibility = visibility, VisibleTo = subjects, MessagesFrom = senders };
    }

    public static void Write(Utf8JsonWriter fields, AgentSharing? sharing)
    {
        if (sharing is null)
        {
            return;
        }

        if (sharing.Visibility != AgentVisibility.Tenant)
        {
            fields.WriteString("visibility"u8, sharing.Visibility.ToName());
        }

        if (sharing.VisibleTo.Count > 0)
        {
            fields.WriteGiven("visible_to", sharing.VisibleTo);
        }

        if (sharing.MessagesFrom != AgentSenders.Tenant)
        {
            fields.WriteString("messages_from"u8, sharing.MessagesFrom.ToName());
        }
    }
}
