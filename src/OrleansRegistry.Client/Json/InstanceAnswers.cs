using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Reads instances as the REST API answers them.</summary>
internal static class InstanceAnswers
{
    public static AgentInstance Read(JsonElement instance) => new()
    {
        Name = instance.Required("name"),
        Url = instance.Required("url"),
        Weight = instance.Find("weight")?.GetDouble() ?? 1,
        Version = instance.Text("version"),
        Metadata = instance.Document("metadata"),
        Lease = instance.Find("lease") is { } lease ? LeaseAnswers.ReadLease(lease, instance) : null,
        RegisteredAt = instance.Time("registered_at"),
        UpdatedAt = instance.Time("updated_at"),
        RegisteredBy = instance.Text("registered_by"),
    };

    public static InstanceFound ReadFound(JsonElement found) => new(Read(found), found.Number("revision"));
}
