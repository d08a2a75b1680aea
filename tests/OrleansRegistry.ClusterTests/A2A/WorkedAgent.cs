using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.ClusterTests;

/// <summary>An agent of one test: its callers come by A2A, its worker over REST, each through the replica that the test says.</summary>
/// <param name="addresses">Of the replicas, changed in place when one is replaced.</param>
internal sealed class WorkedAgent(Uri[] addresses) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5) })
    {
        Timeout = TimeSpan.FromSeconds(40),
    };
    private readonly string id = $"worked-{Guid.NewGuid():N}";

    /// <summary>Returns once all replicas know it.</summary>
    public static async Task<WorkedAgent> RegisterAsync(Uri[] addresses)
    {
        using var client = new Client(addresses);
        var agent = new WorkedAgent(addresses);
        var (outcome, revision) = await client.PutAsync(0, agent.id, $$"""{"name":"{{agent.id}}"}""", 0);
        Assert.Equal(Outcome.Done, outcome);
        for (var replica = 0; replica < client.Replicas; replica++)
        {
            Assert.StartsWith("200 ", await client.AskAsync(replica, $"/agents/{agent.id}", revision), StringComparison.Ordinal);
        }

        return agent;
    }

    /// <summary>Calls an operation of HTTP+JSON, or of JSON-RPC at the agent's base.</summary>
    /// <returns>The answer, of which the headers were read.</returns>
    public async Task<HttpResponseMessage> CallAsync(
        int replica, string below, object? body, string? lastEventId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(addresses[replica], $"/a2a/{id}{below}"))
        {
            Content = body is null ? null : JsonContent.Create(body),
        };
        request.Headers.Add("A2A-Version", "1.0");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>Makes a task, with a webhook where there is a URL for it.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> SubmitAsync(int replica, string? webhook = null)
    {
        object configuration = webhook is null
            ? new { returnImmediately = true }
            : new { returnImmediately = true, taskPushNotificationConfig = new { url = webhook } };
        using var answer = await CallAsync(
            replica, "/message:send", new { message = NewMessage(), configuration }, lastEventId: null, CancellationToken.None);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, body);
        return JsonDocument.Parse(body).RootElement.GetProperty("task").GetProperty("id").GetString()!;
    }

    public static object NewMessage() => new { messageId = Guid.NewGuid(), role = "ROLE_USER", parts = new[] { new { text = "begin" } } };

    /// <summary>Claims as many tasks as wait.</summary>
    public async Task<IReadOnlyList<Work>> ClaimAsync(int replica, int count)
    {
        var claimed = new List<Work>();
        while (claimed.Count < count)
        {
            var body = await WriteAsync(
                replica, HttpMethod.Post, $"/agents/{id}/tasks:claim", new { worker = "w", leaseSeconds = 600, waitSeconds = 20 });
            claimed.Add(new Work(this, body.GetProperty("id").GetString()!, body.GetProperty("lease").GetProperty("token").GetString()!));
        }

        return claimed;
    }

    /// <summary>A write, which is made again with the same key until its outcome is known.</summary>
    public async Task<JsonElement> WriteAsync(int replica, HttpMethod method, string path, object body)
    {
        var key = Guid.NewGuid().ToString();
        JsonElement answered = default;
        await Eventually.TrueAsync(
            async () =>
            {
                using var request = new HttpRequestMessage(method, new Uri(addresses[replica], path)) { Content = JsonContent.Create(body) };
                request.Headers.Add("Idempotency-Key", key);
                using var answer = await http.SendAsync(request);
                var text = await answer.Content.ReadAsStringAsync();
                Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"{path}: {answer.StatusCode} {text}");
                answered = JsonDocument.Parse(text).RootElement;
                return answer.IsSuccessStatusCode;
            },
            path);
        return answered;
    }

    public void Dispose() => http.Dispose();

    /// <summary>A task that the worker holds. Each of its changes has a number: a chunk of the artifact and a status say it.</summary>
    internal sealed class Work(WorkedAgent agent, string id, string token)
    {
        public string Id => id;

        public int Changes { get; private set; }

        /// <summary>What a reader is told of all changes, and of the claim before.</summary>
        public IEnumerable<string> Expected => Enumerable.Range(0, Changes)
            .SelectMany(number => (string[])[$"artifact {number}", $"status {number}"])
            .Prepend("TASK_STATE_WORKING");

        public async Task ChangeAsync(int replica, bool isLast = false)
        {
            var number = Changes++;
            await agent.WriteAsync(replica, HttpMethod.Patch, $"/tasks/{id}", new
            {
                leaseToken = token,
                state = isLast ? "completed" : "working",
                statusMessage = new { messageId = Guid.NewGuid(), role = "ROLE_AGENT", parts = new[] { new { text = $"{number}" } } },
                artifacts = new[]
                {
                    new { artifact = new { artifactId = "log", parts = new[] { new { text = $"{number}" } } }, append = number > 0 },
                },
            });
        }
    }
}
