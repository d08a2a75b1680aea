using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace OrleansRegistry.A2A.Grpc;

/// <summary>
/// Binds <see cref="GrpcService"/>. What is generated does not do: its readers take messages no deeper than protobuf's default, which documents of the
/// registry are, and a request that they cannot read ends in an unknown error.
/// </summary>
/// <remarks>Source: A2A 1.0, 10.3, 10.4.</remarks>
internal sealed class GrpcMethods(A2AFaults faults) : IServiceMethodProvider<GrpcService>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<GrpcService> context)
    {
        Add<Wire.SendMessageRequest, Wire.SendMessageResponse>(context, "SendMessage", (service, request, server) =>
            service.SendMessage(request, server));
        AddStream<Wire.SendMessageRequest>(context, "SendStreamingMessage", (service, request, output, server) =>
            service.SendStreamingMessage(request, output, server));
        Add<Wire.GetTaskRequest, Wire.Task>(context, "GetTask", (service, request, server) => service.GetTask(request, server));
        Add<Wire.ListTasksRequest, Wire.ListTasksResponse>(context, "ListTasks", (service, request, server) => service.ListTasks(request, server));
        Add<Wire.CancelTaskRequest, Wire.Task>(context, "CancelTask", (service, request, server) => service.CancelTask(request, server));
        AddStream<Wire.SubscribeToTaskRequest>(context, "SubscribeToTask", (service, request, output, server) =>
            service.SubscribeToTask(request, output, server));
        Add<Wire.TaskPushNotificationConfig, Wire.TaskPushNotificationConfig>(
            context, "CreateTaskPushNotificationConfig", (service, request, server) => service.CreateTaskPushNotificationConfig(request, server));
        Add<Wire.GetTaskPushNotificationConfigRequest, Wire.TaskPushNotificationConfig>(
            context, "GetTaskPushNotificationConfig", (service, request, server) => service.GetTaskPushNotificationConfig(request, server));
        Add<Wire.ListTaskPushNotificationConfigsRequest, Wire.ListTaskPushNotificationConfigsResponse>(
            context, "ListTaskPushNotificationConfigs", (service, request, server) => service.ListTaskPushNotificationConfigs(request, server));
        Add<Wire.GetExtendedAgentCardRequest, Wire.AgentCard>(context, "GetExtendedAgentCard", (service, request, server) =>
            service.GetExtendedAgentCard(request, server));
        Add<Wire.DeleteTaskPushNotificationConfigRequest, Empty>(context, "DeleteTaskPushNotificationConfig", (service, request, server) =>
            service.DeleteTaskPushNotificationConfig(request, server));
    }

    private void Add<TRequest, TResponse>(
        ServiceMethodProviderContext<GrpcService> context, string name, UnaryServerMethod<GrpcService, TRequest, TResponse> invoke)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse> => context.AddUnaryMethod(MethodOf<TRequest, TResponse>(MethodType.Unary, name), [], invoke);

    private void AddStream<TRequest>(
        ServiceMethodProviderContext<GrpcService> context,
        string name,
        ServerStreamingServerMethod<GrpcService, TRequest, Wire.StreamResponse> invoke)
        where TRequest : class, IMessage<TRequest>, new() =>
        context.AddServerStreamingMethod(MethodOf<TRequest, Wire.StreamResponse>(MethodType.ServerStreaming, name), [], invoke);

    private Method<TRequest, TResponse> MethodOf<TRequest, TResponse>(MethodType type, string name)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse> => new(
            type,
            Wire.A2AService.Descriptor.FullName,
            name,
            Marshallers.Create<TRequest>((_, _) => throw new NotSupportedException(), Read<TRequest>),
            Marshallers.Create<TResponse>(Write, _ => throw new NotSupportedException()));

    private TRequest Read<TRequest>(DeserializationContext context)
        where TRequest : class, IMessage<TRequest>, new()
    {
        try
        {
            return WireJson.Decode<TRequest>(context.PayloadAsNewBuffer());
        }
        catch (A2AException fault)
        {
            throw GrpcFaults.Of(fault, faults.Now);
        }
    }

    private static void Write<TResponse>(TResponse response, SerializationContext context)
        where TResponse : class, IMessage<TResponse>
    {
        context.SetPayloadLength(response.CalculateSize());
        response.WriteTo(context.GetBufferWriter());
        context.Complete();
    }
}
