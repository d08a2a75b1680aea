using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>The grants of a registry over HTTP.</summary>
internal sealed class HttpGrants(RegistryHttp http) : IAgentGrants
{
    private const string Collection = "grants";
    private const string IdField = "grant_id";

    public Task<AgentGrant> GiveAsync(Caller caller, GrantTerms terms, CancellationToken cancellationToken = default) =>
        SendAsync(caller, Collection, Of(terms), cancellationToken);

    public Task<AgentGrant> RequestAsync(Caller caller, GrantTerms terms, CancellationToken cancellationToken = default) =>
        SendAsync(caller, $"{Collection}:request", Of(terms), cancellationToken);

    public Task<AgentGrant> ApproveAsync(Caller caller, string id, TimeSpan? lifetime = null, CancellationToken cancellationToken = default) =>
        SendAsync(
            caller,
            PathOf(id, ":approve"),
            TaskRequests.Object(json => json.WriteGiven("expires_in", (long?)lifetime?.TotalSeconds)),
            cancellationToken);

    public Task<AgentGrant> RevokeAsync(Caller caller, string id, string? reason = null, CancellationToken cancellationToken = default) =>
        SendAsync(caller, PathOf(id, ":revoke"), TaskRequests.Object(json => json.WriteGiven("reason", reason)), cancellationToken);

    public async ValueTask<AgentGrant?> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await http.CallAsync(http.Read(caller, PathOf(id)), cancellationToken);
            return answer.Read(json => Read(json, TenantOf(caller)));
        }
        catch (RegistryException fault) when (fault.Error == RegistryError.NotFound && fault.Field == IdField)
        {
            return null;
        }
    }

    public async ValueTask<GrantPage> ListAsync(Caller caller, GrantQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new GrantQuery();
        var path = ApiPath.With(
            Collection,
            ("agent_id", query.AgentId),
            ("subject", query.Grantee?.Subject),
            ("for_agent", query.Grantee?.AgentId),
            ("state", query.State?.ToName()),
            ("page_size", query.PageSize.ToString(CultureInfo.InvariantCulture)),
            ("page_token", query.PageToken));
        using var answer = await http.CallAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(page => new GrantPage([.. page.Entries(Collection).Select(json => Read(json, TenantOf(caller)))], page.NextPage()));
    }

    private static string PathOf(string id, string suffix = "")
    {
        Identifiers.CheckId(id, IdField);
        return ApiPath.Of(Collection, id, suffix);
    }

    private static ReadOnlyMemory<byte> Of(GrantTerms terms) => TaskRequests.Object(json =>
    {
        json.WriteString("agent_id"u8, terms.AgentId);
        if (terms.Grantee is { } grantee)
        {
            json.WriteStartObject("grantee"u8);
            json.WriteGiven("subject", grantee.Subject);
            json.WriteGiven("agent_id", grantee.AgentId);
            json.WriteEndObject();
        }

        json.WriteGiven("actions", terms.Actions);
        json.WriteGiven("skills", terms.Skills);
        json.WriteBoolean("delegable"u8, terms.Delegable);
        json.WriteGiven("expires_in", (long?)terms.Lifetime?.TotalSeconds);
        json.WriteGiven("from", terms.From);
        json.WriteGiven("message", terms.Message);
    });

    /// <param name="tenant">The caller's: answers do not name it.</param>
    private static AgentGrant Read(JsonElement json, string tenant) => new()
    {
        Tenant = tenant,
        Id = json.Required("id"),
        AgentId = json.Required("agent_id"),
        Grantee = json.Find("grantee") is { } grantee ? new Grantee(grantee.Text("subject"), grantee.Text("agent_id")) : default,
        Actions = json.Strings("actions"),
        Skills = json.Strings("skills"),
        Delegable = json.Flag("delegable"),
        From = json.Text("from"),
        State = GrantStates.TryParse(json.Text("state")) ?? GrantState.Expired,
        CreatedBy = json.Required("created_by"),
        CreatedAt = json.Time("created_at"),
        ExpiresAt = json.Find("expires_at") is null ? null : json.Time("expires_at"),
        Lifetime = json.Find("expires_in") is { } seconds ? TimeSpan.FromSeconds(seconds.GetInt64()) : null,
        Message = json.Text("message"),
        DecidedBy = json.Text("decided_by"),
        DecidedAt = json.Find("decided_at") is null ? null : json.Time("decided_at"),
        Reason = json.Text("reason"),
    };

    private async Task<AgentGrant> SendAsync(Caller caller, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Post, path, body), cancellationToken);
        return answer.Read(json => Read(json, TenantOf(caller)));
    }

    private string TenantOf(Caller caller) => (http.SentCaller(caller) ?? caller).Tenant;
}
