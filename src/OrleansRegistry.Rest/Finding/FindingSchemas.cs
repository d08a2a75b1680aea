using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Finding;

/// <summary>Answers of what finds and counts agents.</summary>
internal static class FindingSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        yield return ("AgentCount", Shape(("count", Integer("")), ("revision", Integer("The registry revision that it is of, at least."))));
        yield return ("AgentFacets", Shape(
            ("total", Integer("How many agents the query finds.")),
            ("facets", new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "By the names of the fields.",
                AdditionalProperties = Shape(
                    ("values", List(Shape(("value", Text("")), ("count", Integer("How many agents have it."))))),
                    ("distinct", Integer("How many values there are in all."))),
            }),
            ("revision", Integer(""))));
    }
}
