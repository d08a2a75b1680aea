using System.Globalization;
using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>The tenants of a registry over HTTP.</summary>
internal sealed class HttpTenants(RegistryHttp http) : ITenants
{
    private const string Collection = "tenants";

    /// <summary>How long one request waits for the end of an erasure, in seconds.</summary>
    private const int LongestWait = 60;

    public async Task<(RegistryTenant Tenant, bool Created)> PutAsync(
        Caller caller, string tenant, TenantChange change, long? ifVersion = null, CancellationToken cancellationToken = default)
    {
        var body = TaskRequests.Object(json =>
        {
            json.WriteGiven("description", change.Description);
            json.WriteGiven("state", change.State?.ToName());
            json.WriteGiven("reason", change.Reason);
            if (change.Limits is { } limits)
            {
                Write(json, "maxAgents", limits.Agents);
                Write(json, "maxOpenTasks", limits.OpenTasks);
                Write(json, "maxBytes", limits.Bytes);
            }
        });
        var asked = http.Write(caller, HttpMethod.Put, Of(tenant), body);
        asked = ifVersion switch
        {
            null => asked,
            0 => asked with { Headers = [.. asked.Headers, ("If-None-Match", "*")] },
            { } version => asked with { Headers = [.. asked.Headers, ("If-Match", $"\"{version.ToString(CultureInfo.InvariantCulture)}\"")] },
        };
        using var answer = await http.CallAsync(asked, cancellationToken);
        return answer.Read(json => (Read(json), answer.Response.StatusCode == HttpStatusCode.Created));
    }

    public async Task<RegistryTenant?> GetAsync(Caller caller, string tenant, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await http.CallAsync(http.Read(caller, Of(tenant)), cancellationToken);
            return answer.Read(Read);
        }
        catch (RegistryException fault) when (fault.Error == RegistryError.NotFound && fault.Field == "tenant")
        {
            return null;
        }
    }

    public async Task<TenantUsage> GetUsageAsync(Caller caller, string tenant, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Read(caller, $"{Of(tenant)}?usage=true"), cancellationToken);
        return answer.Read(json =>
        {
            var usage = json.GetProperty("usage");
            return new TenantUsage(usage.Number("agents"), usage.Number("openTasks"), usage.Number("bytes"));
        });
    }

    public async Task<TenantPage> ListAsync(
        Caller caller, int pageSize = 100, string? pageToken = null, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With(Collection, ("page_size", pageSize.ToString(CultureInfo.InvariantCulture)), ("page_token", pageToken));
        using var answer = await http.CallAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(page => new TenantPage([.. page.Entries(Collection).Select(Read)], page.NextPage()));
    }

    public async Task<TenantErasure> EraseAsync(
        Caller caller, string tenant, TimeSpan? wait = null, CancellationToken cancellationToken = default)
    {
        var until = wait is { } most ? http.Time.GetUtcNow() + most : DateTimeOffset.MaxValue;
        while (true)
        {
            var left = until - http.Time.GetUtcNow();
            var seconds = (int)Math.Clamp(left.TotalSeconds, 0, LongestWait);
            var asked = http.Write(caller, HttpMethod.Delete, $"{Of(tenant)}?wait={seconds.ToString(CultureInfo.InvariantCulture)}", null) with
            {
                Wait = TimeSpan.FromSeconds(seconds),
            };
            using var answer = await http.CallAsync(asked, cancellationToken);
            var erasure = answer.Read(json => new TenantErasure(json.Required("tenant"), json.Flag("done"), json.Number("erased")));
            if (erasure.IsDone || left <= TimeSpan.FromSeconds(seconds))
            {
                return erasure;
            }
        }
    }

    private static string Of(string tenant)
    {
        Identifiers.CheckTenant(tenant);
        return ApiPath.Of(Collection, tenant);
    }

    private static void Write(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } value)
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static RegistryTenant Read(JsonElement json) => new(
        json.Required("tenant"),
        TenantStates.TryParse(json.Required("state")) ?? TenantState.Suspended,
        json.Time("createdAt"),
        json.Number("version"))
    {
        Description = json.Text("description"),
        Reason = json.Text("reason"),
        Limits = new TenantLimits(
            json.Find("maxAgents")?.GetInt64(), json.Find("maxOpenTasks")?.GetInt64(), json.Find("maxBytes")?.GetInt64()),
    };
}
