using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Contexts;

/// <summary>The shapes of bodies about contexts.</summary>
internal static class ContextSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        IOpenApiSchema Ref(string name) => new OpenApiSchemaReference(name, document);
        yield return ("Context", Shape(
            ("id", Text("")), ("owner", Text("Who made it.")), ("data", Any("What callers keep with it.")), ("generation", Generation()),
            ("createdAt", Time()), ("updatedAt", Time()), ("messageCount", Integer("Of its own, not of its tasks.")),
            ("taskCount", Integer("Of reads.")), ("taskIds", List(Text("The newest, up to 100.")))));
        yield return ("ContextList", Page(("contexts", List(Ref("Context"))), records: true));
        yield return ("ContextUpdate", Shape(("data", Any("One JSON object, merged member by member.")), ("ifGenerationMatch", IfGeneration())));
        yield return ("ContextMessages", Shape(("messages", List(Ref("Message"))), ("message", Ref("Message")),
            ("ifGenerationMatch", IfGeneration())));
        yield return ("ContextCleared", Shape(("id", Text("")), ("deletedTasks", Integer(""))));
        yield return ("ContextOwner", Shape(("contextId", Text("")), ("owner", Text(""))));
    }
}
