using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>The agents of a registry over HTTP.</summary>
internal sealed class HttpAgents(RegistryHttp http) : IAgentRegistry
{
    private const string Collection = "agents";
    private const string RevisionHeader = "X-Registry-Revision";

    private long written;
    private long seen;

    public long Revision => Volatile.Read(ref seen);

    public async ValueTask WaitForRevisionAsync(long revision, CancellationToken cancellationToken = default)
    {
        var request = http.Read(Caller.Default, "stats") with { Headers = [(RevisionHeader, Text(revision))] };
        using var answer = await http.CallAsync(request, cancellationToken);
        See(answer);
    }

    public async Task<AgentWriteResult> RegisterAsync(
        Caller caller, AgentRegistration registration, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With(Collection, View);
        return await WriteAsync(
            caller, http.Write(caller, HttpMethod.Post, path, AgentRequests.Of(registration)), registration.Condition, cancellationToken);
    }

    public async Task<IReadOnlyList<AgentBatchResult>> RegisterManyAsync(
        Caller caller, IReadOnlyList<AgentRegistration> registrations, CancellationToken cancellationToken = default)
    {
        if (registrations.Count == 0)
        {
            return [];
        }

        if (registrations.FirstOrDefault(entry => entry.Condition != default) is not null)
        {
            throw new RegistryException(RegistryError.NotSupported, "A batch over HTTP takes no conditions: register such agents one by one.");
        }

        var path = ApiPath.With("agents:batch", View);
        using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Post, path, AgentRequests.Of(registrations)), cancellationToken);
        See(answer);
        var results = answer.Read(json => json.Entries("results").Select(entry => AgentAnswers.ReadEntry(entry, TenantOf(caller))).ToList());
        Wrote(results.Max(result => result.Written?.Agent.Revision ?? 0));
        return results;
    }

    public Task<AgentWriteResult> PatchAsync(Caller caller, string id, AgentPatch patch, CancellationToken cancellationToken = default) =>
        WriteAsync(
            caller,
            http.Write(caller, HttpMethod.Patch, ApiPath.With(Of(id), View), AgentRequests.Of(patch)),
            patch.Condition,
            cancellationToken);

    public async Task<AgentRefresh> RefreshAsync(Caller caller, string id, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With(Of(id, ":refresh"), View);
        using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Post, path), cancellationToken);
        See(answer);
        var refresh = answer.Read(json => AgentAnswers.ReadRefresh(json, TenantOf(caller)));
        Wrote(refresh.Agent.Revision);
        return refresh;
    }

    public async Task<AgentRemoval> RemoveAsync(
        Caller caller, string id, WriteCondition condition = default, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(With(http.Write(caller, HttpMethod.Delete, Of(id)), condition), cancellationToken);
        See(answer);
        var removal = answer.Read(json => new AgentRemoval(id, json.Number("revision"), (int)json.Number("extensions_removed")));
        Wrote(removal.Revision);
        return removal;
    }

    public async ValueTask<AgentRecord?> GetAsync(
        Caller caller, string id, ReadConsistency consistency = ReadConsistency.Local, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With(Of(id), ("consistency", consistency == ReadConsistency.Strong ? "strong" : null));
        return await FindAsync(caller, path, json => AgentAnswers.Read(json, TenantOf(caller)), "agent_id", cancellationToken);
    }

    public async ValueTask<AgentPage> ListAsync(Caller caller, AgentQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new AgentQuery();
        var request = http.Write(caller, HttpMethod.Post, "agents/search", AgentRequests.Of(query), keyed: false);
        using var answer = await ReadAsync(request, cancellationToken);
        return answer.Read(page => new AgentPage(
            [.. page.Entries("agents").Select(agent => AgentAnswers.Read(agent, TenantOf(caller)))], page.NextPage(), RevisionOf(answer))
        {
            Matches = page.Find("matches") is null ? null : [.. page.Entries("matches").Select(AgentAnswers.ReadMatch)],
            Search = AgentAnswers.ReadSearch(page),
        });
    }

    public async IAsyncEnumerable<AgentEvent> WatchAsync(
        Caller caller,
        AgentQuery? query = null,
        long? afterRevision = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        query ??= new AgentQuery();
        var path = ApiPath.With(
            "agents:watch",
            [
                ("query", query.Text),
                ("q", query.Vector is null ? query.Words : throw OnlyLists()),
                .. AgentFilterRequests.Of(query),
            ]);
        await using var events = new EventFollower(http, http.Read(caller, path), afterRevision is { } after ? Text(after) : null);
        while (await events.NextAsync(cancellationToken) is { } item)
        {
            using var data = item.Data;
            if (AgentEvent.KindOf(item.EventType) is { } kind)
            {
                var agent = data.RootElement.Find("agent");
                yield return new AgentEvent(
                    kind,
                    data.RootElement.Find("revision")?.GetInt64(),
                    data.RootElement.Text("agent_id"),
                    agent is { } record ? AgentAnswers.Read(record, TenantOf(caller)) : null);
            }
        }
    }

    public async ValueTask<IReadOnlyList<FacetCount>> GetTagsAsync(Caller caller, CancellationToken cancellationToken = default) =>
        await FacetsAsync(caller, "tags", "tag", cancellationToken);

    public async ValueTask<IReadOnlyList<FacetCount>> GetCategoriesAsync(Caller caller, CancellationToken cancellationToken = default) =>
        await FacetsAsync(caller, "categories", "category", cancellationToken);

    public async ValueTask<AgentStats> GetStatsAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        using var answer = await ReadAsync(http.Read(caller, "stats"), cancellationToken);
        return answer.Read(AgentAnswers.ReadStats);
    }

    public async ValueTask<ExtensionPage> ListExtensionsAsync(
        Caller caller, ExtensionQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new ExtensionQuery();
        var path = ApiPath.With(
            "extensions",
            [
                ("uri_pattern", query.UriPattern),
                .. query.DeclaringAgents.Select(agent => ("declaring_agents", (string?)agent)),
                .. query.TrustLevels.Select(level => ("trust_levels", (string?)level)),
                ("page_size", Text(query.PageSize)),
                ("page_token", query.PageToken),
            ]);
        using var answer = await ReadAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(page => new ExtensionPage(
            [.. page.Entries("extensions").Select(AgentAnswers.ReadExtension)], (int)page.Number("total_count"), page.NextPage()));
    }

    public async ValueTask<ExtensionInfo?> GetExtensionAsync(Caller caller, string uri, CancellationToken cancellationToken = default) =>
        uri.Length == 0
            ? null
            : await FindAsync(
                caller,
                $"extensions/{Uri.EscapeDataString(uri)}",
                json => AgentAnswers.ReadExtension(json.GetProperty("extension_info")),
                "uri",
                cancellationToken);

    public async ValueTask<IReadOnlyList<ExtensionInfo>?> GetAgentExtensionsAsync(
        Caller caller, string id, CancellationToken cancellationToken = default) => await FindAsync(
            caller,
            Of(id, "/extensions"),
            json => json.Entries("extensions").Select(AgentAnswers.ReadExtension).ToList(),
            "agent_id",
            cancellationToken);

    /// <summary>Asks for the agent as it was written.</summary>
    private static (string Name, string? Value) View => ("view", "record");

    private static string Of(string id, string suffix = "")
    {
        Identifiers.CheckId(id);
        return ApiPath.Of(Collection, id, suffix);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>As the registry refuses a vector where it cannot be sent.</summary>
    internal static RegistryException OnlyLists() =>
        RegistryException.Invalid("vector", "ranks agents: lists and searches take it alone");

    internal static ApiRequest With(ApiRequest request, WriteCondition condition)
    {
        var revisions = condition.IfRevision is { } one ? [one] : condition.IfRevisionIn;
        if (condition is { IfAbsent: true, IfExists: false } && revisions is null)
        {
            return request.If("If-None-Match", "*");
        }

        if (condition.IfAbsent || (condition.IfRevision is not null && condition.IfRevisionIn is not null))
        {
            throw new RegistryException(RegistryError.NotSupported, $"A write over HTTP takes one condition; this has several: {condition}.");
        }

        if (revisions is not null)
        {
            // No agent has this tag, nor any of none.
            return request.If("If-Match", revisions.Count == 0 ? "\"none\"" : string.Join(", ", revisions.Select(revision => $"\"{revision}\"")));
        }

        return condition.IfExists ? request.If("If-Match", "*") : request;
    }

    internal static long RevisionOf(ApiAnswer answer) =>
        answer.Response.Headers.TryGetValues(RevisionHeader, out var values)
            && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : 0;

    private static void Raise(ref long revision, long to)
    {
        for (var known = Volatile.Read(ref revision); known < to;)
        {
            known = Interlocked.CompareExchange(ref revision, to, known) is var found && found == known ? to : found;
        }
    }

    internal async Task<AgentWriteResult> WriteAsync(
        Caller caller, ApiRequest request, WriteCondition condition, CancellationToken cancellationToken)
    {
        using var answer = await http.CallAsync(With(request, condition), cancellationToken);
        See(answer);
        var result = answer.Read(json => AgentAnswers.ReadWritten(json, TenantOf(caller)));
        Wrote(result.Agent.Revision);
        return result with { Repeated = result.Repeated && !answer.IsRepetition };
    }

    private async Task<T?> FindAsync<T>(
        Caller caller, string path, Func<JsonElement, T> read, string field, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using var answer = await ReadAsync(http.Read(caller, path), cancellationToken);
            return answer.Read(read);
        }
        catch (RegistryException fault) when (fault.Error == RegistryError.NotFound && fault.Field == field)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<FacetCount>> FacetsAsync(Caller caller, string many, string one, CancellationToken cancellationToken)
    {
        using var answer = await ReadAsync(http.Read(caller, many), cancellationToken);
        return answer.Read(json => json.Entries(many).Select(facet => new FacetCount(facet.Required(one), (int)facet.Number("count"))).ToList());
    }

    /// <summary>A read that is as new as what this client has written, whichever replica answers.</summary>
    internal async Task<ApiAnswer> ReadAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var revision = Volatile.Read(ref written);
        try
        {
            var answer = await http.CallAsync(revision > 0 ? request.If(RevisionHeader, Text(revision)) : request, cancellationToken);
            See(answer);
            return answer;
        }
        catch (RegistryException fault) when (revision > 0 && fault.Error == RegistryError.Conflict)
        {
            // The store went back to an earlier state, and what was written is no longer in it.
            Interlocked.CompareExchange(ref written, 0, revision);
            var answer = await http.CallAsync(request, cancellationToken);
            Volatile.Write(ref seen, RevisionOf(answer));
            return answer;
        }
    }

    internal void See(ApiAnswer answer) => Raise(ref seen, RevisionOf(answer));

    internal void Wrote(long revision) => Raise(ref written, revision);

    internal string TenantOf(Caller caller) => (http.SentCaller(caller) ?? caller).Tenant;
}
