using System.Globalization;
using System.Net;

namespace OrleansRegistry.Client;

/// <summary>The tasks of a registry over HTTP: writes. Reads, lists and work are beside.</summary>
internal sealed partial class HttpTasks(RegistryHttp http) : ITaskRegistry
{
    private const string Collection = "tasks";
    private const string IdField = "task_id";

    public async Task<TaskSubmitted> SubmitAsync(Caller caller, TaskSubmission submission, CancellationToken cancellationToken = default)
    {
        var key = submission.IdempotencyKey ?? caller.IdempotencyKey;
        Identifiers.CheckKey(key);

        // A message that names itself is the same message when it is sent again; a key of this call's own would make it another.
        var request = http.Write(
            caller, HttpMethod.Post, Collection, TaskRequests.Of(submission), key, keyed: !MessageNames.HasId(submission.Message));
        return await SendAsync(caller, submission.MustExist ? request.If("If-Match", "*") : request, cancellationToken);
    }

    public Task<TaskRecord> UpdateAsync(Caller caller, string id, TaskUpdate update, CancellationToken cancellationToken = default) =>
        CallAsync(caller, http.Write(caller, HttpMethod.Patch, Of(id), TaskRequests.Of(update)), cancellationToken);

    public Task<TaskSubmitted> PutAsync(Caller caller, string id, TaskPut task, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With(Of(id), ("replace_final", task.ReplacesFinal ? "true" : null));
        var request = http.Write(caller, HttpMethod.Put, path, TaskRequests.Of(task));
        request = task.MustExist ? request.If("If-Match", "*") : request;
        return SendAsync(caller, task.IfAbsent ? request.If("If-None-Match", "*") : request, cancellationToken);
    }

    public Task<TaskRecord> CancelAsync(Caller caller, string id, long? ifGeneration = null, CancellationToken cancellationToken = default)
    {
        var path = ApiPath.With(Of(id, ":cancel"), ("if_generation_match", Text(ifGeneration)));
        return CallAsync(caller, http.Write(caller, HttpMethod.Post, path), cancellationToken);
    }

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        http.RemoveAsync(http.Write(caller, HttpMethod.Delete, Of(id)), cancellationToken);

    public async Task<TaskWebhook> SaveWebhookAsync(
        Caller caller, string taskId, ReadOnlyMemory<byte> config, string? id = null, CancellationToken cancellationToken = default)
    {
        var body = id is null ? config : MessageNames.WithId(config, id);
        using var answer = await http.CallAsync(
            http.Write(caller, HttpMethod.Post, Of(taskId, "/pushNotificationConfigs"), body), cancellationToken);
        return answer.Read(TaskAnswers.ReadWebhook);
    }

    public async Task<IReadOnlyList<TaskWebhook>> ListWebhooksAsync(
        Caller caller, string taskId, string? leaseToken = null, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Read(caller, Of(taskId, "/pushNotificationConfigs"), leaseToken), cancellationToken);
        return answer.Read(list => list.Entries("configs").Select(TaskAnswers.ReadWebhook).ToList());
    }

    public Task DeleteWebhookAsync(Caller caller, string taskId, string id, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckId(taskId, IdField);
        var path = ApiPath.OfPart(Collection, taskId, "pushNotificationConfigs", id, "config_id");
        return http.RemoveAsync(http.Write(caller, HttpMethod.Delete, path), cancellationToken);
    }

    public async Task<TaskFeedback> AddFeedbackAsync(
        Caller caller, string taskId, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        using var answer = await http.CallAsync(http.Write(caller, HttpMethod.Post, Of(taskId, "/feedback"), data), cancellationToken);
        return answer.Read(TaskAnswers.ReadFeedback);
    }

    public async Task<TaskClearing> ClearAllAsync(Caller caller, TimeSpan? wait = null, CancellationToken cancellationToken = default)
    {
        var began = http.Time.GetTimestamp();
        using var answer = await http.CallAsync(
            http.Write(caller, HttpMethod.Delete, ApiPath.With(Collection, ("confirm", "true")), keyed: false), cancellationToken);
        var clearing = answer.Read(TaskAnswers.ReadClearing);
        while (clearing.Running && (wait is null || http.Time.GetElapsedTime(began) < wait))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), http.Time, cancellationToken);
            clearing = await GetClearingAsync(caller, cancellationToken);
        }

        return clearing;
    }

    private static string Of(string id, string suffix = "")
    {
        Identifiers.CheckId(id, IdField);
        return ApiPath.Of(Collection, id, suffix);
    }

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);

    private async Task<TaskRecord> CallAsync(Caller caller, ApiRequest request, CancellationToken cancellationToken)
    {
        using var answer = await http.CallAsync(request, cancellationToken);
        var task = answer.Read(task => TaskAnswers.Read(task, TenantOf(caller)));

        // That this call was repeated is nothing to its caller.
        return answer.IsRepetition ? task with { Repeated = false } : task;
    }

    private async Task<TaskSubmitted> SendAsync(Caller caller, ApiRequest request, CancellationToken cancellationToken)
    {
        using var answer = await http.CallAsync(request, cancellationToken);
        var task = answer.Read(task => TaskAnswers.Read(task, TenantOf(caller)));

        // Of a repetition of this call, the first try has made the task.
        var repeated = task.Repeated && !answer.IsRepetition;
        return new TaskSubmitted(
            task with { Repeated = false }, answer.Response.StatusCode == HttpStatusCode.Created, repeated);
    }

    /// <summary>Answers do not name it.</summary>
    private string TenantOf(Caller caller) => (http.SentCaller(caller) ?? caller).Tenant;
}
