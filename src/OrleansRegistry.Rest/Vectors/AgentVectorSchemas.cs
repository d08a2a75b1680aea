using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Vectors;

/// <summary>The shapes of bodies about vectors of agents.</summary>
internal static class AgentVectorSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        IOpenApiSchema Ref(string name) => new OpenApiSchemaReference(name, document);
        yield return ("AgentVector", Shape(
            ("field", Text($"What of the agent it is of, such as skills[0].name: up to {AgentVector.MaxField} characters.")),
            ("values", Numbers($"1 to {AgentVector.MaxDimensions:N0} numbers of 32 bits, in each vector as many, not all of them zero.")),
            ("content", Text($"The text that it was made of: up to {AgentVector.MaxContent:N0} characters.")),
            ("metadata", Any($"An object that the registry keeps and does not read: up to {AgentVector.MaxMetadata:N0} bytes."))));
        yield return ("AgentVectorUpdate", Shape(
            ("model", Text($"Names what made them: up to {AgentVectorUpdate.MaxModel} characters.")),
            ("vectors", Vectors(
                $"1 to {AgentVectorUpdate.MaxVectors}, with no more than {AgentVectorUpdate.MaxNumbers:N0} numbers in all."))));
        yield return ("AgentVectorsWritten", Shape(
            ("success", Flag("")), ("agent_id", Text("")), ("model", Text("")), ("dimensions", Integer("How many numbers each has.")),
            ("vector_count", Integer("")), ("revision", Integer("The agent's."))));
        yield return ("AgentVectorsRemoved", Shape(("success", Flag("")), ("agent_id", Text("")), ("revision", Integer("The agent's."))));
        yield return ("AgentVectors", Shape(
            ("agent_id", Text("")), ("given", Flag("A caller gave them; else the registry made them of the card.")),
            ("model", Nullable("What made them; null where there are none.")),
            ("dimensions", Integer("How many numbers each has; 0 where there are none.")),
            ("revision", Integer("The agent's.")), ("written_at", Time("When they were given.")),
            ("written_by", Text("Who gave them; absent: not known.")),
            ("version_number", Integer("The number of the card that the agent had then.")),
            ("vectors", Vectors("")), ("count", Integer(""))));
        yield return ("AgentVectorInfo", Shape(
            ("model", Text("What made them.")), ("dimensions", Integer("")), ("count", Integer("")), ("written_at", Time("When they were given."))));
        yield return ("AgentVectorStats", Shape(
            ("agents", Integer("How many have vectors.")), ("vectors", Integer("")),
            ("waiting", Integer("How many agents wait: to be embedded, or for the vectors that they were given to be read.")),
            ("own_model", Nullable("What the registry embeds with; null: nothing.")),
            ("models", List(Shape(
                ("model", Text("")), ("dimensions", Integer("")), ("given", Flag("Callers gave them; else the registry made them.")),
                ("agents", Integer("")), ("vectors", Integer("")))))));

        OpenApiSchema Vectors(string description)
        {
            var schema = List(Ref("AgentVector"));
            schema.Description = description.Length == 0 ? null : description;
            return schema;
        }
    }

    /// <summary>An array of numbers.</summary>
    public static OpenApiSchema Numbers(string description)
    {
        var schema = List(new OpenApiSchema { Type = JsonSchemaType.Number });
        schema.Description = description;
        return schema;
    }

    private static OpenApiSchema Nullable(string description) =>
        new() { Type = JsonSchemaType.String | JsonSchemaType.Null, Description = description };
}
