using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Reads leases as the REST API answers them.</summary>
internal static class LeaseAnswers
{
    /// <param name="lease">With <c>ttl</c>, <c>ephemeral</c> and <c>since</c>.</param>
    /// <param name="agent">With <c>health</c>, where the lease has none of its own, as of older registries.</param>
    public static AgentLease ReadLease(JsonElement lease, JsonElement agent) => new()
    {
        Ttl = Seconds(lease),
        Ephemeral = lease.Flag("ephemeral"),
        Health = ReadHealth(lease.Text("health") is null ? agent : lease),
        Since = lease.Time("since"),
    };

    public static LeaseStatus ReadStatus(JsonElement status) =>
        new(ReadLease(status, status), status.TimeOrNull("last_beat"), status.TimeOrNull("expires_at"));

    public static AgentBeat ReadBeat(JsonElement beat) => new(beat.Required("agent_id"), ReadHealth(beat), Seconds(beat), beat.Time("expires_at"))
    {
        Instance = beat.Text("instance"),
    };

    /// <summary>An entry of an answer to many.</summary>
    public static AgentBeatResult ReadEntry(JsonElement entry) =>
        entry.Flag("success") ? new AgentBeatResult(ReadBeat(entry), null) : new AgentBeatResult(null, AgentAnswers.ReadRefusal(entry));

    // One that this version does not know is none to rely on.
    private static AgentHealth ReadHealth(JsonElement json) => AgentHealths.TryParse(json.Text("health")) ?? AgentHealth.Unhealthy;

    private static TimeSpan Seconds(JsonElement json) => TimeSpan.FromSeconds(json.Number("ttl"));
}
