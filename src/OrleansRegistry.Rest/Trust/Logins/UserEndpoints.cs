using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Trust;

/// <summary>Users: <c>/users</c>, and one's own password.</summary>
internal sealed class UserEndpoints(IUsers users, RegistryHttpOptions options)
{
    private static readonly RequestMembers.Names NewNames = new("tenant", "name", "password", "roles");
    private static readonly RequestMembers.Names ChangeNames = new("roles", "disabled");
    private static readonly RequestMembers.Names SetNames = new("password");
    private static readonly RequestMembers.Names OwnNames = new("currentPassword", "newPassword");

    public void Map(ApiRoutes routes)
    {
        routes.Post("/users", CreateAsync, Operation("createUser", "Make a user who logs in by name and password")
            .Says("Its roles allow no more than the caller may do. Of the password a hash is kept.")
            .Body("UserCreate")
            .Answer(201, "It is made.", "User")
            .Problems(400, 403, 409, 413, 415, 503, 507));
        routes.Get("/users", ListAsync, Operation("listUsers", "The tenant's users, in the order of their names")
            .Query("tenant", "Those of another tenant: for who manages tenants.")
            .Paged(PageLimit.Users)
            .Answer(200, "A page of users. nextPageToken is empty on the last.", "UserList")
            .Problems(400, 403));
        routes.Get("/users/{id}", GetAsync, One("getUser", "One user")
            .Answer(200, "The user.", "User")
            .Problems(400, 403, 404));
        routes.Patch("/users/{id}", ChangeAsync, One("changeUser", "Change a user's roles, or whether it can log in")
            .Says("All of its sessions end.")
            .Body("UserChange")
            .Answer(200, "It is changed.", "User")
            .Problems(400, 403, 404, 413, 415, 503, 507));
        routes.Put("/users/{id}/password", SetPasswordAsync, One("setUserPassword", "Give a user another password")
            .Says("All of its sessions end, and it can log in at once where it was locked.")
            .Body("UserPassword")
            .Answer(204, "It is changed.")
            .Problems(400, 403, 404, 413, 415, 503, 507));
        routes.Delete("/users/{id}", RemoveAsync, One("removeUser", "Remove a user, with its sessions")
            .Answer(204, "It is gone.")
            .Problems(400, 403, 404, 503, 507));
        routes.Put("/me/password", ChangePasswordAsync, Operation("changePassword", "Change one's own password")
            .Says("All sessions of the user end, with that of this request.")
            .Body("OwnPassword")
            .Answer(204, "It is changed.")
            .Problems(400, 403, 404, 409, 413, 415, 503, 507));
    }

    private static ApiOperation Operation(string operationId, string summary) => new(operationId, "Logins", summary);

    private static ApiOperation One(string operationId, string summary) => Operation(operationId, summary)
        .Path("id", "The user's name.")
        .Query("tenant", "One of another tenant: for who manages tenants.");

    private async Task CreateAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var (user, password) = await ReadAsync(context, NewNames, members => (
            new NewUser(members.Text("name") ?? throw members.Missing("name", "the user logs in by it"), members.TextOrTexts("roles"))
            {
                Tenant = members.Text("tenant"),
            },
            Password(members, "password")));
        var made = await users.CreateAsync(context.GetCaller(), user, password, context.RequestAborted);
        await SendAsync(context, made, StatusCodes.Status201Created);
    }

    private async Task ListAsync(HttpContext context)
    {
        var parameters = new QueryParameters(context);
        var size = parameters.PageSize(PageLimit.Users) ?? PageLimit.Users.Usual;
        var page = await users.ListAsync(
            context.GetCaller(), parameters.Text("tenant"), size, parameters.Text("page_token"), context.RequestAborted);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteStartArray("users"u8);
        foreach (var user in page.Users)
        {
            Write(answer.Json, user);
        }

        answer.Json.WriteEndArray();
        answer.Json.WritePageEnd(page.NextPageToken, size, total: null);
        await answer.SendObjectAsync(context);
    }

    private async Task GetAsync(HttpContext context)
    {
        var (name, tenant) = Named(context);
        var user = await users.GetAsync(context.GetCaller(), name, tenant, context.RequestAborted)
            ?? throw new RegistryException(RegistryError.NotFound, "User not found", "user_id");
        await SendAsync(context, user);
    }

    private async Task ChangeAsync(HttpContext context)
    {
        var (name, tenant) = Named(context);
        var change = await ReadAsync(context, ChangeNames, members => new UserChange
        {
            Roles = members.IsSent("roles") ? members.TextOrTexts("roles") : null,
            IsDisabled = members.Boolean("disabled"),
        });
        await SendAsync(context, await users.ChangeAsync(context.GetCaller(), name, change, tenant, context.RequestAborted));
    }

    private async Task SetPasswordAsync(HttpContext context)
    {
        var (name, tenant) = Named(context, segmentsAfter: 1);
        var password = await ReadAsync(context, SetNames, members => Password(members, "password"));
        await users.SetPasswordAsync(context.GetCaller(), name, password, tenant, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task ChangePasswordAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var (current, password) = await ReadAsync(
            context, OwnNames, members => (Password(members, "currentPassword"), Password(members, "newPassword")));
        await users.ChangePasswordAsync(context.GetCaller(), current, password, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task RemoveAsync(HttpContext context)
    {
        var (name, tenant) = Named(context);
        await users.RemoveAsync(context.GetCaller(), name, tenant, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private Task<T> ReadAsync<T>(HttpContext context, RequestMembers.Names names, Func<RequestMembers, T> read) =>
        RequestMembers.ReadAsync(context, options.MaxTaskBodyBytes, names, read);

    private static string Password(RequestMembers members, string name) =>
        members.Text(name) ?? throw members.Missing(name, "a password has 8 to 256 characters");

    private static (string Name, string? Tenant) Named(HttpContext context, int segmentsAfter = 0)
    {
        var tenant = new QueryParameters(context).Text("tenant");
        GenerationCondition.Refuse(context.Request);
        return (RawPath.Id(context, "user_id", segmentsAfter), tenant);
    }

    private static Task SendAsync(HttpContext context, RegistryUser user, int status = StatusCodes.Status200OK)
    {
        var answer = JsonAnswer.Rent();
        Write(answer.Json, user);
        return answer.SendAsync(context, status);
    }

    private static void Write(Utf8JsonWriter json, RegistryUser user)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, user.Name);
        json.WriteString("tenant"u8, user.Tenant);
        json.WriteGiven("roles", user.Roles);
        json.WriteBoolean("disabled"u8, user.IsDisabled);
        json.WriteTime("createdAt", user.CreatedAt);
        json.WriteString("createdBy"u8, user.CreatedBy);
        json.WriteTime("changedAt", user.ChangedAt);
        json.WriteTime("lockedUntil", user.LockedUntil);
        json.WriteEndObject();
    }
}
