using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Who sees an agent and may send it messages, as members of what is sent and answered.</summary>
internal static class SharingMembers
{
    public static AgentSharing? Read(JsonElement agent) => agent.Text("visibility") is not { } visibility
        ? null
        : new AgentSharing
        {
            Visibility = AgentVisibilities.TryParse(visibility) ?? AgentVisibility.Named,
            VisibleTo = agent.Strings("visible_to"),
            MessagesFrom = AgentSendersNames.TryParse(agent.Text("messages_from")) ?? AgentSenders.Tenant,
        };

    public static void Write(Utf8JsonWriter json, AgentSharingChange? sharing)
    {
        json.WriteGiven("visibility", sharing?.Visibility?.ToName());
        if (sharing?.VisibleTo is { } subjects)
        {
            json.WriteGiven("visible_to", subjects);
        }

        json.WriteGiven("messages_from", sharing?.MessagesFrom?.ToName());
    }
}
