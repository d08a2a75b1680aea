using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Logins to a registry over HTTP. The registry sees for itself where they come from.</summary>
internal sealed class HttpLogins(RegistryHttp http) : ILogins
{
    private const string Collection = "sessions";

    public async Task<LoginResult> LoginAsync(
        string tenant, string user, string password, string? address = null, CancellationToken cancellationToken = default)
    {
        var asked = new ApiRequest(HttpMethod.Post, "login")
        {
            Body = TaskRequests.Object(json =>
            {
                json.WriteString("tenant"u8, tenant);
                json.WriteString("user"u8, user);
                json.WriteString("password"u8, password);
            }),
            IsOnce = true,
        };
        try
        {
            using var answer = await http.CallAsync(asked, cancellationToken);
            return answer.Read(json => new LoginResult(Read(json), json.Required("token"), Wait: null));
        }
        catch (RegistryException fault) when (StatusOf(fault) is HttpStatusCode.Unauthorized)
        {
            return new LoginResult(null, null, null);
        }
        catch (RegistryException fault) when (StatusOf(fault) is HttpStatusCode.TooManyRequests && fault.RetryAfter is not null)
        {
            return new LoginResult(null, null, fault.RetryAfter);
        }
    }

    public async Task<IReadOnlyList<RegistrySession>> ListAsync(
        Caller caller, string? user = null, string? tenant = null, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Read(caller, PathOf(user, tenant)), cancellationToken);
        return answer.Read(json => json.Entries(Collection).Select(Read).ToArray());
    }

    public Task RevokeAsync(Caller caller, string id, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckId(id, "session_id");
        return http.RemoveAsync(http.Write(caller, HttpMethod.Delete, ApiPath.Of(Collection, id), keyed: false), cancellationToken);
    }

    public async Task RevokeAllAsync(
        Caller caller, string? user = null, string? tenant = null, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(
            http.Write(caller, HttpMethod.Delete, PathOf(user, tenant), keyed: false), cancellationToken);
    }

    private static string PathOf(string? user, string? tenant) => ApiPath.With(Collection, ("user", user), ("tenant", tenant));

    private static HttpStatusCode? StatusOf(RegistryException fault) => (fault.InnerException as HttpRequestException)?.StatusCode;

    private static RegistrySession Read(JsonElement json) => new(
        json.Required("id"), json.Required("tenant"), json.Required("user"), json.Time("createdAt"), json.Time("expiresAt"), json.Text("address"));
}
