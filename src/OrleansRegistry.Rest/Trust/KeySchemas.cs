using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Trust;

/// <summary>The shapes of bodies about keys.</summary>
internal static class KeySchemas
{
    private const string Roles = "One at least; docs/trust.md says what each allows.";
    private const string Agents = "The only agents that the key changes, works for and sends messages to, 1 to 1,000; absent: no such limit.";

    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        IOpenApiSchema Ref(string name) => new OpenApiSchemaReference(name, document);
        yield return ("KeyCreate", Shape(
            ("subject", Text("Who calls with it; absent: the caller.")), ("roles", List(Text(Roles))), ("agents", List(Text(Agents))),
            ("description", Text("Up to 1,024 characters.")), ("expiresAt", Time()), ("expiresInSeconds", Integer("In place of expiresAt.")),
            ("tenant", Text("Another than the caller's: for who manages tenants."))));
        yield return ("KeyChange", Shape(
            ("roles", List(Text(Roles))), ("agents", List(Text(Agents))), ("description", Text("")), ("expiresAt", Time())));
        yield return ("KeyRotation", Shape(("overlapSeconds", Integer("How long the secret before counts too: 0, the default, to 30 days."))));
        yield return ("ApiKey", Shape(
            ("id", Text("Names the key; the first part of its text.")), ("key", Text("Once, where it was made by this request: ork_…")),
            ("tenant", Text("")), ("subject", Text("")), ("roles", List(Text(Roles))), ("agents", List(Text(Agents))), ("description", Text("")),
            ("createdAt", Time()), ("createdBy", Text("The subject that made it.")), ("expiresAt", Time()), ("rotatedAt", Time()),
            ("previousUntil", Time()), ("lastUsedAt", Time())));
        yield return ("ApiKeyList", Page(("keys", List(Ref("ApiKey")))));
    }
}
