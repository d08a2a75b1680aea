using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Liveness;

/// <summary>The shapes of bodies about leases.</summary>
internal static class LeaseSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument _)
    {
        (string, IOpenApiSchema) instance = ("instance", Text("Which of its instances; absent: the agent itself."));
        (string, IOpenApiSchema)[] lease =
        [
            ("health", Health("As last written.")),
            ("ttl", Integer("After how many seconds without a heartbeat it expires.")),
            ("ephemeral", Flag("Who has it is removed then.")),
            ("since", Time("When the lease began, or its health changed last.")),
        ];
        (string, IOpenApiSchema)[] beat =
        [
            ("agent_id", Text("")), instance, ("health", Health("From now on.")), ("ttl", Integer("In seconds, from now.")),
            ("beat_seconds", Integer("How often to beat.")), ("expires_at", Time("Without another beat.")),
        ];
        yield return ("StoredLease", Shape(lease));
        yield return ("Lease", Shape(
            [
                ("agent_id", Text("")), instance, .. lease,
                ("last_beat", Time("Absent where none is known of.")), ("expires_at", Time("In the past where it has expired.")),
            ]));
        yield return ("Heartbeats", Shape(
            ("agent_ids", List(Text(""))),
            ("instances", List(Shape(("agent_id", Text("")), ("instance", Text("The name of one of its instances.")))))));
        yield return ("Heartbeat", Shape([("success", Flag("")), .. beat]));
        yield return ("HeartbeatResults", Shape(
            ("success", Integer("")), ("failed", Integer("")),
            ("results", List(Shape(
                [
                    ("success", Flag("")), .. beat,
                    ("status", Integer("Of a refused beat: the HTTP status that it alone would have got.")), ("code", Text("")), ("field", Text("")),
                    ("error", Text("")),
                ])))));
    }

    public static OpenApiSchema Health(string description)
    {
        var schema = Text(description);
        schema.Enum = [.. Enum.GetValues<AgentHealth>().Select(health => (JsonNode)health.ToName())];
        return schema;
    }
}
