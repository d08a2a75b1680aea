using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Finding;

/// <summary>Answers of what finds and counts agents.</summary>
internal static class FindingSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        IOpenApiSchema Ref(string name) => new OpenApiSchemaReference(name, document);
        yield return ("AgentIds", Shape(("agent_ids", List(Text("1 to 1,000 ids.")))));
        yield return ("AgentsGot", Shape(
            ("agents", List(Ref("Agent"))), ("count", Integer("")), ("missing", List(Text("The id of no agent."))),
            ("unreadable", List(Text("The id of an agent whose record cannot be read.")))));
        yield return ("AgentsFound", Shape(("agents", List(Ref("Agent"))), ("count", Integer("")), ("total", Integer("How many there are in all."))));
        yield return ("SimilarAgents", Shape(("agents", List(Shape(
            ("agent", Ref("Agent")), ("score", Fraction("0 to 1.")), ("skills", List(Text("The id of a skill that both have."))),
            ("tags", List(Text("A tag that both have."))),
            ("meaning", Fraction("How near both are in what they mean, 0 to 1; absent: the one that it is like has no vectors.")))))));
        yield return ("AgentActivity", Shape(
            ("open_tasks", Integer("Tasks that are not over.")), ("last_hour", Outcomes()), ("last_day", Outcomes())));
        yield return ("AgentJob", Shape(
            ("text", Text("The job in words.")), ("required", Ref("AgentFilters")), ("preferred", Ref("AgentFilters")), ("not", Ref("AgentFilters")),
            ("max_open_tasks", Integer("From 0.")),
            ("min_success_rate", Fraction("0 to 1, of the tasks of the last day; agents that had none pass.")),
            ("order", Text("best, the default, or least_loaded.")), ("limit", Integer("1 to 100; 10 unless given."))));
        yield return ("AgentCandidates", Shape(
            ("agents", List(Shape(
                ("agent", Ref("Agent")), ("score", Fraction("0 to 1: the parts' values by their weights.")),
                ("parts", List(Shape(
                    ("part", Text("text, meaning, preferred, success or load.")), ("value", Fraction("0 to 1.")), ("weight", Fraction(""))))),
                ("preferred", Values("What was preferred and it has, by field.")), ("missing", Values("What was preferred and it has not.")),
                ("meaning_field", Text("What of its card is near to what the job means, such as skills[2]; absent: nothing, or that is not known.")),
                ("highlights", List(Any("As of AgentMatch.")))))),
            ("found", Integer("How many there are in all."))));
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

    private static OpenApiSchema Outcomes() => Shape(
        ("completed", Integer("")), ("failed", Integer("Failed or rejected.")), ("success_rate", Fraction("Absent where none ended.")),
        ("median_seconds", Fraction("From being submitted to being completed.")));

    private static OpenApiSchema Values(string description) =>
        new() { Type = JsonSchemaType.Object, Description = description, AdditionalProperties = List(Text("")) };

    private static OpenApiSchema Fraction(string description) =>
        new() { Type = JsonSchemaType.Number, Description = description.Length == 0 ? null : description };
}
