using OrleansRegistry.A2A.Service;
using OrleansRegistry.Protocol.V03;

namespace OrleansRegistry.A2A.JsonRpc;

/// <summary>
/// The methods of A2A 0.3, each of which is an operation of 1.0: its parameters are translated on the way in, its results on the way out.
/// </summary>
/// <remarks>Source: A2A 0.3, 7.</remarks>
internal sealed class LegacyMethods : IJsonRpcDialect
{
    private const string Id = "id";
    private const string TaskId = "taskId";

    private readonly A2AService service;
    private readonly Dictionary<string, Handler> methods;

    /// <param name="bindu">The methods that the Bindu framework has beside those of A2A.</param>
    public LegacyMethods(A2AService service, BinduMethods bindu)
    {
        this.service = service;
        methods = new Dictionary<string, Handler>(StringComparer.Ordinal)
        {
            ["message/send"] = SendAsync,
            ["message/stream"] = StreamAsync,
            ["tasks/get"] = GetAsync,
            ["tasks/cancel"] = CancelAsync,
            ["tasks/resubscribe"] = ResubscribeAsync,
            ["tasks/pushNotificationConfig/set"] = SetConfigAsync,
            ["tasks/pushNotificationConfig/get"] = GetConfigAsync,
            ["tasks/pushNotificationConfig/list"] = ListConfigsAsync,
            ["tasks/pushNotificationConfig/delete"] = DeleteConfigAsync,
            // A2A 0.3 has one error for an agent that declares no such card, and for one that has none.
            ["agent/getAuthenticatedExtendedCard"] = (_, _) =>
                throw new A2AException(A2AError.ExtendedAgentCardNotConfigured, A2AService.NoExtendedCard().Message),
            ["tasks/list"] = bindu.ListTasksAsync,
            ["tasks/feedback"] = bindu.AddFeedbackAsync,
            ["contexts/list"] = bindu.ListContextsAsync,
            ["contexts/clear"] = bindu.ClearContextAsync,
        };
    }

    private delegate Task<JsonRpcOutcome> Handler(A2ACall call, ReadOnlyMemory<byte> parameters);

    public Task<JsonRpcOutcome> InvokeAsync(A2ACall call, string method, ReadOnlyMemory<byte> parameters) =>
        methods.TryGetValue(method, out var handler)
            ? handler(call, parameters)
            : throw new A2AException(
                A2AError.MethodNotFound,
                $"there is no method '{LogText.Id(method)}' in A2A 0.3, of which a request without A2A-Version is; there are "
                    + string.Join(", ", methods.Keys));

    private async Task<JsonRpcOutcome> SendAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var request = RequestReader.ReadSend(call, LegacyJson.Read(RequestShape.SendToV10, parameters));
        var result = await service.SendMessageAsync(call, request);
        return LegacyJson.Result(call, EventShape.ToV03, json => AnswerWriting.WriteSentAsync(json, result));
    }

    private async Task<JsonRpcOutcome> StreamAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var request = RequestReader.ReadSend(call, LegacyJson.Read(RequestShape.SendToV10, parameters));
        return LegacyJson.Stream(call, await service.SendStreamingMessageAsync(call, request, EventStreams.LastEventOf(call.Http.Request)));
    }

    private async Task<JsonRpcOutcome> GetAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var fields = Fields(call, RequestShape.TaskToV10, parameters, Id, RequestReader.HistoryLengthName);
        var id = RequestReader.Required(fields, Id);
        return LegacyJson.Task(call, await service.GetTaskAsync(call, id, RequestReader.ReadHistoryLength(fields)));
    }

    private async Task<JsonRpcOutcome> CancelAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var fields = Fields(call, RequestShape.TaskToV10, parameters, Id);
        return LegacyJson.Task(call, await service.CancelTaskAsync(call, RequestReader.Required(fields, Id)));
    }

    private async Task<JsonRpcOutcome> ResubscribeAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var id = RequestReader.Required(Fields(call, RequestShape.TaskToV10, parameters, Id), Id);
        return LegacyJson.Stream(call, await service.SubscribeToTaskAsync(call, id, EventStreams.LastEventOf(call.Http.Request)));
    }

    private async Task<JsonRpcOutcome> SetConfigAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var config = LegacyJson.Read(PushConfigShape.ToV10, parameters);
        var taskId = RequestReader.Required(JsonRpcMethods.Fields(call, config, TaskId), TaskId);
        return Config(call, taskId, await service.CreatePushConfigAsync(call, taskId, config));
    }

    private async Task<JsonRpcOutcome> GetConfigAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var fields = Fields(call, RequestShape.PushConfigToV10, parameters, TaskId, Id);
        var taskId = RequestReader.Required(fields, TaskId);
        if (fields.Text(Id) is { } id)
        {
            return Config(call, taskId, await service.GetPushConfigAsync(call, taskId, id));
        }

        // A2A 0.3, 7.6.1: the configuration need not be named.
        var page = await service.ListPushConfigsAsync(call, taskId, pageSize: 1, pageToken: null);
        return page.Configs.Count > 0
            ? Config(call, taskId, page.Configs[0])
            : throw new A2AException(A2AError.TaskNotFound, $"Task '{LogText.Id(taskId)}' has no push configuration.") { TaskId = taskId };
    }

    private async Task<JsonRpcOutcome> ListConfigsAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var taskId = RequestReader.Required(Fields(call, RequestShape.PushConfigToV10, parameters, TaskId), TaskId);
        var page = await service.ListPushConfigsAsync(call, taskId, pageSize: null, pageToken: null);
        return new JsonRpcOutcome.Result(async answer =>
        {
            answer.Json.WriteStartArray();
            foreach (var config in page.Configs)
            {
                await Config(call, taskId, config).Write(answer);
            }

            answer.Json.WriteEndArray();
        });
    }

    private async Task<JsonRpcOutcome> DeleteConfigAsync(A2ACall call, ReadOnlyMemory<byte> parameters)
    {
        var fields = Fields(call, RequestShape.PushConfigToV10, parameters, TaskId, Id);
        var id = fields.Text(Id) ?? throw A2AException.Invalid("pushNotificationConfigId", "is required");
        await service.DeletePushConfigAsync(call, RequestReader.Required(fields, TaskId), id);
        return new JsonRpcOutcome.Result(answer =>
        {
            answer.Json.WriteNullValue();
            return default;
        });
    }

    private static JsonFields Fields(A2ACall call, Translation translation, ReadOnlyMemory<byte> parameters, params string[] names) =>
        JsonRpcMethods.Fields(call, LegacyJson.Read(translation, parameters), names);

    private static JsonRpcOutcome.Result Config(A2ACall call, string taskId, TaskWebhook config) =>
        LegacyJson.Written(call, PushConfigShape.ToV03, json =>
        {
            PushConfigJson.Write(json, taskId, config);
            return default;
        });
}
