using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Extensions;

/// <summary>The shapes of bodies about extensions.</summary>
internal static class ExtensionSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        IOpenApiSchema Ref(string name) => new OpenApiSchemaReference(name, document);
        yield return ("Extension", Shape(
            ("uri", Text("")), ("description", Text("")), ("required", Flag("")), ("params", Any("")), ("first_declared_by_agent", Text("")),
            ("first_declared_at", Time()), ("trust_level", Text("")), ("declaring_agents", List(Text("The first 100."))),
            ("usage_count", Integer("How many agents declare it."))));
        yield return ("ExtensionList", Shape(
            ("extensions", List(Ref("Extension"))), ("count", Integer("")), ("total_count", Integer("On all pages.")), ("next_page_token", Token()),
            ("dev_mode", Flag(""))));
        yield return ("ExtensionFound", Shape(("extension_info", Ref("Extension")), ("found", Flag(""))));
        yield return ("AgentExtensions", Shape(("agent_id", Text("")), ("extensions", List(Ref("Extension"))), ("count", Integer(""))));
    }
}
