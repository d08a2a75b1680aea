using System.Text.Json;

namespace OrleansRegistry.Instances;

/// <summary>
/// Instances in an agent's stored fields: <c>instances</c>, each with <c>name</c>, <c>url</c>, <c>weight</c>, <c>registered_at</c>, <c>updated_at</c> and,
/// where there are any, <c>version</c>, <c>metadata</c>, <c>lease</c> (<see cref="LeaseJson"/>) and <c>registered_by</c>.
/// </summary>
internal static class InstanceJson
{
    public static IReadOnlyList<AgentInstance> Read(StoredObject fields)
    {
        var instances = fields.Array("instances", Read);
        for (var i = 1; i < instances.Length; i++)
        {
            if (string.CompareOrdinal(instances[i - 1].Name, instances[i].Name) >= 0)
            {
                throw new JsonException("'instances' are not in the order of their names");
            }
        }

        return instances;
    }

    public static void Write(Utf8JsonWriter fields, IReadOnlyList<AgentInstance> instances)
    {
        if (instances.Count == 0)
        {
            return;
        }

        fields.WriteStartArray("instances"u8);
        foreach (var instance in instances)
        {
            fields.WriteStartObject();
            fields.WriteString("name"u8, instance.Name);
            fields.WriteString("url"u8, instance.Url);
            fields.WriteNumber("weight"u8, instance.Weight);
            fields.WriteGiven("version", instance.Version);
            fields.WriteDocument("metadata", instance.Metadata);
            if (instance.Lease is { } lease)
            {
                LeaseJson.Write(fields, lease);
            }

            fields.WriteString("registered_at"u8, instance.RegisteredAt);
            fields.WriteString("updated_at"u8, instance.UpdatedAt);
            fields.WriteGiven("registered_by", instance.RegisteredBy);
            StoredObject.WriteUnknown(fields, instance.Unknown);
            fields.WriteEndObject();
        }

        fields.WriteEndArray();
    }

    private static AgentInstance Read(JsonElement json)
    {
        var instance = new StoredObject(json, "instances");
        return new AgentInstance
        {
            Name = instance.Text("name"),
            Url = instance.Text("url"),
            Weight = instance.Fraction("weight"),
            Version = instance.TextOrNull("version"),
            Metadata = instance.Raw("metadata"),
            Lease = instance.ObjectOrNull("lease") is { } lease ? LeaseJson.Read(lease) : null,
            RegisteredAt = instance.Time("registered_at"),
            UpdatedAt = instance.Time("updated_at"),
            RegisteredBy = instance.TextOrNull("registered_by"),
            Unknown = instance.Unknown(),
        };
    }
}
