namespace OrleansRegistry.Rest.Tests;

/// <summary>Single members, parameters and headers that the gateway refuses by their names.</summary>
public sealed class TaskBadMemberTests : IAsyncLifetime
{
    private RestHost? host;

    // Whatever gets past the gateway is a 501, which no test here expects.
    private HttpClient Client => host!.Client;

    public async ValueTask InitializeAsync() =>
        host = await RestHost.StartAsync(tasks: new RefusingTasks(new RegistryException(RegistryError.NotSupported, "reached the registry")));

    public ValueTask DisposeAsync() => host?.DisposeAsync() ?? default;

    [Theory]
    [InlineData("POST", "/tasks", "{}", "message")]
    [InlineData("POST", "/tasks", """{"message":null}""", "message")]
    [InlineData("POST", "/tasks", """{"message":{},"taskId":7}""", "taskId")]
    [InlineData("POST", "/tasks", """{"message":{},"deadline":7}""", "deadline")]
    [InlineData("POST", "/tasks", """{"message":{},"acceptedOutputModes":"text/plain"}""", "acceptedOutputModes")]
    [InlineData("POST", "/tasks", """{"message":{},"accepted_output_modes":["text/plain",7]}""", "accepted_output_modes[1]")]
    [InlineData("POST", "/tasks", """{"message":{},"deadline":"tomorrow"}""", "deadline")]
    [InlineData("POST", "/tasks", """{"message":{},"deadline":"2999-13-01T00:00:00Z"}""", "deadline")]
    [InlineData("POST", "/tasks", """{"message":{},"task_id":7}""", "task_id")]
    [InlineData("POST", "/tasks", """{"message":{},"task_id":"\uD800"}""", "task_id")]
    [InlineData("POST", "/tasks", """{"message":{},"task_id":"a","taskId":"b"}""", "taskId")]
    [InlineData("POST", "/tasks", """{"message":{},"message":{}}""", "message")]
    [InlineData("POST", "/tasks", """{"message":{},"context_id":[]}""", "context_id")]
    [InlineData("POST", "/tasks", """{"message":{},"agentId":{}}""", "agentId")]
    [InlineData("POST", "/tasks", """{"message":{},"id":"x"}""", "id")]
    [InlineData("POST", "/tasks", """{"message":{},"ifGenerationMatch":"x"}""", "ifGenerationMatch")]
    [InlineData("POST", "/tasks", """{"message":{},"ifGenerationMatch":-1}""", "ifGenerationMatch")]
    [InlineData("POST", "/tasks", """{"message":{},"ifGenerationMatch":1.5}""", "ifGenerationMatch")]
    [InlineData("POST", "/tasks", """{"message":{},"ifGenerationMatch":99999999999999999999}""", "ifGenerationMatch")]
    [InlineData("PATCH", "/tasks/x", """{"state":"done"}""", "state")]
    [InlineData("PATCH", "/tasks/x", """{"state":"TASK_STATE_UNSPECIFIED"}""", "state")]
    [InlineData("PATCH", "/tasks/x", """{"state":"Working"}""", "state")]
    [InlineData("PATCH", "/tasks/x", """{"state":1}""", "state")]
    [InlineData("PATCH", "/tasks/x", """{"if_state":"nothing"}""", "if_state")]
    [InlineData("PATCH", "/tasks/x", """{"messages":{}}""", "messages")]
    [InlineData("PATCH", "/tasks/x", """{"artifacts":"x"}""", "artifacts")]
    [InlineData("PATCH", "/tasks/x", """{"artifacts":[{"artifactId":"a","parts":[]},{"artifact":{},"append":"yes"}]}""", "artifacts[1].append")]
    [InlineData("PATCH", "/tasks/x", """{"artifacts":[{"artifact":{},"last_chunk":1}]}""", "artifacts[0].last_chunk")]
    [InlineData("PATCH", "/tasks/x", """{"artifacts":[{"artifact":null}]}""", "artifacts[0].artifact")]
    [InlineData("PATCH", "/tasks/x", """{"artifacts":[{"artifact":{},"artifact":{}}]}""", "artifacts[0].artifact")]
    [InlineData("PATCH", "/tasks/x", """{"artifacts":[{"artifact":{},"index":1}]}""", "artifacts[0].index")]
    [InlineData("PATCH", "/tasks/x", """{"status":{"state":"working"}}""", "status")]
    [InlineData("PATCH", "/tasks/x", """{"leaseToken":7}""", "leaseToken")]
    [InlineData("POST", "/tasks/x:compareAndSet", """{"to":"working"}""", "from")]
    [InlineData("POST", "/tasks/x:compareAndSet", """{"from":"working"}""", "to")]
    [InlineData("POST", "/tasks/x:compareAndSet", """{"from":"working","ifState":"working","to":"failed"}""", "ifState")]
    [InlineData("POST", "/tasks/x:compareAndSet", """{"if_state":"working","state":"x"}""", "state")]
    [InlineData("POST", "/tasks/x:renew", "{}", "leaseToken")]
    [InlineData("POST", "/tasks/x:renew", """{"lease_token":"t","lease_seconds":0}""", "lease_seconds")]
    [InlineData("POST", "/tasks/x:renew", """{"lease_token":"t","lease_seconds":3601}""", "lease_seconds")]
    [InlineData("POST", "/tasks/x:release", """{"lease_token":null}""", "leaseToken")]
    [InlineData("POST", "/tasks/x:release", """{"lease_token":"t","leaseToken":"t"}""", "leaseToken")]
    [InlineData("POST", "/agents/x/tasks:claim", "{}", "worker")]
    [InlineData("POST", "/agents/x/tasks:claim", """{"worker":7}""", "worker")]
    [InlineData("POST", "/agents/x/tasks:claim", """{"worker":"w","leaseSeconds":"60s"}""", "leaseSeconds")]
    [InlineData("POST", "/agents/x/tasks:claim", """{"worker":"w","wait_seconds":61}""", "wait_seconds")]
    [InlineData("POST", "/agents/x/tasks:claim", """{"worker":"w","wait":1}""", "wait")]
    [InlineData("PATCH", "/contexts/x", "{}", "data")]
    [InlineData("PATCH", "/contexts/x", """{"user_id":"123"}""", "user_id")]
    [InlineData("POST", "/contexts/x/messages", "{}", "messages")]
    [InlineData("POST", "/contexts/x/messages", """{"messages":{}}""", "messages")]
    [InlineData("POST", "/contexts/x/messages", """{"messages":[],"message":{}}""", "message")]
    public async Task A_bad_member_is_refused_by_the_name_it_was_sent_with(string method, string path, string body, string field) =>
        await (await Client.SendAsync(method, path, body)).ProblemAsync(400, field);

    [Theory]
    [InlineData("/tasks?page_size=1&pageSize=1", "page_size")]
    [InlineData("/tasks?page_size=1.5", "page_size")]
    [InlineData("/tasks?page_size=99999999999", "page_size")]
    [InlineData("/tasks?state=done", "state")]
    [InlineData("/tasks?state=working&state=done", "state")]
    [InlineData("/tasks?owner=me", "owner")]
    [InlineData("/tasks?updated_since=yesterday", "status_timestamp_after")]
    [InlineData("/tasks?status_timestamp_after=2026-01-31T12:00:00+01:00", "status_timestamp_after")]
    [InlineData("/tasks?status_timestamp_after=1769860800", "status_timestamp_after")]
    [InlineData("/tasks?has_webhook=false", "has_webhook")]
    [InlineData("/tasks?include_artifacts=1", "include_artifacts")]
    [InlineData("/tasks?history_length=ten", "history_length")]
    [InlineData("/tasks?offset=10", "offset")]
    [InlineData("/tasks:count?page_size=10", "page_size")]
    [InlineData("/tasks:count?state=x", "state")]
    [InlineData("/tasks/x?history=1", "history")]
    [InlineData("/tasks/x?current_generation=-1", "current_generation")]
    [InlineData("/tasks/x?current_generation=x", "current_generation")]
    [InlineData("/tasks/x?current_generation=1&wait=61", "wait")]
    [InlineData("/tasks/x?current_generation=1&wait=-1", "wait")]
    [InlineData("/tasks/x?wait=1", "wait")]
    [InlineData("/tasks/x?state_format=2.0", "state_format")]
    [InlineData("/tasks/x?state_format=0.30", "state_format")]
    [InlineData("/tasks/x/messages?history_length=1", "history_length")]
    [InlineData("/tasks/x/messages?historyLength=1", "historyLength")]
    [InlineData("/tasks/x/owner?x=1", "x")]
    [InlineData("/tasks/x/pushNotificationConfigs?x=1", "x")]
    [InlineData("/contexts/x?x=1", "x")]
    [InlineData("/contexts/x/tasks?context_id=y", "context_id")]
    [InlineData("/contexts/x/messages?page_size=x", "page_size")]
    public async Task A_bad_query_parameter_is_refused_by_its_name(string path, string field) =>
        await (await Client.SendAsync("GET", path)).ProblemAsync(400, field);

    [Theory]
    [InlineData("GET", "/tasks/x", null, "A2A-Version", "0.2", "A2A-Version")]
    [InlineData("GET", "/tasks/x", null, "X-Registry-Lease", "", "X-Registry-Lease")]
    [InlineData("PATCH", "/tasks/x", "{}", "If-Match", "7", "If-Match")]
    [InlineData("PATCH", "/tasks/x", "{}", "If-Match", "\"1\", \"2\"", "If-Match")]
    [InlineData("PATCH", "/tasks/x", """{"ifGenerationMatch":2}""", "If-Match", "\"1\"", "if_generation_match")]
    [InlineData("PATCH", "/tasks/x", "{}", "If-None-Match", "*", "If-None-Match")]
    [InlineData("DELETE", "/tasks/x", null, "If-Match", "\"1\"", "If-Match")]
    [InlineData("DELETE", "/tasks?confirm=true", null, "If-Match", "*", "If-Match")]
    [InlineData("DELETE", "/contexts/x", null, "If-Match", "\"1\"", "If-Match")]
    [InlineData("POST", "/contexts/x:clear", null, "If-None-Match", "*", "If-None-Match")]
    [InlineData("POST", "/tasks/x:release", """{"leaseToken":"t"}""", "If-Match", "*", "If-Match")]
    [InlineData("POST", "/tasks/x/feedback", "{}", "If-Match", "*", "If-Match")]
    [InlineData("POST", "/tasks", """{"message":{}}""", "Idempotency-Key", "", "Idempotency-Key")]
    public async Task A_header_that_makes_no_sense_is_refused(string method, string path, string? body, string header, string value, string field) =>
        await (await Client.SendAsync(method, path, body, (header, value))).ProblemAsync(400, field);
}
