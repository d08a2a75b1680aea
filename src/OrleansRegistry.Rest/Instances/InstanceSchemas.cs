using Microsoft.OpenApi;
using OrleansRegistry.Rest.Liveness;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Instances;

/// <summary>The shapes of bodies about instances.</summary>
internal static class InstanceSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        IOpenApiSchema Ref(string name) => new OpenApiSchemaReference(name, document);
        (string, IOpenApiSchema)[] instance =
        [
            ("name", Text("")), ("url", Text("")), ("weight", Weight("")), ("version", Text("Absent: it says none.")), ("metadata", Any("")),
            ("health", LeaseSchemas.Health("As last written; absent: it has no lease, and counts as healthy.")), ("lease", Ref("StoredLease")),
            ("registered_at", Time("First.")), ("updated_at", Time("Last.")),
            ("registered_by", Text("Who registered it last. Messages are forwarded to those of the agent's owner.")),
        ];
        (string, IOpenApiSchema)[] found = [("agent_id", Text("")), .. instance, ("revision", Integer("Its agent's."))];
        yield return ("InstanceRegistration", Shape(
            ("url", Text($"Where it serves: an http or https URL of up to {AgentInstance.MaxUrl:N0} characters, without user and fragment.")),
            ("weight", Weight("How often it is chosen in proportion to the others. 0: it is listed, and never chosen. Absent: 1.")),
            ("version", Text($"Up to {AgentInstance.MaxVersion} characters.")),
            ("metadata", Any($"An object of strings, numbers and booleans, up to {AgentInstance.MaxMetadata:N0} bytes.")),
            ("ttl", Integer("Gives it a lease: after how many seconds without a heartbeat it expires, 5 to 86,400 (a day). Absent: none.")),
            ("ephemeral", Flag("Whether it is removed when it expires; without ttl, after the registry's usual time."))));
        yield return ("AgentInstance", Shape(instance));
        yield return ("InstanceFound", Shape(found));
        yield return ("InstanceWritten", Shape([("success", Flag("")), ("created", Flag("There was none of its name.")), .. found]));
        yield return ("InstanceRemoved", Shape(
            ("success", Flag("")), ("agent_id", Text("")), ("name", Text("")), ("revision", Integer("The agent's."))));
        var list = Page(("instances", List(Ref("AgentInstance"))), total: true);
        list.Properties!["agent_id"] = Text("");
        list.Properties["revision"] = Integer("The agent's.");
        yield return ("InstanceList", list);
    }

    private static OpenApiSchema Weight(string description) => new()
    {
        Type = JsonSchemaType.Number,
        Description = description,
        Minimum = "0",
        Maximum = $"{AgentInstance.MaxWeight}",
    };
}
