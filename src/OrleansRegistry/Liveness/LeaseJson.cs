using System.Text.Json;

namespace OrleansRegistry.Liveness;

/// <summary>A lease in an agent's stored fields: <c>ttl</c> in seconds, <c>ephemeral</c>, <c>health</c> and <c>since</c>.</summary>
internal static class LeaseJson
{
    public static AgentLease Read(StoredObject lease) => new()
    {
        Ttl = TimeSpan.FromSeconds(lease.Number("ttl")),
        Ephemeral = lease.Flag("ephemeral"),
        Health = AgentHealths.TryParse(lease.Text("health")) ?? throw new JsonException($"'health' is not {AgentHealths.AllNames}"),
        Since = lease.Time("since"),
        Unknown = lease.Unknown(),
    };

    public static void Write(Utf8JsonWriter fields, AgentLease lease)
    {
        fields.WriteStartObject("lease"u8);
        fields.WriteNumber("ttl"u8, (long)lease.Ttl.TotalSeconds);
        fields.WriteBoolean("ephemeral"u8, lease.Ephemeral);
        fields.WriteString("health"u8, lease.Health.ToName());
        fields.WriteString("since"u8, lease.Since);
        StoredObject.WriteUnknown(fields, lease.Unknown);
        fields.WriteEndObject();
    }
}
