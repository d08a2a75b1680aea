using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansRegistry.Rest.Instances;

namespace OrleansRegistry.Rest.Liveness;

/// <summary>Reads and writes leases.</summary>
internal static class LeaseJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// The members <c>health</c>, <c>lease</c> and <c>instances</c> of an agent's record, with a comma before each; empty where it has no lease and no
    /// instances.
    /// </summary>
    public static ReadOnlySpan<byte> Of(AgentRecord agent)
    {
        if (agent is { Lease: null, Instances: [] })
        {
            return default;
        }

        using var buffer = new MemoryStream(128);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            if (agent.Health is { } health)
            {
                json.WriteString("health"u8, health.ToName());
            }

            WriteLease(json, agent.Lease);
            if (agent.Instances.Count > 0)
            {
                json.WriteStartArray("instances"u8);
                foreach (var instance in agent.Instances)
                {
                    InstanceJson.Write(json, instance);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        var members = buffer.GetBuffer().AsSpan(0, (int)buffer.Length - 1);
        members[0] = (byte)',';
        return members;
    }

    /// <summary>The member <c>lease</c>; none where there is none.</summary>
    public static void WriteLease(Utf8JsonWriter json, AgentLease? lease)
    {
        if (lease is not null)
        {
            json.WriteStartObject("lease"u8);
            WriteStored(json, lease);
            json.WriteEndObject();
        }
    }

    public static void WriteStored(Utf8JsonWriter json, AgentLease lease)
    {
        json.WriteString("health"u8, lease.Health.ToName());
        json.WriteNumber("ttl"u8, (long)lease.Ttl.TotalSeconds);
        json.WriteBoolean("ephemeral"u8, lease.Ephemeral);
        json.WriteTime("since", lease.Since);
    }

    /// <summary>A time in seconds, for the registry to judge.</summary>
    public static TimeSpan? ReadTtl(RequestMembers members) =>
        members.Number("ttl", min: 0) is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue)) : null;
}
