using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>The users of a registry over HTTP.</summary>
internal sealed class HttpUsers(RegistryHttp http) : IUsers
{
    private const string Collection = "users";
    private const string IdField = "user_id";

    public async Task<RegistryUser> CreateAsync(Caller caller, NewUser user, string password, CancellationToken cancellationToken = default)
    {
        var body = TaskRequests.Object(json =>
        {
            json.WriteString("name"u8, user.Name);
            json.WriteString("password"u8, password);
            json.WriteGiven("roles", user.Roles);
            json.WriteGiven("tenant", user.Tenant);
        });
        var asked = http.Write(caller, HttpMethod.Post, Collection, body, keyed: false) with { IsOnce = true };
        using var answer = await http.CallAsync(asked, cancellationToken);
        return answer.Read(Read);
    }

    public async Task<RegistryUserPage> ListAsync(
        Caller caller, string? tenant = null, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With(
            Collection, ("tenant", tenant), ("page_size", pageSize.ToString(CultureInfo.InvariantCulture)), ("page_token", pageToken));
        using var answer = await http.CallAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(page => new RegistryUserPage([.. page.Entries(Collection).Select(Read)], page.NextPage()));
    }

    public async Task<RegistryUser?> GetAsync(Caller caller, string name, string? tenant = null, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await http.CallAsync(http.Read(caller, PathOf(name, tenant)), cancellationToken);
            return answer.Read(Read);
        }
        catch (RegistryException fault) when (fault.Error == RegistryError.NotFound && fault.Field == IdField)
        {
            return null;
        }
    }

    public async Task<RegistryUser> ChangeAsync(
        Caller caller, string name, UserChange change, string? tenant = null, CancellationToken cancellationToken = default)
    {
        var body = TaskRequests.Object(json =>
        {
            json.WriteGiven("roles", change.Roles);
            json.WriteGiven("disabled", change.IsDisabled);
        });
        using var answer = await http.CallAsync(
            http.Write(caller, HttpMethod.Patch, PathOf(name, tenant), body, keyed: false), cancellationToken);
        return answer.Read(Read);
    }

    public async Task SetPasswordAsync(
        Caller caller, string name, string password, string? tenant = null, CancellationToken cancellationToken = default)
    {
        var body = TaskRequests.Object(json => json.WriteString("password"u8, password));
        using var answer = await http.CallAsync(
            http.Write(caller, HttpMethod.Put, PathOf(name, tenant, "/password"), body, keyed: false), cancellationToken);
    }

    public async Task ChangePasswordAsync(Caller caller, string current, string password, CancellationToken cancellationToken = default)
    {
        var body = TaskRequests.Object(json =>
        {
            json.WriteString("currentPassword"u8, current);
            json.WriteString("newPassword"u8, password);
        });

        // Sent again it would come with a password that is no longer one.
        var asked = http.Write(caller, HttpMethod.Put, "me/password", body, keyed: false) with { IsOnce = true };
        using var answer = await http.CallAsync(asked, cancellationToken);
    }

    public Task RemoveAsync(Caller caller, string name, string? tenant = null, CancellationToken cancellationToken = default) =>
        http.RemoveAsync(http.Write(caller, HttpMethod.Delete, PathOf(name, tenant), keyed: false), cancellationToken);

    private static string PathOf(string name, string? tenant, string suffix = "")
    {
        Identifiers.CheckId(name, IdField);
        return ApiPath.With(ApiPath.Of(Collection, name, suffix), ("tenant", tenant));
    }

    private static RegistryUser Read(JsonElement json) => new()
    {
        Name = json.Required("name"),
        Tenant = json.Required("tenant"),
        Roles = json.Strings("roles"),
        IsDisabled = json.Flag("disabled"),
        CreatedAt = json.Time("createdAt"),
        CreatedBy = json.Required("createdBy"),
        ChangedAt = json.Time("changedAt"),
        LockedUntil = json.TimeOrNull("lockedUntil"),
    };
}
