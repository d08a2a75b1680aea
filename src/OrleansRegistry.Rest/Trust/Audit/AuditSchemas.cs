using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Trust.Audit;

/// <summary>The shapes of answers about the audit trail.</summary>
internal static class AuditSchemas
{
    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        yield return ("AuditEntry", Shape(
            ("action", Text("The name of the operation, such as registry.agent.register.")),
            ("address", Text("The IP address that the call came from.")),
            ("credential", Text("By what the caller was let in, such as key:ab12cd34.")),
            ("hash", Text("SHA-256 of the other members, in hex.")),
            ("late", Flag("The trail could not be written when the call ended.")),
            ("object", Text("The id of what it was about.")),
            ("outcome", Text("ok, or the code of the error that was answered.")),
            ("previous", Text("The hash of the entry before it; 64 zeros in the first.")),
            ("sequence", Integer("From 1, without gaps.")),
            ("skipped", Integer("How many refused calls before it have no entry.")),
            ("subject", Text("Who called; registry for the registry itself; empty where that is not known.")),
            ("tenant", Text("")),
            ("time", Time("When it was written, to the microsecond.")),
            ("trace", Text("The W3C trace id of the call."))));
        yield return ("AuditList", Page(("entries", List(new OpenApiSchemaReference("AuditEntry", document))), records: true));
        yield return ("AuditAnchor", Shape(
            ("hash", Text("The hash of the newest entry.")), ("sequence", Integer("Its place; 0 where there is none.")),
            ("signature", Text("A detached JWS over the other members, by the key at /.well-known/jwks.json.")), ("tenant", Text("")),
            ("time", Time("When it was written."))));
    }
}
