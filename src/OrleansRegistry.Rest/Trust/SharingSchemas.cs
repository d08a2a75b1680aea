using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Trust;

/// <summary>The shapes of bodies about who sees agents.</summary>
internal static class SharingSchemas
{
    /// <summary>What an agent's record tells.</summary>
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> Told =>
    [
        ("visibility", Visibility("Who sees it; absent: its tenant.")),
        ("visible_to", List(Text("A subject that sees it, of one for those named."))),
        ("messages_from", Senders("Who may send it messages; absent: its tenant.")),
    ];

    /// <summary>What a registration or a patch says.</summary>
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> Said(string absent) =>
    [
        ("visibility", Visibility("Who sees it: its tenant; its owner, workers and those named; or other tenants too. For its owner. " + absent)),
        ("visible_to", List(Text("A subject that sees it, of one for those named; up to 100. For its owner. " + absent))),
        ("messages_from", Senders("Who may send it messages: all who see it, or its owner and who has a grant. For its owner. " + absent)),
    ];

    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        yield return ("PublicAgent", Shape(
            ("tenant", Text("The tenant that it belongs to.")), ("agent_id", Text("Unique within that.")),
            ("agent_card", new OpenApiSchemaReference("AgentCard", document)), ("enabled", Flag("")), ("lifecycle", Text("")),
            ("updated_at", Time())));
        yield return ("PublicAgentList", Shape(
            ("agents", List(new OpenApiSchemaReference("PublicAgent", document))), ("count", Integer("How many are here.")),
            ("next_page_token", Token())));
    }

    private static OpenApiSchema Visibility(string description) => Named(description, Enum.GetValues<AgentVisibility>().Select(one => one.ToName()));

    private static OpenApiSchema Senders(string description) => Named(description, Enum.GetValues<AgentSenders>().Select(one => one.ToName()));

    private static OpenApiSchema Named(string description, IEnumerable<string> names)
    {
        var schema = Text(description);
        schema.Enum = [.. names.Select(name => (JsonNode)name)];
        return schema;
    }
}
