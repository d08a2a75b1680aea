using OrleansRegistry.A2A.Grpc.Wire;
using OrleansRegistry.Server.Tests.Telemetry;
using OrleansRegistry.TestSupport;
using Task = System.Threading.Tasks.Task;

namespace OrleansRegistry.Server.Tests.Trust;

/// <summary>
/// Whoever is of another tenant, or another subject of the same, is answered about what is not theirs as about what is not there: every endpoint, every
/// method of JSON-RPC and gRPC and every tool is asked about an id that somebody else has and about one that nobody has, and the answers are the same
/// but for the id. What there is to ask is taken from the server, so an endpoint that is new is asked too.
/// </summary>
public sealed partial class OtherCallerTests : IAsyncLifetime
{
    /// <summary>In every id and text of the owner's; nobody else has said it.</summary>
    private const string Real = "zebra-real";
    private const string Fake = "zebra-fake";
    private const string Hidden = "zebra-text";

    private const string Card = $$"""
        {"name":"{{Real}}","description":"{{Hidden}}","version":"1","url":"https://{{Hidden}}.example",
        "provider":{"organization":"{{Hidden}}"},
        "capabilities":{"extensions":[{"uri":"urn:{{Hidden}}"}]},
        "skills":[{"id":"{{Hidden}}","name":"{{Hidden}}","description":"d","tags":["{{Hidden}}"]}]}
        """;

    private const string Message = $$"""{"messageId":"{{Real}}","role":"ROLE_USER","parts":[{"text":"{{Hidden}}"}]}""";

    private static readonly string[] A2AMethods =
    [
        "SendMessage", "SendStreamingMessage", "GetTask", "ListTasks", "CancelTask", "SubscribeToTask", "CreateTaskPushNotificationConfig",
        "GetTaskPushNotificationConfig", "ListTaskPushNotificationConfigs", "DeleteTaskPushNotificationConfig", "GetExtendedAgentCard",
        "message/send", "message/stream", "tasks/get", "tasks/cancel", "tasks/resubscribe",
        "tasks/pushNotificationConfig/set", "tasks/pushNotificationConfig/get",
        "tasks/pushNotificationConfig/list", "tasks/pushNotificationConfig/delete", "agent/getAuthenticatedExtendedCard", "tasks/list",
        "tasks/feedback", "contexts/list", "contexts/clear",
    ];

    private static readonly string[] RegistryMethods =
    [
        "get_agent", "unregister_agent", "ping_agent", "get_agent_vectors", "update_agent_vectors", "list_agents", "list_extensions",
        "get_vector_stats", "search_agents",
    ];

    /// <summary>Within a tenant ids are of all subjects: who makes something with one is told that it is taken.</summary>
    private static readonly string[] Making = ["PUT /tasks/{id}", "PATCH /contexts/{id}", "POST /contexts/{id}/messages", "PUT /subscriptions/{id}"];

    /// <summary>Bodies with which requests come further than to the check of bodies.</summary>
    private static readonly Dictionary<string, string> Bodies = new(StringComparer.Ordinal)
    {
        ["PUT /agents/{id}"] = """{"name":"a","description":"d"}""",
        ["PUT /agents/{id}/card"] = """{"name":"a","description":"d"}""",
        ["PUT /agents/{id}/draft"] = """{"name":"a","description":"d"}""",
        ["PUT /agents/{id}/labels/{label}"] = """{"number":1}""",
        ["PUT /agents/{id}/instances/{name}"] = """{"url":"http://10.0.0.1"}""",
        ["PUT /agents/{id}/vectors"] = """{"model":"m","vectors":[{"field":"name","values":[1,0]}]}""",
        ["PATCH /agents/{id}"] = """{"enabled":true}""",
        ["POST /agents/{id}:rollback"] = """{"to":"@1"}""",
        ["POST /agents/{id}/tasks:claim"] = """{"worker":"w","waitSeconds":0}""",
        ["PATCH /tasks/{id}"] = """{"status":{"state":"working"}}""",
        ["PUT /tasks/{id}"] = """{"status":{"state":"submitted"}}""",
        ["POST /tasks/{id}/feedback"] = """{"rating":1}""",
        ["POST /tasks/{id}/pushNotificationConfigs"] = """{"url":"https://example.com/hook"}""",
        ["POST /tasks/{id}:release"] = """{"lease_token":"x"}""",
        ["POST /tasks/{id}:renew"] = """{"lease_token":"x"}""",
        ["PATCH /contexts/{id}"] = """{"data":{"x":1}}""",
        ["POST /grants"] = """{"agent_id":"{?}","grantee":{"subject":"mallory"}}""",
        ["POST /grants:request"] = """{"agent_id":"{?}"}""",
        ["PUT /subscriptions/{id}"] = """{"url":"https://example.com/hook"}""",
        ["POST /reviews/{id}:approve"] = """{"review_id":"x"}""",
        ["POST /reviews/{id}:reject"] = """{"review_id":"x","reason":"no"}""",
        ["POST /agents/{id}/snapshots"] = """{"x":1}""",
    };

    private readonly DataFolder folder = new();
    private readonly TokenMaker key = new();
    private readonly int grpcPort = GrpcPortTests.FreePort();
    private RunningServer server = null!;
    private string snapshot = "";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var keys = Path.Combine(folder.Path, "keys.json");
        await File.WriteAllTextAsync(keys, key.KeySet, Cancelled);
        server = await RunningServer.StartAsync(folder.Settings(
            ("STORAGE_TYPE", "memory"), ("REGISTRY_JWT_KEYS", keys), ("REGISTRY_JWT_ISSUERS", TokenMaker.Issuer),
            ("REGISTRY_JWT_AUDIENCES", TokenMaker.Audience), ("A2A_GRPC_PORT", $"{grpcPort}"), ("AGENT_ACTIVITY_ENABLED", "false")));
        await FillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        key.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Others_are_answered_about_what_there_is_as_about_what_there_is_not()
    {
        var before = await OwnAsync();
        await AskAsAnotherTenantAsync();
        await AskAsAnotherSubjectAsync();
        Assert.Equal(before, await OwnAsync());
    }

    private async Task AskAsAnotherTenantAsync()
    {
        var other = key.Make(DateTimeOffset.UtcNow, ("tenant", "other"));
        var told = new List<string>();
        var asked = 0;
        foreach (var (method, pattern) in Endpoints())
        {
            foreach (var (path, body) in Requests(method, pattern))
            {
                asked++;
                await CompareAsync($"{method} {path}", told, id => AskAsync(other, new HttpMethod(method), For(path, id), For(body, id)));
            }
        }

        foreach (var (tool, arguments) in await ToolsAsync(other))
        {
            asked++;
            await CompareAsync($"tool {tool}", told, id => CallAsync(other, tool, For(arguments, id)));
        }

        foreach (var method in A2AService.Descriptor.Methods)
        {
            asked++;
            await CompareAsync($"gRPC {method.Name}", told, id => GrpcAsync(other, method, id));
        }

        Assert.True(told.Count == 0, string.Join('\n', told));
        Assert.True(asked > 250, $"{asked}");
    }

    /// <summary>Agents are read by all of the tenant; tasks, contexts and subscriptions by their owners.</summary>
    private async Task AskAsAnotherSubjectAsync()
    {
        var other = key.Make(DateTimeOffset.UtcNow, ("sub", "bob"));
        var told = new List<string>();
        var asked = 0;
        foreach (var (method, pattern) in Endpoints())
        {
            var isA2A = pattern.Contains("a2a/{agentId}", StringComparison.Ordinal) && !pattern.Contains(".well-known", StringComparison.Ordinal);
            if ((!isA2A && !((string[])["/tasks", "/contexts", "/subscriptions"]).Any(owned => pattern.StartsWith(owned, StringComparison.Ordinal)))
                || Making.Contains($"{method} {pattern}"))
            {
                continue;
            }

            foreach (var (path, body) in Requests(method, isA2A ? pattern.Replace("{agentId}", Real, StringComparison.Ordinal) : pattern))
            {
                asked++;
                await CompareAsync($"{method} {path}", told, id => AskAsync(other, new HttpMethod(method), For(path, id), For(body, id)));
            }
        }

        Assert.True(told.Count == 0, string.Join('\n', told));
        Assert.True(asked > 90, $"{asked}");
    }
}
