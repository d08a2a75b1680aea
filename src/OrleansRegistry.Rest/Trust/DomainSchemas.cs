using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Trust;

/// <summary>The shapes of bodies about domains.</summary>
internal static class DomainSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        yield return ("DomainBegin", Shape(("domain", Text("Of two labels or more, such as agents.example: no wildcard, address, port or path."))));
        yield return ("DomainProof", Shape(
            ("domain", Text("In lower case and ASCII.")),
            ("state", Text("pending, verified, failing (verified, but not found when last looked for), or expired.")),
            ("token", Text("The text to be found.")), ("token_end", Time()), ("record_name", Text("The TXT record that may hold it.")),
            ("file_url", Text("The file that may hold it, on a line of its own.")), ("method", Text("Where it was found last: dns or file.")),
            ("found_at", Time()), ("missed_at", Time()), ("reason", Text("Why it was not found then.")), ("held_until", Time())));
        yield return ("DomainList", Shape(("domains", List(new OpenApiSchemaReference("DomainProof", document)))));
    }
}
