using System.Text.Json;
using OrleansRegistry.Rest.Liveness;

namespace OrleansRegistry.Rest.Instances;

/// <summary>Writes instances as answers show them.</summary>
internal static class InstanceJson
{
    public static void Write(Utf8JsonWriter json, AgentInstance instance)
    {
        json.WriteStartObject();
        WriteMembers(json, instance);
        json.WriteEndObject();
    }

    public static void WriteMembers(Utf8JsonWriter json, AgentInstance instance)
    {
        json.WriteString("name"u8, instance.Name);
        json.WriteString("url"u8, instance.Url);
        json.WriteNumber("weight"u8, instance.Weight);
        json.WriteGiven("version", instance.Version);
        json.WriteDocument("metadata", instance.Metadata);
        if (instance.Health is { } health)
        {
            json.WriteString("health"u8, health.ToName());
        }

        LeaseJson.WriteLease(json, instance.Lease);
        json.WriteTime("registered_at", instance.RegisteredAt);
        json.WriteTime("updated_at", instance.UpdatedAt);
        json.WriteGiven("registered_by", instance.RegisteredBy);
    }
}
