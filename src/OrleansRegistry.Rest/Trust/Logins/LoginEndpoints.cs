using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Rest.Trust;

/// <summary>Logging in and out, and one's sessions: <c>/login</c>, <c>/logout</c>, <c>/sessions</c>.</summary>
internal sealed class LoginEndpoints(ILogins logins, RegistryHttpOptions options)
{
    private const string Kind = "session:";

    private static readonly RequestMembers.Names LoginNames = new("tenant", "user", "password");

    public void Map(ApiRoutes routes)
    {
        routes.Post("/login", LoginAsync, Operation("login", "Log in by name and password: the token of a session, shown this once")
            .Says("Requests carry the token as Authorization: Bearer. Who tries wrong passwords waits longer each time.")
            .Body("Login")
            .Answer(200, "The session.", "LoginResult")
            .Problems(400, 401, 403, 413, 415, 429, 503, 507)
            .AllowAnonymous());
        routes.Post("/logout", LogoutAsync, Operation("logout", "End the session of this request")
            .Answer(204, "It is over.")
            .Problems(400, 403, 404, 503, 507));
        routes.Get("/sessions", ListAsync, OfUser("listSessions", "The sessions of a user that count, the oldest first")
            .Answer(200, "All of them: 100 at most.", "SessionList")
            .Problems(400, 403));
        routes.Delete("/sessions", RevokeAllAsync, OfUser("revokeSessions", "End all sessions of a user")
            .Answer(204, "They are over: on every replica within two seconds.")
            .Problems(400, 403, 404, 503, 507));
        routes.Delete("/sessions/{id}", RevokeAsync, Operation("revokeSession", "End a session")
            .Path("id", "The session's id.")
            .Answer(204, "It is over: on every replica within two seconds.")
            .Problems(400, 403, 404, 503, 507));
    }

    private static ApiOperation Operation(string operationId, string summary) => new(operationId, "Logins", summary);

    private static ApiOperation OfUser(string operationId, string summary) => Operation(operationId, summary)
        .Query("user", "Absent: the caller. Others are for who manages users.")
        .Query("tenant", "Absent: the caller's. Others are for who manages tenants.");

    private async Task LoginAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var (tenant, user, password) = await RequestMembers.ReadAsync(context, options.MaxTaskBodyBytes, LoginNames, members => (
            members.Text("tenant") ?? Caller.Default.Tenant,
            members.Text("user") ?? throw members.Missing("user", "it is the name of who logs in"),
            members.Text("password") ?? throw members.Missing("password", "it is that of the user")));
        var result = await logins.LoginAsync(tenant, user, password, RequestCaller.AddressOf(context), context.RequestAborted);
        if (result.Wait is { } wait)
        {
            throw new HttpProblemException(
                StatusCodes.Status429TooManyRequests, "Wrong passwords were tried too often: wait as long as Retry-After says, in seconds.")
            {
                Header = (HeaderNames.RetryAfter, Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture)),
            };
        }

        if (result is not { Session: { } session, Text: { } text })
        {
            throw new HttpProblemException(StatusCodes.Status401Unauthorized, "Tenant, user and password do not go together.")
            {
                Header = (HeaderNames.WWWAuthenticate, "Bearer realm=\"registry\""),
            };
        }

        context.Response.Headers.CacheControl = "no-store";
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteString("token"u8, text);
        WriteMembers(answer.Json, session);
        await answer.SendObjectAsync(context);
    }

    private async Task LogoutAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var caller = context.GetCaller();
        if (caller.Credential?.StartsWith(Kind, StringComparison.Ordinal) != true)
        {
            throw RegistryException.Invalid(HeaderNames.Authorization, "is no session: there is nothing to log out of");
        }

        await logins.RevokeAsync(caller, caller.Credential[Kind.Length..], context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task ListAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        var sessions = await logins.ListAsync(
            context.GetCaller(), parameters.Text("user"), parameters.Text("tenant"), context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("sessions"u8);
        foreach (var session in sessions)
        {
            answer.Json.WriteStartObject();
            WriteMembers(answer.Json, session);
            answer.Json.WriteEndObject();
        }

        answer.Json.WriteEndArray();
        await answer.SendObjectAsync(context);
    }

    private async Task RevokeAllAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        GenerationCondition.Refuse(context.Request);
        await logins.RevokeAllAsync(context.GetCaller(), parameters.Text("user"), parameters.Text("tenant"), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task RevokeAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        GenerationCondition.Refuse(context.Request);
        await logins.RevokeAsync(context.GetCaller(), RawPath.Id(context, "session_id"), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static void WriteMembers(Utf8JsonWriter json, RegistrySession session)
    {
        json.WriteString("id"u8, session.Id);
        json.WriteString("tenant"u8, session.Tenant);
        json.WriteString("user"u8, session.User);
        json.WriteTime("createdAt", session.CreatedAt);
        json.WriteTime("expiresAt", session.ExpiresAt);
        json.WriteGiven("address", session.Address);
    }
}
