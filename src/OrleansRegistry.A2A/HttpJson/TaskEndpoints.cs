using Microsoft.AspNetCore.Http;
using OrleansRegistry.A2A.Service;

namespace OrleansRegistry.A2A.HttpJson;

/// <summary>The tasks of an agent, and its extended card.</summary>
/// <remarks>Source: A2A 1.0, 11.3.2, 11.3.4.</remarks>
internal sealed class TaskEndpoints(A2AService service, EventStreams streams, RegistryHttpOptions options)
{
    private const string Cancel = ":cancel";
    private const string Subscribe = ":subscribe";

    public void Map(HttpJsonRoutes routes)
    {
        routes.Get("/tasks", ListAsync, A2ADocs.Agent("listAgentTasks", "The caller's tasks for an agent, newest status first")
            .Query("contextId", "Tasks of this context.")
            .Query("status", "Tasks in this state, such as TASK_STATE_WORKING.")
            .Query("pageSize", $"1 to {PageLimit.Tasks.Max}; {PageLimit.Tasks.Usual} unless given.", "integer")
            .Query("pageToken", "The nextPageToken of the page before.")
            .Query(RequestReader.HistoryLengthName, "The newest so many messages of each task; none unless given.", "integer")
            .Query("statusTimestampAfter", "Tasks whose status is of this time or later.")
            .Query("includeArtifacts", "true: with artifacts.", "boolean")
            .Answered("A page of tasks. nextPageToken is empty on the last."));
        routes.Get("/tasks/{id}", GetAsync, A2ADocs.Task("getAgentTask", "A task of an agent")
            .Query(RequestReader.HistoryLengthName, "The newest so many messages; 0 for none, all unless given.", "integer")
            .Answered("The task."));
        routes.Post("/tasks/{id}" + Cancel, CancelAsync, A2ADocs.Task("cancelAgentTask", "Cancel a task of an agent")
            .Idempotent()
            .Answered("The task, canceled."));
        routes.Get("/tasks/{id}" + Subscribe, SubscribeAsync, A2ADocs.Task("subscribeToAgentTask", "A task of an agent, and what happens to it")
            .Header(EventStreams.Header, "The id of the last event that the client has: it goes on after that.")
            .Streamed());
        routes.Post("/tasks/{id}" + Subscribe, SubscribeAsync, A2ADocs.Task("subscribeToAgentTaskByPost", "The same, as the text of A2A has it")
            .Header(EventStreams.Header, "The id of the last event that the client has: it goes on after that.")
            .Streamed());
        routes.Get("/extendedAgentCard", RefuseCard, A2ADocs.Agent("getExtendedAgentCard", "The extended card of an agent")
            .Says("Agents have none here: UnsupportedOperation.")
            .Refused());
    }

    private async Task ListAsync(A2ACall call)
    {
        var request = RequestReader.ReadList(Fields(call));
        var page = await service.ListTasksAsync(call, request);
        await HttpJsonAnswers.SendAsync(call.Http, (answer, writer) => AnswerWriting.WriteListAsync(answer, writer, page, request.PageSize));
    }

    private async Task GetAsync(A2ACall call)
    {
        var id = A2APaths.TaskId(call.Http);
        await HttpJsonAnswers.SendTaskAsync(call.Http, await service.GetTaskAsync(call, id, RequestReader.ReadHistoryLength(Fields(call))));
    }

    private async Task CancelAsync(A2ACall call)
    {
        var id = A2APaths.TaskId(call.Http, suffix: Cancel);
        await SkipBodyAsync(call);
        await HttpJsonAnswers.SendTaskAsync(call.Http, await service.CancelTaskAsync(call, id));
    }

    private async Task SubscribeAsync(A2ACall call)
    {
        var id = A2APaths.TaskId(call.Http, suffix: Subscribe);
        if (HttpMethods.IsPost(call.Http.Request.Method))
        {
            await SkipBodyAsync(call);
        }

        var stream = await service.SubscribeToTaskAsync(call, id, EventStreams.LastEventOf(call.Http.Request));
        await HttpJsonStream.SendAsync(streams, call.Http, stream);
    }

    private static Task RefuseCard(A2ACall call) => throw A2AService.NoExtendedCard();

    /// <summary>Reads a body that says nothing that counts, and may be missing.</summary>
    private async ValueTask SkipBodyAsync(A2ACall call)
    {
        if (call.Http.Request.ContentLength is 0 || (call.Http.Request.ContentLength is null && call.Http.Request.ContentType is null))
        {
            return;
        }

        var body = await RequestBody.ReadJsonAsync(call.Http, options.MaxTaskBodyBytes);
        var members = new JsonMembers(body.Bytes, "request");
        while (members.Next())
        {
            // To its end, so that what is not JSON is refused.
        }

        body.Release();
    }

    private static QueryFields Fields(A2ACall call) => new(call.Http.Request.Query);
}
