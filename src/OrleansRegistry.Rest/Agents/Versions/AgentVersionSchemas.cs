using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Agents.Versions;

/// <summary>The shapes of bodies about versions of agents' cards.</summary>
internal static class AgentVersionSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        IOpenApiSchema Ref(string name) => new OpenApiSchemaReference(name, document);
        yield return ("AgentVersionInfo", Shape(Info));
        yield return ("AgentVersion", Shape([("agent_id", Text("")), .. Info, ("agent_card", Ref("AgentCard"))]));
        yield return ("AgentVersionList", Shape(
            ("agent_id", Text("")), ("versions", List(Ref("AgentVersionInfo"))), ("nextPageToken", Text("Empty on the last page.")),
            ("pageSize", Integer(""))));
        yield return ("AgentDiff", Shape(
            ("agent_id", Text("")), ("from", Ref("AgentVersionInfo")), ("to", Ref("AgentVersionInfo")),
            ("changes", List(Ref("CardChange"))),
            ("verdict", Text("compatible or incompatible: whether clients of the first card can go on with the second.")),
            ("breaks", List(Ref("CardBreak")))));
        yield return ("CardChange", Shape(
            ("op", Text("add, remove or replace.")), ("path", Text("A JSON Pointer.")), ("before", Any("Absent: it was added.")),
            ("after", Any("Absent: it was removed."))));
        yield return ("CardBreak", Shape(
            ("rule", Text("skill_removed, interface_removed, input_mode_removed, output_mode_removed, capability_removed, security_scheme_removed, "
                + "security_scheme_changed, security_required or extension_required.")),
            ("value", Text("Which: a skill's id, a media type, …")), ("message", Text("The same in words."))));
        yield return ("AgentRollback", Shape(("to", Text("@ and the number of a version, a label, or the card's own version.")),
            ("force", Flag("By the owner alone: whatever the agent's policy says."))));
        yield return ("AgentDraft", Shape(
            ("agent_id", Text("")), ("written_at", Time()), ("written_by", Text("The subject that wrote it.")),
            ("verdict", Text("compatible or incompatible with the card that the agent has.")), ("breaks", List(Ref("CardBreak"))),
            ("warnings", List(Ref("CardWarning"))), ("agent_card", Ref("AgentCard"))));
        yield return ("AgentDraftRemoved", Shape(("success", Flag("")), ("agent_id", Text(""))));
        yield return ("AgentDraftPublishing", Shape(("force", Flag("Whatever the agent's policy says. The body may be left out."))));
        yield return ("AgentLabel", Shape(("number", Integer("The number of the version that it is to point to."))));
        yield return ("AgentLabelled", Shape(
            ("success", Flag("")), ("agent_id", Text("")), ("labels", Labels()), ("revision", Integer("The agent's."))));
    }

    /// <summary>Which cards an agent may be given.</summary>
    public static OpenApiSchema Policy(string says)
    {
        var schema = Text($"backward: a card that breaks clients of the one before is refused (409) unless it is forced. {says}".TrimEnd());
        schema.Enum = ["none", "backward"];
        return schema;
    }

    /// <summary>Labels by their names.</summary>
    public static OpenApiSchema Labels() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "All of the agent's labels, each with the number of the version that it points to.",
        AdditionalProperties = Integer(""),
    };

    private static (string Name, IOpenApiSchema Schema)[] Info =>
    [
        ("number", Integer("Among the agent's cards, from 1.")),
        ("version", Text("What the card itself says; absent: nothing.")),
        ("written_at", Time()),
        ("written_by", Text("The subject that wrote it; absent: not known.")),
        ("current", Flag("It is the agent's card now.")),
        ("labels", List(Text("One that points to it."))),
    ];
}
