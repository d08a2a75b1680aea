using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>The subscriptions of a registry over HTTP.</summary>
internal sealed class HttpSubscriptions(RegistryHttp http) : IAgentSubscriptions
{
    private const string Collection = "subscriptions";
    private const string IdField = "subscription_id";

    public async Task<SubscriptionSaved> SaveAsync(
        Caller caller, SubscriptionSave save, string? id = null, CancellationToken cancellationToken = default)
    {
        // With an id and a secret of this client's: a repetition, where the first answer was lost, makes no second one, and the secret is known.
        var name = id ?? Guid.NewGuid().ToString();
        var secret = save.Secret ?? (id is null ? "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) : null);
        var body = TaskRequests.Object(json =>
        {
            json.WriteString("url"u8, save.Url);
            if (save.Query is { } query)
            {
                json.WriteStartObject("query"u8);
                if (!string.IsNullOrEmpty(query.Text))
                {
                    json.WriteString("query"u8, query.Text);
                }

                AgentFilterRequests.Write(json, query);
                json.WriteEndObject();
            }

            json.WriteGiven("secret", secret);

            if (save.Batch is { } batch)
            {
                json.WriteBoolean("batch"u8, batch);
            }

            json.WriteBoolean("snapshot"u8, save.Snapshot);
        });

        using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Put, Of(name), body), cancellationToken);
        return answer.Read(json => new SubscriptionSaved(
            Read(json, TenantOf(caller)),
            answer.Response.StatusCode == HttpStatusCode.Created,
            json.Text("secret") ?? (save.Secret is null ? secret : null)));
    }

    public async Task<AgentSubscription?> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await http.CallAsync(http.Read(caller, Of(id)), cancellationToken);
            return answer.Read(json => Read(json, TenantOf(caller)));
        }
        catch (RegistryException fault) when (fault.Error == RegistryError.NotFound && fault.Field == IdField)
        {
            return null;
        }
    }

    public async Task<SubscriptionPage> ListAsync(
        Caller caller, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With(
            Collection, ("page_size", pageSize.ToString(CultureInfo.InvariantCulture)), ("page_token", pageToken));
        using var answer = await http.CallAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(page => new SubscriptionPage(
            [.. page.Entries(Collection).Select(json => Read(json, TenantOf(caller)))], page.NextPage())
        {
            Unreadable = page.Strings("unreadable"),
        });
    }

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        http.RemoveAsync(http.Write(caller, HttpMethod.Delete, Of(id)), cancellationToken);

    private static string Of(string id)
    {
        Identifiers.CheckId(id, IdField);
        return ApiPath.Of(Collection, id);
    }

    /// <param name="tenant">The caller's: answers do not name it.</param>
    private static AgentSubscription Read(JsonElement json, string tenant) => new()
    {
        Tenant = tenant,
        Id = json.Required("id"),
        Owner = json.Required("owner"),
        Url = json.Required("url"),
        Query = json.Find("query") is { } query ? ReadQuery(query) : new AgentQuery(),
        Batch = json.Flag("batch"),
        CreatedAt = json.Time("createdAt"),
        UpdatedAt = json.Time("updatedAt"),
        Delivered = json.Find("delivered")?.GetInt64(),
        Failure = json.Find("failure") is { } failure
            ? new WebhookFailure(failure.Required("reason"), failure.Time("at"), (int)failure.Number("attempts"))
            : null,
    };

    private static AgentQuery ReadQuery(JsonElement query) => new()
    {
        Text = query.Text("query"),
        Any = ReadFilters(query),
        All = query.Find("all") is { } all ? ReadFilters(all) : AgentFilters.None,
        Not = query.Find("not") is { } not ? ReadFilters(not) : AgentFilters.None,
    };

    private static AgentFilters ReadFilters(JsonElement json)
    {
        var filters = AgentFilters.None;
        foreach (var field in AgentField.All)
        {
            filters = (json.Find(field.Plural ?? field.Name) ?? json.Find(field.Name)) switch
            {
                { ValueKind: JsonValueKind.Array } several => filters.With(field, [.. several.EnumerateArray().Select(one => one.GetString()!)]),
                { ValueKind: JsonValueKind.True } => filters.With(field, "true"),
                { ValueKind: JsonValueKind.False } => filters.With(field, "false"),
                _ => filters,
            };
        }

        return filters;
    }

    private string TenantOf(Caller caller) => (http.SentCaller(caller) ?? caller).Tenant;
}
