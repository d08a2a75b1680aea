using System.Text;

namespace OrleansRegistry.A2A.Tests;

/// <summary>Bodies that nobody sends on purpose: they are refused, and never an error of the server.</summary>
public sealed class FuzzTests
{
    private const int Rounds = 150;

    private static readonly string[] Fragments =
    [
        "{", "}", "[", "]", ",", ":", "null", "true", "0", "-1", "1e400", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "\u00ff", "\"kind\"", "\"file\"",
        "\"taskId\":{}", "\"contextId\":7", "\"parts\":{}", "\"parts\":[null]", "\"historyLength\":99999999999", "\"metadata\":[]", "\"role\":[]",
        "\"configuration\":[]", "\"messageId\":\"\\n\"", "\"taskId\":\"..\"", "\"taskPushNotificationConfig\":{\"url\":{}}", "\"extensions\":[[]]",
    ];

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public async Task A_body_that_was_damaged_is_never_an_error_of_the_server(int seed)
    {
        // What comes to wait for a worker waits no longer than that.
        await using var host = await A2AHost.StartAsync(options => options.SendTimeout = TimeSpan.FromSeconds(1));
        var random = new Random(seed);
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        string[] methods = ["SendMessage", "SendStreamingMessage", "GetTask", "ListTasks", "CancelTask", "CreateTaskPushNotificationConfig"];
        for (var i = 0; i < Rounds; i++)
        {
            var parameters = $$$"""
                {"message":{{{TestAgent.Message(more: ",\"metadata\":{\"a\":[1]},\"referenceTaskIds\":[\"r\"]")}}},
                "configuration":{"returnImmediately":true,"historyLength":1,"taskPushNotificationConfig":{"url":"https://c.example"}},
                "id":"{{{task.Id}}}","taskId":"{{{task.Id}}}","url":"https://c.example","pageSize":10}
                """;
            var isRpc = random.Next(2) == 0;
            var body = isRpc
                ? $$"""{"jsonrpc":"2.0","id":{{i}},"method":"{{methods[random.Next(methods.Length)]}}","params":{{parameters}}}"""
                : parameters;
            string[] paths = ["/message:send", "/message:stream", $"/tasks/{task.Id}:cancel", $"/tasks/{task.Id}/pushNotificationConfigs"];
            var path = isRpc ? "" : paths[random.Next(paths.Length)];
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/a2a/{agent.Id}{path}")
            {
                Content = new ByteArrayContent(Damage(Encoding.UTF8.GetBytes(body), random)),
            };
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
            request.Headers.Add("A2A-Version", "1.0");
            using var response = await host.Client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            var text = HttpDriver.IsStream(response) ? "" : await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True((int)response.StatusCode < 500, $"seed {seed}, round {i}: {(int)response.StatusCode} {text}");
            Assert.DoesNotContain("-32603", text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(host.Log, line => line.Contains("failed unexpectedly", StringComparison.Ordinal));
    }

    private static byte[] Damage(byte[] body, Random random)
    {
        var damaged = body.ToList();
        for (var times = random.Next(1, 4); times > 0 && damaged.Count > 2; times--)
        {
            var at = random.Next(damaged.Count);
            switch (random.Next(4))
            {
                case 0:
                    damaged.RemoveRange(at, Math.Min(random.Next(1, 20), damaged.Count - at));
                    break;
                case 1:
                    damaged[at] = (byte)random.Next(256);
                    break;
                default:
                    damaged.InsertRange(at, Encoding.UTF8.GetBytes(Fragments[random.Next(Fragments.Length)]));
                    break;
            }
        }

        return [.. damaged];
    }
}
