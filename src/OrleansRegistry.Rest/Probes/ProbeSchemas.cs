using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Probes;

/// <summary>The shapes of bodies about probes.</summary>
internal static class ProbeSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        (string, IOpenApiSchema)[] result =
        [
            ("outcome", Outcome()), ("since", Time("When this was found first.")),
            ("reason", Text("Why there was no card, or that it is the card of another agent.")),
            ("drift", List(Text($"A JSON Pointer to where the cards differ; the first {AgentProbeResult.MostDrift}."))),
            ("last_success", Time("When a card was had last.")),
        ];
        yield return ("StoredProbe", Shape(
            [
                ("probe_seconds", Integer("How often, as its owner set it; 0: never; absent: as often as the registry does by itself.")),
                ("probe_url", Text("Where, as its owner set it.")), .. result,
            ]));
        yield return ("Probe", Shape(
            [
                ("agent_id", Text("")), ("probe_seconds", Integer("How often it is probed by itself; absent: it is not.")),
                ("url", Text("Where a card was found last, else where it is looked for.")), .. result,
                ("last_probe", Time("Absent where none is known of.")), ("next_probe", Time()),
                ("failures", Integer("How many probes in a row had no card.")), ("took_ms", Integer("How long the last one took.")),
                ("changes", List(new OpenApiSchemaReference("CardChange", document))),
            ]));
    }

    private static OpenApiSchema Outcome()
    {
        var schema = Text("matches: the card there says what the one here says; drifted: it says something else; unreachable: there is none to be "
            + "had. Absent: nothing was found yet.");
        schema.Enum = [.. Enum.GetValues<AgentProbeOutcome>().Select(outcome => (JsonNode)outcome.ToName())];
        return schema;
    }
}
