using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Trust;

/// <summary>The shapes of bodies about tenants.</summary>
internal static class TenantSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        (string, IOpenApiSchema)[] members =
        [
            ("description", Text("Up to 1,000 characters.")), ("state", Text("active or suspended; erasing and erased only tell.")),
            ("reason", Text("Why it is suspended; its callers are told. Of one that is erased, by whom.")),
            ("maxAgents", Integer("How many agents it may have. Absent: any number.")),
            ("maxOpenTasks", Integer("How many tasks of its may be open at once.")),
            ("maxBytes", Integer("How many bytes its records may take in the store; measured every half minute.")),
        ];
        yield return ("TenantChange", Shape(members));
        yield return ("Tenant", Shape([
            ("tenant", Text("")), .. members, ("createdAt", Time()), ("version", Integer("Rises with each change.")),
            ("usage", Shape(("agents", Integer("")), ("openTasks", Integer("")), ("bytes", Integer(""))))]));
        yield return ("TenantList", Page(("tenants", List(new OpenApiSchemaReference("Tenant", document)))));
        yield return ("TenantErasure", Shape(
            ("tenant", Text("")), ("done", Flag("Nothing of it is left.")), ("erased", Integer("Records that are gone."))));
    }
}
