using System.Text.Json;

namespace OrleansRegistry.Rest.Liveness;

/// <summary>Reads and writes leases.</summary>
internal static class LeaseJson
{
    /// <summary>The members <c>health</c> and <c>lease</c> of an agent's record, with a comma before each; empty where it has no lease.</summary>
    public static ReadOnlySpan<byte> Of(AgentLease? lease)
    {
        if (lease is null)
        {
            return default;
        }

        using var buffer = new MemoryStream(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("health"u8, lease.Health.ToName());
            json.WriteStartObject("lease"u8);
            WriteStored(json, lease);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        var members = buffer.GetBuffer().AsSpan(0, (int)buffer.Length - 1);
        members[0] = (byte)',';
        return members;
    }

    public static void WriteStored(Utf8JsonWriter json, AgentLease lease)
    {
        json.WriteNumber("ttl"u8, (long)lease.Ttl.TotalSeconds);
        json.WriteBoolean("ephemeral"u8, lease.Ephemeral);
        json.WriteTime("since", lease.Since);
    }

    /// <summary>A time in seconds, for the registry to judge.</summary>
    public static TimeSpan? ReadTtl(RequestMembers members) =>
        members.Number("ttl", min: 0) is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue)) : null;
}
