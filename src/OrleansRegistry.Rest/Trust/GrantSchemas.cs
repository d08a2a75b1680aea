using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Trust;

/// <summary>The shapes of bodies about grants.</summary>
internal static class GrantSchemas
{
    private static string Actions => $"{string.Join(", ", GrantAction.All)}: see it, send it messages, or all.";

    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        IOpenApiSchema Ref(string name) => new OpenApiSchemaReference(name, document);
        yield return ("Grantee", Shape(
            ("subject", Text("A subject of the tenant.")),
            ("agent_id", Text("In place of that, an agent: its owner, its workers that are named, and whose credential is for it, act for it."))));
        yield return ("GrantTerms", Shape(
            ("agent_id", Text("For which agent.")), ("grantee", Ref("Grantee")), ("actions", List(Text($"{Actions} Absent: message."))),
            ("skills", List(Text("The id of a skill that messages may ask for (skill_id in their metadata); none: any."))),
            ("delegable", Flag("Whether the grantee may hand it on.")),
            ("expires_in", Integer("In seconds. Absent: until it is taken back; a day, where it is asked for; as long as what is handed on.")),
            ("from", Text("The caller's own grant that is handed on.")), ("message", Text("What is said with it."))));
        yield return ("GrantApproval", Shape(("expires_in", Integer("In seconds, from now. Absent: as was asked for."))));
        yield return ("GrantRevocation", Shape(("reason", Text("Why."))));
        yield return ("Grant", Shape(
            ("id", Text("")), ("agent_id", Text("")), ("grantee", Ref("Grantee")), ("actions", List(Text(Actions))),
            ("skills", List(Text("None: any."))), ("delegable", Flag("")), ("from", Text("The grant that it was handed on from.")),
            ("state", Text($"{GrantStates.AllNames}.")), ("created_by", Text("Who gave it or asked for it.")), ("created_at", Time()),
            ("expires_at", Time("Absent: never.")),
            ("expires_in", Integer("Of one that was asked for: how many seconds it holds from when it is approved.")),
            ("message", Text("")), ("decided_by", Text("Who approved it, or took it back.")), ("decided_at", Time()), ("reason", Text(""))));
        yield return ("GrantList", Page(("grants", List(Ref("Grant")))));
    }
}
