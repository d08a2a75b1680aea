using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using OrleansRegistry.A2A.Service;

namespace OrleansRegistry.A2A.Grpc;

/// <summary>The gRPC binding: the eleven operations of <c>lf.a2a.v1.A2AService</c>.</summary>
/// <remarks>Source: A2A 1.0, 10.</remarks>
internal sealed class GrpcService(GrpcCalls calls, A2AService service)
{
    private const string Id = "id";
    private const string TaskId = "taskId";

    public Task<Wire.SendMessageResponse> SendMessage(Wire.SendMessageRequest request, ServerCallContext server) => calls.RunAsync(
        server,
        request.Tenant,
        async call => await WireAnswers.SentAsync(await service.SendMessageAsync(call, RequestReader.ReadSend(call, WireJson.Write(request, "")))));

    public Task SendStreamingMessage(
        Wire.SendMessageRequest request, IServerStreamWriter<Wire.StreamResponse> output, ServerCallContext server) => calls.StreamAsync(
            server,
            request.Tenant,
            output,
            call => service.SendStreamingMessageAsync(call, RequestReader.ReadSend(call, WireJson.Write(request, "")), lastEventId: null));

    public Task<Wire.Task> GetTask(Wire.GetTaskRequest request, ServerCallContext server) => calls.RunAsync(server, request.Tenant, async call =>
    {
        var fields = new WireFields(request);
        var id = RequestReader.Required(fields, Id);
        return await WireAnswers.TaskAsync(await service.GetTaskAsync(call, id, RequestReader.ReadHistoryLength(fields)));
    });

    public Task<Wire.ListTasksResponse> ListTasks(Wire.ListTasksRequest request, ServerCallContext server) =>
        calls.RunAsync(server, request.Tenant, async call =>
        {
            var query = RequestReader.ReadList(new WireFields(request));
            return await WireAnswers.ListAsync(await service.ListTasksAsync(call, query), query.PageSize);
        });

    public Task<Wire.Task> CancelTask(Wire.CancelTaskRequest request, ServerCallContext server) => calls.RunAsync(
        server,
        request.Tenant,
        async call => await WireAnswers.TaskAsync(await service.CancelTaskAsync(call, RequestReader.Required(new WireFields(request), Id))));

    public Task SubscribeToTask(
        Wire.SubscribeToTaskRequest request, IServerStreamWriter<Wire.StreamResponse> output, ServerCallContext server) => calls.StreamAsync(
            server,
            request.Tenant,
            output,
            call => service.SubscribeToTaskAsync(call, RequestReader.Required(new WireFields(request), Id), lastEventId: null));

    public Task<Wire.TaskPushNotificationConfig> CreateTaskPushNotificationConfig(
        Wire.TaskPushNotificationConfig request, ServerCallContext server) => calls.RunAsync(server, request.Tenant, async call =>
        {
            var taskId = RequestReader.Required(new WireFields(request), TaskId);
            return await WireAnswers.ConfigAsync(taskId, await service.CreatePushConfigAsync(call, taskId, WireJson.Write(request, "")));
        });

    public Task<Wire.TaskPushNotificationConfig> GetTaskPushNotificationConfig(
        Wire.GetTaskPushNotificationConfigRequest request, ServerCallContext server) => calls.RunAsync(server, request.Tenant, async call =>
        {
            var fields = new WireFields(request);
            var taskId = RequestReader.Required(fields, TaskId);
            return await WireAnswers.ConfigAsync(taskId, await service.GetPushConfigAsync(call, taskId, RequestReader.Required(fields, Id)));
        });

    public Task<Wire.ListTaskPushNotificationConfigsResponse> ListTaskPushNotificationConfigs(
        Wire.ListTaskPushNotificationConfigsRequest request, ServerCallContext server) => calls.RunAsync(server, request.Tenant, async call =>
        {
            var fields = new WireFields(request);
            var page = await service.ListPushConfigsAsync(
                call, RequestReader.Required(fields, TaskId), fields.Integer("pageSize"), fields.Text("pageToken"));
            var response = new Wire.ListTaskPushNotificationConfigsResponse { NextPageToken = page.NextPageToken };
            foreach (var config in page.Configs)
            {
                response.Configs.Add(await WireAnswers.ConfigAsync(page.TaskId, config));
            }

            return response;
        });

    public Task<Empty> DeleteTaskPushNotificationConfig(Wire.DeleteTaskPushNotificationConfigRequest request, ServerCallContext server) =>
        calls.RunAsync(server, request.Tenant, async call =>
        {
            var fields = new WireFields(request);
            await service.DeletePushConfigAsync(call, RequestReader.Required(fields, TaskId), RequestReader.Required(fields, Id));
            return new Empty();
        });

    public Task<Wire.AgentCard> GetExtendedAgentCard(Wire.GetExtendedAgentCardRequest request, ServerCallContext server) =>
        calls.RunAsync<Wire.AgentCard>(server, request.Tenant, _ => throw A2AService.NoExtendedCard());
}
