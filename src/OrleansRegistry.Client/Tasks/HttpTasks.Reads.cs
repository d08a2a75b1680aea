using System.Globalization;
using System.Runtime.CompilerServices;

namespace OrleansRegistry.Client;

/// <summary>Reads, lists and events.</summary>
internal sealed partial class HttpTasks
{
    public Task<TaskRecord?> GetAsync(Caller caller, string id, TaskView view = default, CancellationToken cancellationToken = default) =>
        FindAsync(caller, http.Read(caller, ApiPath.With(Of(id), Query(view)), view.LeaseToken), cancellationToken);

    public Task<TaskRecord?> WaitAsync(
        Caller caller,
        string id,
        long currentGeneration,
        TimeSpan wait,
        TaskView view = default,
        CancellationToken cancellationToken = default)
    {
        TaskClaim.CheckWait(wait);
        var seconds = Text(TaskRequests.Seconds(wait));
        var path = ApiPath.With(Of(id), [.. Query(view), ("current_generation", Text(currentGeneration)), ("wait", seconds)]);
        return FindAsync(caller, http.Read(caller, path, view.LeaseToken) with { Wait = wait }, cancellationToken);
    }

    public async Task<ItemPage<RawJson>> ReadHistoryAsync(
        Caller caller,
        string id,
        int pageSize = 100,
        string? pageToken = null,
        string? leaseToken = null,
        CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Read(caller, Page(Of(id, "/messages"), pageSize, pageToken), leaseToken), cancellationToken);
        return answer.Read(page => TaskAnswers.ReadItems(page, "messages", JsonInput.Copy));
    }

    public async Task<RawJson?> GetArtifactAsync(
        Caller caller, string id, string artifactId, string? leaseToken = null, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckId(id, IdField);
        var request = http.Read(caller, ApiPath.OfPart(Collection, id, "artifacts", artifactId, "artifact_id"), leaseToken);
        try
        {
            using var answer = await http.CallAsync(request, cancellationToken);
            return answer.Read(artifact => JsonInput.Copy(artifact));
        }
        catch (RegistryException fault) when (IsMissing(fault, "artifact_id"))
        {
            return null;
        }
    }

    public async Task<ArtifactPage> ReadArtifactsAsync(
        Caller caller,
        string id,
        int pageSize = 100,
        string? pageToken = null,
        string? leaseToken = null,
        CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Read(caller, Page(Of(id, "/artifacts"), pageSize, pageToken), leaseToken), cancellationToken);
        return answer.Read(page => new ArtifactPage(
            page.Documents("artifacts"), page.Number("first"), page.Number("totalSize"), page.NextPage(), page.Flag("continues")));
    }

    public async Task<TaskPage> ListAsync(Caller caller, TaskQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new TaskQuery();
        var path = ApiPath.With(
            Collection,
            [
                .. Filters(query),
                .. ListView(query.View),
                ("page_size", Text(query.PageSize)),
                ("page_token", query.PageToken),
                ("count_total", query.CountTotal ? "true" : null),
                ("stable", query.Stable ? "true" : null),
            ]);
        using var answer = await http.CallAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(page => new TaskPage(
            [.. page.Entries("tasks").Select(task => TaskAnswers.Read(task, TenantOf(caller)))],
            page.NextPage(),
            query.CountTotal ? page.Number("totalSize") : null)
        {
            Unreadable = page.Strings("unreadable"),
        });
    }

    public async Task<IReadOnlyDictionary<TaskState, long>> CountAsync(
        Caller caller, TaskQuery? query = null, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With("tasks:count", Filters(query ?? new TaskQuery()));
        using var answer = await http.CallAsync(http.Read(caller, path), cancellationToken);
        return answer.Read(json => json.GetProperty("counts").EnumerateObject().Where(count => count.Value.GetInt64() > 0).ToDictionary(
            count => TaskAnswers.ReadState(count.Name), count => count.Value.GetInt64()));
    }

    public async Task<ItemPage<TaskFeedback>> ListFeedbackAsync(
        Caller caller, string taskId, int pageSize = 100, string? pageToken = null, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Read(caller, Page(Of(taskId, "/feedback"), pageSize, pageToken)), cancellationToken);
        return answer.Read(page => TaskAnswers.ReadItems(page, "feedback", TaskAnswers.ReadFeedback));
    }

    public async Task<TaskClearing> GetClearingAsync(Caller caller, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Read(caller, "tasks:clearing"), cancellationToken);
        return answer.Read(TaskAnswers.ReadClearing);
    }

    public async IAsyncEnumerable<TaskEvent> WatchAsync(
        Caller caller,
        string id,
        long? afterGeneration = null,
        string? leaseToken = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var events = new EventFollower(http, http.Read(caller, Of(id, "/events"), leaseToken), Text(afterGeneration))
        {
            EndsWithLease = leaseToken is not null,
        };
        await using (events)
        {
            while (await events.NextAsync(cancellationToken) is { } item)
            {
                using var data = item.Data;
                var happened = TaskAnswers.ReadEvent(item.EventType, item.EventId, data.RootElement, TenantOf(caller));
                yield return happened;
                if (happened.Deleted || (happened.Snapshot?.Status ?? happened.Status)?.State.IsTerminal() == true)
                {
                    yield break;
                }
            }
        }
    }

    private static bool IsMissing(RegistryException fault, string field) => fault.Error == RegistryError.NotFound && fault.Field == field;

    private static string Page(string path, int pageSize, string? pageToken) =>
        ApiPath.With(path, ("page_size", Text(pageSize)), ("page_token", pageToken));

    private static IEnumerable<(string Name, string? Value)> Query(TaskView view)
    {
        // Spelt so, 0 is none; the other spelling's 0 is all.
        yield return ("historyLength", view.HeadOnly || view.WithoutHistory ? "0" : null);
        yield return ("history_length", view is { HeadOnly: false, WithoutHistory: false, HistoryLength: { } length } ? Text(length) : null);
        yield return ("include_artifacts", view.HeadOnly || !view.Artifacts ? "false" : null);
        yield return ("consistency", view.Consistency == ReadConsistency.Strong || view.SeenGeneration is not null ? "strong" : null);
    }

    private static IEnumerable<(string Name, string? Value)> ListView(TaskView view)
    {
        yield return ("history_length", view.HeadOnly || view.WithoutHistory ? null : Text(view.HistoryLength ?? 0));
        yield return ("include_artifacts", view is { HeadOnly: false, Artifacts: true } ? "true" : null);
    }

    private static IEnumerable<(string Name, string? Value)> Filters(TaskQuery query) =>
    [
        ("context_id", query.ContextId),
        .. query.States.Select(state => ("state", (string?)state.ToV10())),
        ("agent_id", query.AgentId),
        ("status_timestamp_after", query.UpdatedSince?.ToString("O", CultureInfo.InvariantCulture)),
        ("has_webhook", query.HasWebhook ? "true" : null),
        ("has_failed_webhook", query.HasFailedWebhook ? "true" : null),
    ];

    private async Task<TaskRecord?> FindAsync(Caller caller, ApiRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(caller, request, cancellationToken);
        }
        catch (RegistryException fault) when (IsMissing(fault, IdField))
        {
            return null;
        }
    }
}
