using Microsoft.OpenApi;
using static OrleansRegistry.Http.ApiSchemas;

namespace OrleansRegistry.Rest.Trust;

/// <summary>The shapes of bodies about logins, sessions and users.</summary>
internal static class LoginSchemas
{
    private const string Roles = "One at least; docs/trust.md says what each allows.";
    private const string Password = "8 to 256 characters.";

    public static IEnumerable<(string Name, IOpenApiSchema Schema)> All(OpenApiDocument document)
    {
        IOpenApiSchema Ref(string name) => new OpenApiSchemaReference(name, document);
        yield return ("Login", Shape(
            ("tenant", Text("Absent: default.")), ("user", Text("The user's name.")), ("password", Text(""))));
        (string, IOpenApiSchema)[] session =
        [
            ("id", Text("Names the session.")), ("tenant", Text("")), ("user", Text("")), ("createdAt", Time()), ("expiresAt", Time()),
            ("address", Text("Where the login came from.")),
        ];
        yield return ("LoginResult", Shape([("token", Text("Once: what requests carry, ors_….")), .. session]));
        yield return ("Session", Shape(session));
        yield return ("SessionList", Shape(("sessions", List(Ref("Session")))));
        yield return ("UserCreate", Shape(
            ("name", Text("1 to 64 letters, digits, '-', '_', '.', '+' or '@'.")), ("password", Text(Password)), ("roles", List(Text(Roles))),
            ("tenant", Text("Another than the caller's: for who manages tenants."))));
        yield return ("UserChange", Shape(("roles", List(Text(Roles))), ("disabled", Flag("Whether it cannot log in."))));
        yield return ("UserPassword", Shape(("password", Text(Password))));
        yield return ("OwnPassword", Shape(("currentPassword", Text("")), ("newPassword", Text(Password))));
        yield return ("User", Shape(
            ("name", Text("")), ("tenant", Text("")), ("roles", List(Text(Roles))), ("disabled", Flag("It cannot log in.")),
            ("createdAt", Time()), ("createdBy", Text("")), ("changedAt", Time()),
            ("lockedUntil", Time())));
        yield return ("UserList", Page(("users", List(Ref("User")))));
        yield return ("Me", Shape(
            ("tenant", Text("")), ("subject", Text("")), ("roles", List(Text("Absent where nobody asked for them."))),
            ("permissions", List(Text("What the caller may do."))), ("agents", List(Text("The only agents that its credential is for."))),
            ("credential", Text("How it was let in, without secrets: session:…, key:…, token:….")), ("expiresAt", Time())));
    }
}
