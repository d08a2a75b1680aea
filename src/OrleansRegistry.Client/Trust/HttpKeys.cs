using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>The API keys of a registry over HTTP.</summary>
internal sealed class HttpKeys(RegistryHttp http) : IApiKeys
{
    private const string Collection = "keys";
    private const string IdField = "key_id";

    public Task<MadeApiKey> CreateAsync(Caller caller, NewApiKey key, CancellationToken cancellationToken = default) =>
        MakeAsync(
            caller,
            Collection,
            json =>
            {
                json.WriteString("subject"u8, key.Subject);
                json.WriteGiven("roles", key.Roles);
                json.WriteGiven("tenant", key.Tenant);
                json.WriteGiven("agents", key.Agents);
                json.WriteGiven("description", key.Description);
                json.WriteGiven("expiresAt", key.ExpiresAt);
            },
            cancellationToken);

    public async Task<ApiKeyPage> ListAsync(
        Caller caller, string? tenant = null, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With(
            Collection, ("tenant", tenant), ("page_size", pageSize.ToString(CultureInfo.InvariantCulture)), ("page_token", pageToken));
        using var answer = await http.CallAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(page => new ApiKeyPage([.. page.Entries(Collection).Select(Read)], page.NextPage()));
    }

    public async Task<ApiKey?> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await http.CallAsync(http.Read(caller, PathOf(id)), cancellationToken);
            return answer.Read(Read);
        }
        catch (RegistryException fault) when (fault.Error == RegistryError.NotFound && fault.Field == IdField)
        {
            return null;
        }
    }

    public async Task<ApiKey> ChangeAsync(Caller caller, string id, ApiKeyChange change, CancellationToken cancellationToken = default)
    {
        var body = TaskRequests.Object(json =>
        {
            json.WriteGiven("roles", change.Roles?.To);
            Write(change.Agents, "agents", json.WriteGiven);
            Write(change.Description, "description", json.WriteGiven);
            Write(change.ExpiresAt, "expiresAt", json.WriteGiven);

            // What is taken away is null, and what stays is absent.
            void Write<T>(Changed<T>? changed, string name, Action<string, T> write)
            {
                if (changed is { To: null })
                {
                    json.WriteNull(name);
                }
                else if (changed is not null)
                {
                    write(name, changed.To);
                }
            }
        });
        using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Patch, PathOf(id), body, keyed: false), cancellationToken);
        return answer.Read(Read);
    }

    public Task<MadeApiKey> RotateAsync(Caller caller, string id, TimeSpan overlap, CancellationToken cancellationToken = default) =>
        MakeAsync(caller, PathOf(id, ":rotate"), json => json.WriteNumber("overlapSeconds", (long)overlap.TotalSeconds), cancellationToken);

    public Task RevokeAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        http.RemoveAsync(http.Write(caller, HttpMethod.Delete, PathOf(id), keyed: false), cancellationToken);

    private async Task<MadeApiKey> MakeAsync(Caller caller, string path, Action<Utf8JsonWriter> write, CancellationToken cancellationToken)
    {
        var asked = http.Write(caller, HttpMethod.Post, path, TaskRequests.Object(write), keyed: false) with { IsOnce = true };
        using var answer = await http.CallAsync(asked, cancellationToken);
        return answer.Read(json => new MadeApiKey(Read(json), json.Required("key")));
    }

    private static string PathOf(string id, string suffix = "")
    {
        Identifiers.CheckId(id, IdField);
        return ApiPath.Of(Collection, id, suffix);
    }

    private static ApiKey Read(JsonElement json) => new()
    {
        Id = json.Required("id"),
        Tenant = json.Required("tenant"),
        Subject = json.Required("subject"),
        Roles = json.Strings("roles"),
        Agents = json.Find("agents") is null ? null : json.Strings("agents"),
        Description = json.Text("description"),
        CreatedAt = json.Time("createdAt"),
        CreatedBy = json.Required("createdBy"),
        ExpiresAt = json.TimeOrNull("expiresAt"),
        RotatedAt = json.TimeOrNull("rotatedAt"),
        PreviousUntil = json.TimeOrNull("previousUntil"),
        LastUsedAt = json.TimeOrNull("lastUsedAt"),
    };
}
