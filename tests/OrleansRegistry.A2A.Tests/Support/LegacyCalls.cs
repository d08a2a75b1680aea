using System.Net;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.A2A.Tests;

/// <summary>Calls of A2A 0.3 over JSON-RPC: requests without <c>A2A-Version</c>.</summary>
internal static class LegacyCalls
{
    private const string Message = """{"kind":"message","messageId":"ID","role":"user","parts":[{"kind":"text","text":"hello"}]}""";

    public static string NewMessage() => Message.Replace("ID", Guid.NewGuid().ToString(), StringComparison.Ordinal);

    public static Task<JsonElement> SubmitAsync(TestAgent agent) =>
        OkAsync(CallAsync(agent, "message/send", $$$"""{"message":{{{NewMessage()}}},"configuration":{"blocking":false}}"""));

    public static async Task<JsonElement> CallAsync(
        TestAgent agent, string method, string parameters, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(agent, method, parameters, headers);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await HttpDriver.ReadAsync(response);
    }

    public static async Task<SseItemReader> OpenAsync(TestAgent agent, string method, string parameters)
    {
        var response = await SendAsync(agent, method, parameters, []);
        Assert.True(HttpDriver.IsStream(response));
        return await SseItemReader.OpenAsync(response, answer => answer.GetProperty("result"));
    }

    private static async Task<HttpResponseMessage> SendAsync(
        TestAgent agent, string method, string parameters, (string Name, string Value)[] headers)
    {
        var body = $$"""{"jsonrpc":"2.0","id":7,"method":"{{method}}","params":{{parameters}}}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/a2a/{agent.Id}")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await agent.Host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    public static async Task<JsonElement> OkAsync(Task<JsonElement> calling)
    {
        var answer = await calling;
        Assert.True(answer.TryGetProperty("result", out var result), answer.ToString());
        return result;
    }

    public static async Task<JsonElement> RefusedAsync(int code, Task<JsonElement> calling)
    {
        var answer = await calling;
        Assert.True(answer.TryGetProperty("error", out var error), answer.ToString());
        Assert.True(code == error.GetProperty("code").GetInt32(), error.ToString());
        return error;
    }

    public static string? KindOf(JsonElement? item) => item?.GetProperty("kind").GetString();

    public static (string State, bool IsFinal) StatusOf(JsonElement? item)
    {
        Assert.Equal("status-update", KindOf(item));
        return (item!.Value.StateOf(), item.Value.GetProperty("final").GetBoolean());
    }
}
