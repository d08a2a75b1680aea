using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using OrleansRegistry.A2A.Grpc.Wire;
using OrleansRegistry.Protocol;
using Task = System.Threading.Tasks.Task;

namespace OrleansRegistry.A2A.Tests.Grpc;

/// <summary>What only gRPC has (A2A 1.0, 10); the rules that hold for all bindings are tested with all of them.</summary>
public sealed class GrpcBindingTests(A2AHost host)
{
    private static readonly Metadata Version = new() { { "a2a-version", "1.0" } };

    private A2AService.A2AServiceClient Client => new(host.Grpc);

    [Fact]
    public async Task A_request_names_its_agent_by_its_tenant()
    {
        var fault = await RefusedAsync(Client.GetTaskAsync(new GetTaskRequest { Id = "t" }, Version));
        Assert.Equal(("INVALID_PARAMS", "tenant"), (fault.Reason, fault.Field));
        var unknown = await RefusedAsync(Client.GetTaskAsync(new GetTaskRequest { Id = "t", Tenant = "nobody" }, Version));
        Assert.Equal(("NOT_FOUND", "NOT_FOUND"), (unknown.Reason, unknown.Status));
    }

    [Fact]
    public async Task S3_6_2_without_a_version_a_request_is_of_0_3_which_gRPC_does_not_speak_here()
    {
        var agent = await host.RegisterAsync();
        var fault = await RefusedAsync(Client.ListTasksAsync(new ListTasksRequest { Tenant = agent.Id }));
        Assert.Equal(("VERSION_NOT_SUPPORTED", "FAILED_PRECONDITION"), (fault.Reason, fault.Status));
    }

    [Fact]
    public async Task Callers_are_named_by_metadata_as_by_headers()
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync(caller: new Caller("default", "ann"));
        var request = new GetTaskRequest { Tenant = agent.Id, Id = task.Id };
        Assert.Equal(task.Id, (await Client.GetTaskAsync(request, As("ann"))).Id);
        Assert.Equal("TASK_NOT_FOUND", (await RefusedAsync(Client.GetTaskAsync(request, As("bob")))).Reason);
    }

    [Fact]
    public async Task A_caller_that_is_not_named_where_it_must_be_is_unauthenticated()
    {
        await using var demanding = await A2AHost.StartAsync(http: options => options.TrustCallerHeaders = true);
        var client = new A2AService.A2AServiceClient(demanding.Grpc);
        var fault = await RefusedAsync(client.ListTasksAsync(new ListTasksRequest { Tenant = "any" }, Version));
        Assert.Equal("UNAUTHENTICATED", fault.Status);
    }

    [Fact]
    public async Task S10_7_a_client_that_leaves_a_stream_cancels_nothing_of_the_task()
    {
        var agent = await host.RegisterAsync();
        await agent.SubmitAsync();
        var task = await agent.ClaimAsync();
        using (var call = Client.SubscribeToTask(new SubscribeToTaskRequest { Tenant = agent.Id, Id = task.Id }, Version))
        {
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        }

        Assert.Equal(TaskState.Working, (await agent.UpdateAsync(task, TaskState.Working, "still")).Status.State);
        Assert.Equal(TaskState.Completed, (await agent.UpdateAsync(task, TaskState.Completed)).Status.State);
    }

    [Fact]
    public async Task A_stream_ends_when_its_tenant_is_suspended()
    {
        var ann = new Caller($"tenant-{Guid.NewGuid():N}", "ann");
        var card = """{"name":"a","description":"For tests","version":"1"}"""u8.ToArray();
        await host.Agents.RegisterAsync(ann, new AgentRegistration(card) { Delivery = AgentDelivery.Worker }, TestContext.Current.CancellationToken);
        var task = (await host.Tasks.SubmitAsync(
            ann, new TaskSubmission("""{"messageId":"m","role":"ROLE_USER","parts":[{"text":"hi"}]}"""u8.ToArray()) { AgentId = "a" })).Task;
        var headers = new Metadata { { "a2a-version", "1.0" }, { "x-registry-tenant", ann.Tenant }, { "x-registry-subject", ann.Subject } };
        using var call = Client.SubscribeToTask(new SubscribeToTaskRequest { Tenant = "a", Id = task.Id }, headers);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        await host.Tenants.PutAsync(ann with { Tenant = "ops" }, ann.Tenant, new TenantChange { State = OrleansRegistry.TenantState.Suspended });
        var ended = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.Unauthenticated, ended.StatusCode);
    }

    [Fact]
    public async Task A_deadline_ends_the_wait_and_not_the_task()
    {
        var agent = await host.RegisterAsync();
        var request = new SendMessageRequest { Tenant = agent.Id, Message = Message("hello") };
        var fault = await Assert.ThrowsAsync<RpcException>(async () =>
            await Client.SendMessageAsync(request, Version, DateTime.UtcNow.AddSeconds(1), TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.DeadlineExceeded, fault.StatusCode);
        Assert.Equal("hello", TextOf((await agent.ClaimAsync()).History[0]));
    }

    [Fact]
    public async Task Bytes_that_are_no_request_are_an_invalid_argument()
    {
        var agent = await host.RegisterAsync();
        var raw = Marshallers.Create(bytes => bytes, bytes => bytes);
        var method = new Method<byte[], byte[]>(MethodType.Unary, "lf.a2a.v1.A2AService", "SendMessage", raw, raw);
        var options = new CallOptions(Version, cancellationToken: TestContext.Current.CancellationToken);
        var fault = await RefusedAsync(host.Grpc.CreateCallInvoker().AsyncUnaryCall(method, null, options, [0x0a, 0x50, 0xff]));
        Assert.Equal(("INVALID_PARAMS", "INVALID_ARGUMENT"), (fault.Reason, fault.Status));
        Assert.DoesNotContain(host.Log, line => line.Contains(agent.Id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_number_that_JSON_does_not_have_is_refused_with_its_place()
    {
        var agent = await host.RegisterAsync();
        var message = Message("x");
        message.Parts.Add(new Part { Data = Value.ForNumber(double.NaN) });
        var fault = await RefusedAsync(Client.SendMessageAsync(new SendMessageRequest { Tenant = agent.Id, Message = message }, Version));
        Assert.Equal(("INVALID_PARAMS", "message.parts[1].data"), (fault.Reason, fault.Field));
    }

    [Fact]
    public async Task A_task_that_protobuf_cannot_carry_is_an_error_that_says_so()
    {
        var agent = await host.RegisterAsync();
        var task = (await host.Tasks.SubmitAsync(
            Caller.Default,
            new TaskSubmission(TextMessage.User("x")) { AgentId = agent.Id, Metadata = Encoding.UTF8.GetBytes("""{"n":1e400}""") },
            TestContext.Current.CancellationToken)).Task;
        var fault = await RefusedAsync(Client.GetTaskAsync(new GetTaskRequest { Tenant = agent.Id, Id = task.Id }, Version));
        Assert.Equal("UNSUPPORTED_OPERATION", fault.Reason);
        Assert.Contains(task.Id, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_that_were_stored_in_other_shapes_are_those_of_1_0()
    {
        var agent = await host.RegisterAsync();
        const string Stored = """{"message_id":"m","role":"user","parts":[{"kind":"file","file":{"bytes":"_-8","name":"f"}}],"metadata":null}""";
        var task = (await host.Tasks.SubmitAsync(
            Caller.Default, new TaskSubmission(Encoding.UTF8.GetBytes(Stored)) { AgentId = agent.Id }, TestContext.Current.CancellationToken)).Task;
        var message = (await Client.GetTaskAsync(new GetTaskRequest { Tenant = agent.Id, Id = task.Id }, Version)).History[0];
        Assert.Equal((Role.User, "m", "f"), (message.Role, message.MessageId, message.Parts[0].Filename));
        Assert.Equal([0xff, 0xef], message.Parts[0].Raw.ToByteArray());
    }

    [Fact]
    public async Task Documents_deeper_than_protobufs_default_are_taken()
    {
        var agent = await host.RegisterAsync();
        var data = Value.ForNumber(1);
        for (var i = 0; i < JsonInput.MaxDepth - 8; i++)
        {
            data = Value.ForStruct(new Struct { Fields = { ["a"] = data } });
        }

        var message = Message("x");
        message.Parts.Add(new Part { Data = data });
        using var call = Client.SendStreamingMessage(new SendMessageRequest { Tenant = agent.Id, Message = message }, Version);
        Assert.Equal(2, JsonParts((await agent.ClaimAsync()).History[0]));
    }

    [Fact]
    public async Task A_request_larger_than_the_registry_takes_is_refused()
    {
        await using var small = await A2AHost.StartAsync(http: options => options.MaxTaskBodyBytes = 2 * 1024 * 1024);
        var agent = await small.RegisterAsync();
        var client = new A2AService.A2AServiceClient(small.Grpc);
        var fault = await Assert.ThrowsAsync<RpcException>(async () => await client.SendMessageAsync(
            new SendMessageRequest { Tenant = agent.Id, Message = Message(new string('x', 3 * 1024 * 1024)) }, Version));
        Assert.Equal(StatusCode.ResourceExhausted, fault.StatusCode);
    }

    [Fact]
    public async Task A_method_that_there_is_not_is_unimplemented()
    {
        var raw = Marshallers.Create(bytes => bytes, bytes => bytes);
        var method = new Method<byte[], byte[]>(MethodType.Unary, "lf.a2a.v1.A2AService", "MakeCoffee", raw, raw);
        var fault = await Assert.ThrowsAsync<RpcException>(async () =>
            await host.Grpc.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(Version), []));
        Assert.Equal(StatusCode.Unimplemented, fault.StatusCode);
    }

    [Fact]
    public async Task A_server_that_ends_tells_readers_of_streams_to_come_back()
    {
        await using var ending = await A2AHost.StartAsync();
        var agent = await ending.RegisterAsync();
        var task = await agent.SubmitAsync();
        using var call = new A2AService.A2AServiceClient(ending.Grpc).SubscribeToTask(
            new SubscribeToTaskRequest { Tenant = agent.Id, Id = task.Id }, Version);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        var stopping = ending.StopAsync();
        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(("UNAVAILABLE", StatusCode.Unavailable), (GrpcBinding.FaultOf(fault).Reason, fault.StatusCode));
        await stopping;
    }

    private static Metadata As(string subject) => new()
    {
        { "a2a-version", "1.0" },
        { "x-registry-tenant", "default" },
        { "x-registry-subject", subject },
    };

    private static Message Message(string text) =>
        new() { MessageId = Guid.NewGuid().ToString(), Role = Role.User, Parts = { new Part { Text = text } } };

    private static string TextOf(RawJson message) => Read(message).Parts[0].Text;

    private static int JsonParts(RawJson message)
    {
        using var document = System.Text.Json.JsonDocument.Parse(message.Utf8, JsonInput.Stored);
        return document.RootElement.GetProperty("parts").GetArrayLength();
    }

    private static Message Read(RawJson message) => JsonParser.Default.Parse<Message>(message.ToString());

    private static async Task<Fault> RefusedAsync<T>(AsyncUnaryCall<T> call) =>
        GrpcBinding.FaultOf(await Assert.ThrowsAsync<RpcException>(async () => await call));
}
