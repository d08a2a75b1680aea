using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using OrleansRegistry.A2A.Grpc.Wire;
using Task = System.Threading.Tasks.Task;

namespace OrleansRegistry.A2A.Tests;

/// <summary>A client of the gRPC binding, with the generated client and Google's own ProtoJSON.</summary>
/// <remarks>Source: A2A 1.0, 10.</remarks>
internal sealed class GrpcBinding : IBinding
{
    public async Task<Answer> CallAsync(TestAgent agent, string method, string parameters, params (string Name, string Value)[] service)
    {
        var client = new A2AService.A2AServiceClient(agent.Host.Grpc);
        var options = OptionsOf(service);
        try
        {
            return Ok(method switch
            {
                "SendMessage" => await client.SendMessageAsync(Read<SendMessageRequest>(agent, parameters), options),
                "GetTask" => await client.GetTaskAsync(Read<GetTaskRequest>(agent, parameters), options),
                "ListTasks" => await client.ListTasksAsync(Read<ListTasksRequest>(agent, parameters), options),
                "CancelTask" => await client.CancelTaskAsync(Read<CancelTaskRequest>(agent, parameters), options),
                "CreateTaskPushNotificationConfig" => await client.CreateTaskPushNotificationConfigAsync(
                    Read<TaskPushNotificationConfig>(agent, parameters), options),
                "GetTaskPushNotificationConfig" => await client.GetTaskPushNotificationConfigAsync(
                    Read<GetTaskPushNotificationConfigRequest>(agent, parameters), options),
                "ListTaskPushNotificationConfigs" => await client.ListTaskPushNotificationConfigsAsync(
                    Read<ListTaskPushNotificationConfigsRequest>(agent, parameters), options),
                "DeleteTaskPushNotificationConfig" => await client.DeleteTaskPushNotificationConfigAsync(
                    Read<DeleteTaskPushNotificationConfigRequest>(agent, parameters), options),
                "GetExtendedAgentCard" => await client.GetExtendedAgentCardAsync(Read<GetExtendedAgentCardRequest>(agent, parameters), options),
                _ => throw new ArgumentOutOfRangeException(nameof(method), method, null),
            });
        }
        catch (RpcException fault)
        {
            return new Answer(null, FaultOf(fault));
        }
    }

    public async Task<StreamAnswer> OpenAsync(TestAgent agent, string method, string parameters, params (string Name, string Value)[] service)
    {
        var client = new A2AService.A2AServiceClient(agent.Host.Grpc);
        var options = OptionsOf(service);
        var call = method == "SendStreamingMessage"
            ? client.SendStreamingMessage(Read<SendMessageRequest>(agent, parameters), options)
            : client.SubscribeToTask(Read<SubscribeToTaskRequest>(agent, parameters), options);
        var reader = new GrpcItemReader(call);
        try
        {
            await reader.BeginAsync();
            return new StreamAnswer(reader, null);
        }
        catch (RpcException fault)
        {
            await reader.DisposeAsync();
            return new StreamAnswer(null, FaultOf(fault));
        }
    }

    public static Fault FaultOf(RpcException fault)
    {
        var status = fault.GetRpcStatus() ?? throw new InvalidOperationException($"no details: {fault.Status}");
        Assert.Equal((int)fault.StatusCode, status.Code);
        Assert.Equal(fault.Status.Detail, status.Message);
        var info = status.GetDetail<ErrorInfo>()!;
        return new Fault(
            info.Reason,
            info.Domain,
            status.Message,
            status.GetDetail<BadRequest>()?.FieldViolations[0].Field,
            info.Metadata.TryGetValue("taskId", out var taskId) ? taskId : null,
            ((RpcStatus)status.Code).ToName());
    }

    public static JsonElement ToJson(IMessage message) => JsonDocument.Parse(JsonFormatter.Default.Format(message)).RootElement;

    /// <summary>The request, which names the agent as its card says to.</summary>
    private static T Read<T>(TestAgent agent, string parameters)
        where T : IMessage<T>, new()
    {
        var json = JsonNode.Parse(parameters)!.AsObject();
        json.TryAdd("tenant", agent.Id);
        return new JsonParser(JsonParser.Settings.Default.WithIgnoreUnknownFields(true)).Parse<T>(json.ToJsonString());
    }

    private static CallOptions OptionsOf((string Name, string Value)[] service)
    {
        var metadata = new Metadata();
        if (!service.Any(parameter => parameter.Name == "A2A-Version"))
        {
            metadata.Add("a2a-version", "1.0");
        }

        foreach (var (name, value) in service)
        {
            metadata.Add(name.ToLowerInvariant(), value);
        }

        return new CallOptions(metadata, cancellationToken: TestContext.Current.CancellationToken);
    }

    /// <summary>Protobuf does not tell a default from what is absent: the members of a list that are always there are shown.</summary>
    private static Answer Ok(IMessage message)
    {
        var json = JsonNode.Parse(JsonFormatter.Default.Format(message))!.AsObject();
        if (message is ListTasksResponse list)
        {
            json.TryAdd("tasks", new JsonArray());
            json.TryAdd("nextPageToken", list.NextPageToken);
            json.TryAdd("pageSize", list.PageSize);
            json.TryAdd("totalSize", list.TotalSize);
        }
        else if (message is ListTaskPushNotificationConfigsResponse configs)
        {
            json.TryAdd("configs", new JsonArray());
            json.TryAdd("nextPageToken", configs.NextPageToken);
        }

        return new Answer(JsonDocument.Parse(json.ToJsonString()).RootElement, null);
    }
}

internal sealed class GrpcItemReader(AsyncServerStreamingCall<StreamResponse> call) : ItemReader
{
    private bool? hasFirst;

    public override string? LastEventId => null;

    /// <summary>Reads the first item, before which a refusal comes.</summary>
    public async Task BeginAsync() => hasFirst = await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken);

    public override async Task<JsonElement?> ReadAsync()
    {
        var isThere = hasFirst ?? await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken);
        hasFirst = null;
        return isThere ? GrpcBinding.ToJson(call.ResponseStream.Current) : null;
    }

    public override ValueTask DisposeAsync()
    {
        call.Dispose();
        return ValueTask.CompletedTask;
    }
}
