using System.Globalization;
using System.Runtime.CompilerServices;

namespace OrleansRegistry.Client;

/// <summary>The contexts of a registry over HTTP.</summary>
internal sealed class HttpContexts(RegistryHttp http) : IContextRegistry
{
    private const string Collection = "contexts";
    private const string IdField = "context_id";

    public async Task<ContextSummary?> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default)
    {
        try
        {
            using var answer = await http.CallAsync(http.Read(caller, Of(id)), cancellationToken);
            return answer.Read(json => ContextAnswers.ReadSummary(json, TenantOf(caller)));
        }
        catch (RegistryException fault) when (fault.Error == RegistryError.NotFound && fault.Field == IdField)
        {
            return null;
        }
    }

    public Task<ContextRecord> UpdateAsync(
        Caller caller,
        string id,
        ReadOnlyMemory<byte> data,
        long? ifGeneration = null,
        bool mustExist = false,
        CancellationToken cancellationToken = default)
    {
        var body = TaskRequests.Object(json =>
        {
            json.WriteGiven("data", (ReadOnlyMemory<byte>?)data);
            json.WriteGiven("ifGenerationMatch", ifGeneration);
        });
        return WriteAsync(caller, http.Write(caller, HttpMethod.Patch, Of(id), body), mustExist, cancellationToken);
    }

    public Task<ContextRecord> AppendAsync(
        Caller caller,
        string id,
        IReadOnlyList<ReadOnlyMemory<byte>> messages,
        long? ifGeneration = null,
        bool mustExist = false,
        CancellationToken cancellationToken = default)
    {
        var body = TaskRequests.Object(json =>
        {
            json.WriteGiven("messages", messages);
            json.WriteGiven("ifGenerationMatch", ifGeneration);
        });
        return WriteAsync(caller, http.Write(caller, HttpMethod.Post, Of(id, "/messages"), body), mustExist, cancellationToken);
    }

    public async Task<ItemPage<RawJson>> ReadMessagesAsync(
        Caller caller, string id, int pageSize = 100, string? pageToken = null, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Read(caller, Page(Of(id, "/messages"), pageSize, pageToken)), cancellationToken);
        return answer.Read(page => TaskAnswers.ReadItems(page, "messages", JsonInput.Copy));
    }

    public async Task<ContextPage> ListAsync(
        Caller caller, int pageSize = 50, string? pageToken = null, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Read(caller, Page(Collection, pageSize, pageToken)), cancellationToken);
        return answer.Read(page => new ContextPage(
            [.. page.Entries(Collection).Select(context => ContextAnswers.ReadSummary(context, TenantOf(caller)))], page.NextPage())
        {
            Unreadable = page.Strings("unreadable"),
        });
    }

    public Task<long> ClearAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        RemoveAsync(http.Write(caller, HttpMethod.Post, Of(id, ":clear")), cancellationToken);

    public Task<long> DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        RemoveAsync(http.Write(caller, HttpMethod.Delete, Of(id)), cancellationToken);

    public async IAsyncEnumerable<ContextEvent> WatchAsync(
        Caller caller,
        string id,
        long? afterGeneration = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var last = afterGeneration?.ToString(CultureInfo.InvariantCulture);
        await using var events = new EventFollower(http, http.Read(caller, Of(id, "/events")), last);
        while (await events.NextAsync(cancellationToken) is { } item)
        {
            using var data = item.Data;
            var happened = ContextAnswers.ReadEvent(item.EventType, data.RootElement, TenantOf(caller));
            yield return happened;
            if (happened.Deleted)
            {
                yield break;
            }
        }
    }

    private static string Of(string id, string suffix = "")
    {
        Identifiers.CheckId(id, IdField);
        return ApiPath.Of(Collection, id, suffix);
    }

    private static string Page(string path, int pageSize, string? pageToken) =>
        ApiPath.With(path, ("page_size", pageSize.ToString(CultureInfo.InvariantCulture)), ("page_token", pageToken));

    private async Task<ContextRecord> WriteAsync(Caller caller, ApiRequest request, bool mustExist, CancellationToken cancellationToken)
    {
        using var answer = await http.CallAsync(mustExist ? request.If("If-Match", "*") : request, cancellationToken);
        var context = answer.Read(json => ContextAnswers.Read(json, TenantOf(caller)));
        return answer.IsRepetition ? context with { Repeated = false } : context;
    }

    private async Task<long> RemoveAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var answer = await http.CallAsync(request, cancellationToken);
        return answer.Read(json => json.Number("deletedTasks"));
    }

    private string TenantOf(Caller caller) => (http.SentCaller(caller) ?? caller).Tenant;
}
