using OrleansRegistry.A2A.Service;

namespace OrleansRegistry.A2A.HttpJson;

/// <summary>The push notification configurations of a task.</summary>
/// <remarks>Source: A2A 1.0, 11.3.3.</remarks>
internal sealed class PushEndpoints(A2AService service, RegistryHttpOptions options)
{
    private const string Configs = "/tasks/{id}/pushNotificationConfigs";

    private static readonly RequestMembers.Names Own = new("taskId", "tenant") { IgnoresOthers = true };

    public void Map(HttpJsonRoutes routes)
    {
        routes.Post(Configs, CreateAsync, A2ADocs.Task("createAgentTaskPushConfig", "Store a push notification configuration of a task")
            .Idempotent()
            .Body(A2ADocs.Schema, HttpJsonAnswers.MediaType, JsonContentType.Json)
            .Answered("The configuration, without its credentials."));
        routes.Get(Configs, ListAsync, A2ADocs.Task("listAgentTaskPushConfigs", "The push notification configurations of a task")
            .Query("pageSize", "All of them unless given.", "integer")
            .Query("pageToken", "The nextPageToken of the page before.")
            .Answered("The configurations, in the order of their ids."));
        routes.Get(Configs + "/{configId}", GetAsync, A2ADocs.Task("getAgentTaskPushConfig", "A push notification configuration of a task")
            .Path("configId", "The configuration's id.")
            .Answered("The configuration, without its credentials."));
        routes.Delete(Configs + "/{configId}", DeleteAsync, A2ADocs.Task("deleteAgentTaskPushConfig", "Delete a push notification configuration")
            .Path("configId", "The configuration's id.")
            .Idempotent()
            .Answered("It is gone; it may have been before."));
    }

    private async Task CreateAsync(A2ACall call)
    {
        var taskId = A2APaths.TaskId(call.Http, segmentsAfter: 1);
        var body = await RequestBody.ReadJsonAsync(call.Http, options.MaxTaskBodyBytes);
        var members = new RequestMembers(body.Bytes, Own, "request");
        AgentGate.CheckTenant(call, members.Text("tenant"));
        if (members.Text("taskId") is { } named && named != taskId)
        {
            throw A2AException.Invalid("taskId", $"is '{LogText.Id(named)}', but the path is of task '{LogText.Id(taskId)}'");
        }

        var config = await service.CreatePushConfigAsync(call, taskId, body.Bytes);
        body.Release();
        await SendAsync(call, taskId, config);
    }

    private async Task GetAsync(A2ACall call)
    {
        var taskId = A2APaths.TaskId(call.Http, segmentsAfter: 2);
        await SendAsync(call, taskId, await service.GetPushConfigAsync(call, taskId, A2APaths.ConfigId(call.Http)));
    }

    private async Task ListAsync(A2ACall call)
    {
        var taskId = A2APaths.TaskId(call.Http, segmentsAfter: 1);
        var fields = new QueryFields(call.Http.Request.Query);
        var page = await service.ListPushConfigsAsync(call, taskId, fields.Integer("pageSize"), fields.Text("pageToken"));
        await HttpJsonAnswers.SendAsync(call.Http, (answer, _) =>
        {
            AnswerWriting.WriteConfigs(answer, page);
            return default;
        });
    }

    private async Task DeleteAsync(A2ACall call)
    {
        var taskId = A2APaths.TaskId(call.Http, segmentsAfter: 2);
        await service.DeletePushConfigAsync(call, taskId, A2APaths.ConfigId(call.Http));
        await HttpJsonAnswers.SendAsync(call.Http, (answer, _) =>
        {
            answer.Json.WriteStartObject();
            answer.Json.WriteEndObject();
            return default;
        });
    }

    private static Task SendAsync(A2ACall call, string taskId, TaskWebhook config) => HttpJsonAnswers.SendAsync(call.Http, (answer, _) =>
    {
        PushConfigJson.Write(answer.Json, taskId, config);
        return default;
    });
}
