using OrleansRegistry.A2A.Service;

namespace OrleansRegistry.A2A.JsonRpc;

/// <summary>The methods of A2A 1.0.</summary>
/// <remarks>Source: A2A 1.0, 9.4.</remarks>
internal sealed class JsonRpcMethods : IJsonRpcDialect
{
    private const string TaskId = "taskId";
    private const string Id = "id";
    private const string Tenant = "tenant";

    private readonly A2AService service;
    private readonly Dictionary<string, Handler> methods;

    public JsonRpcMethods(A2AService service)
    {
        this.service = service;
        methods = new Dictionary<string, Handler>(StringComparer.Ordinal)
        {
            ["SendMessage"] = SendAsync,
            ["SendStreamingMessage"] = StreamAsync,
            ["GetTask"] = GetAsync,
            ["ListTasks"] = ListAsync,
            ["CancelTask"] = CancelAsync,
            ["SubscribeToTask"] = SubscribeAsync,
            ["CreateTaskPushNotificationConfig"] = CreateConfigAsync,
            ["GetTaskPushNotificationConfig"] = GetConfigAsync,
            ["ListTaskPushNotificationConfigs"] = ListConfigsAsync,
            ["DeleteTaskPushNotificationConfig"] = DeleteConfigAsync,
            ["GetExtendedAgentCard"] = GetCard,
        };
    }

    private delegate Task<JsonRpcOutcome> Handler(A2ACall call, ReadOnlyMemory<byte> parameters);

    public Task<JsonRpcOutcome> InvokeAsync(A2ACall call, string method, ReadOnlyMemory<byte> parameters) =>
        methods.TryGetValue(method, out var handler)
            ? handler(call, parameters)
            : throw new A2AException(
                A2AError.MethodNotFound, $"there is no method '{LogText.Id(method)}' in A2A 1.0; there are {string.Join(", ", methods.Keys)}");

    private async Task<JsonRpcOutcome> SendAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var result = await service.SendMessageAsync(call, RequestReader.ReadSend(call, parameters));
        return new JsonRpcOutcome.Result(answer => AnswerWriting.WriteSentAsync(answer.Writer(call.Http), result));
    }

    private async Task<JsonRpcOutcome> StreamAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var request = RequestReader.ReadSend(call, parameters);
        return Stream(call, await service.SendStreamingMessageAsync(call, request, EventStreams.LastEventOf(call.Http.Request)));
    }

    private async Task<JsonRpcOutcome> GetAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var fields = Fields(call, parameters, Id, RequestReader.HistoryLengthName);
        return Task(call, await service.GetTaskAsync(call, RequestReader.Required(fields, Id), RequestReader.ReadHistoryLength(fields)));
    }

    private async Task<JsonRpcOutcome> ListAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var request = RequestReader.ReadList(Fields(
            call,
            parameters,
            "contextId",
            "status",
            "pageSize",
            "pageToken",
            RequestReader.HistoryLengthName,
            "statusTimestampAfter",
            "includeArtifacts"));
        var page = await service.ListTasksAsync(call, request);
        return new JsonRpcOutcome.Result(answer => AnswerWriting.WriteListAsync(answer, answer.Writer(call.Http), page, request.PageSize));
    }

    private async Task<JsonRpcOutcome> CancelAsync(A2ACall call, ReadOnlyMemory<byte> parameters) =>
        Task(call, await service.CancelTaskAsync(call, RequestReader.Required(Fields(call, parameters, Id), Id)));

    private async Task<JsonRpcOutcome> SubscribeAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var id = RequestReader.Required(Fields(call, parameters, Id), Id);
        return Stream(call, await service.SubscribeToTaskAsync(call, id, EventStreams.LastEventOf(call.Http.Request)));
    }

    private async Task<JsonRpcOutcome> CreateConfigAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var taskId = RequestReader.Required(Fields(call, parameters, TaskId), TaskId);
        var config = await service.CreatePushConfigAsync(call, taskId, parameters);
        return Config(taskId, config);
    }

    private async Task<JsonRpcOutcome> GetConfigAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var fields = Fields(call, parameters, TaskId, Id);
        var taskId = RequestReader.Required(fields, TaskId);
        return Config(taskId, await service.GetPushConfigAsync(call, taskId, RequestReader.Required(fields, Id)));
    }

    private async Task<JsonRpcOutcome> ListConfigsAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var fields = Fields(call, parameters, TaskId, "pageSize", "pageToken");
        var page = await service.ListPushConfigsAsync(
            call, RequestReader.Required(fields, TaskId), fields.Integer("pageSize"), fields.Text("pageToken"));
        return new JsonRpcOutcome.Result(answer =>
        {
            AnswerWriting.WriteConfigs(answer, page);
            return default;
        });
    }

    private async Task<JsonRpcOutcome> DeleteConfigAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var fields = Fields(call, parameters, TaskId, Id);
        await service.DeletePushConfigAsync(call, RequestReader.Required(fields, TaskId), RequestReader.Required(fields, Id));
        return new JsonRpcOutcome.Result(answer =>
        {
            answer.Json.WriteStartObject();
            answer.Json.WriteEndObject();
            return default;
        });
    }

    private static Task<JsonRpcOutcome> GetCard(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        _ = Fields(call, parameters);
        throw A2AService.NoExtendedCard();
    }

    /// <summary>The parameters of a method; a tenant among them is checked.</summary>
    internal static JsonFields Fields(A2ACall call, ReadOnlyMemory<byte> parameters, params string[] names)
    {
        var members = new RequestMembers(parameters, new RequestMembers.Names([Tenant, .. names]) { IgnoresOthers = true }, "params");
        AgentGate.CheckTenant(call, members.Text(Tenant));
        return new JsonFields(members);
    }

    private static JsonRpcOutcome.Result Task(A2ACall call, TaskRecord task) =>
        new JsonRpcOutcome.Result(answer => answer.Writer(call.Http).WriteTaskAsync(task));

    private static JsonRpcOutcome.Result Config(string taskId, TaskWebhook config) => new JsonRpcOutcome.Result(answer =>
    {
        PushConfigJson.Write(answer.Json, taskId, config);
        return default;
    });

    private static JsonRpcOutcome.Stream Stream(A2ACall call, TaskStream stream) =>
        new JsonRpcOutcome.Stream(stream, (answer, item) => answer.Writer(call.Http).WriteAsync(item));
}
