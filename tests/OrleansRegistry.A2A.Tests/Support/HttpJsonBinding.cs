using System.Text.Json;

namespace OrleansRegistry.A2A.Tests;

/// <summary>A client of the HTTP+JSON binding: names of methods become paths, what has no body goes into the query.</summary>
/// <remarks>Source: A2A 1.0, 5.3, 11.3, 11.5.</remarks>
internal sealed class HttpJsonBinding : IBinding
{
    private const string MediaType = "application/a2a+json";

    public async Task<Answer> CallAsync(TestAgent agent, string method, string parameters, params (string Name, string Value)[] service)
    {
        using var response = await SendAsync(agent, method, parameters, service);
        return await AnswerOfAsync(response);
    }

    public async Task<StreamAnswer> OpenAsync(TestAgent agent, string method, string parameters, params (string Name, string Value)[] service)
    {
        var response = await SendAsync(agent, method, parameters, service);
        if (HttpDriver.IsStream(response))
        {
            return new StreamAnswer(await SseItemReader.OpenAsync(response, item => item), null);
        }

        using (response)
        {
            return new StreamAnswer(null, (await AnswerOfAsync(response)).Fault);
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(
        TestAgent agent, string method, string parameters, (string Name, string Value)[] service)
    {
        var root = JsonDocument.Parse(parameters).RootElement;
        var below = $"/a2a/{agent.Id}";
        return method switch
        {
            "SendMessage" => await PostAsync("/message:send", parameters),
            "SendStreamingMessage" => await PostAsync("/message:stream", parameters),
            "GetTask" => await AskAsync(HttpMethod.Get, $"/tasks/{Take("id")}"),
            "ListTasks" => await AskAsync(HttpMethod.Get, "/tasks"),
            "CancelTask" => await PostAsync($"/tasks/{Take("id")}:cancel", "{}"),
            "SubscribeToTask" => await PostAsync($"/tasks/{Take("id")}:subscribe", null),
            "CreateTaskPushNotificationConfig" => await PostAsync($"/tasks/{Take("taskId")}/pushNotificationConfigs", parameters),
            "GetTaskPushNotificationConfig" => await AskAsync(HttpMethod.Get, $"/tasks/{Take("taskId")}/pushNotificationConfigs/{Take("id")}"),
            "ListTaskPushNotificationConfigs" => await AskAsync(HttpMethod.Get, $"/tasks/{Take("taskId")}/pushNotificationConfigs"),
            "DeleteTaskPushNotificationConfig" => await AskAsync(
                HttpMethod.Delete, $"/tasks/{Take("taskId")}/pushNotificationConfigs/{Take("id")}"),
            "GetExtendedAgentCard" => await AskAsync(HttpMethod.Get, "/extendedAgentCard"),
            _ => throw new ArgumentOutOfRangeException(nameof(method), method, null),
        };

        Task<HttpResponseMessage> PostAsync(string path, string? body) =>
            HttpDriver.SendAsync(agent, HttpMethod.Post, below + path, body, MediaType, service);

        Task<HttpResponseMessage> AskAsync(HttpMethod verb, string path)
        {
            var query = root.EnumerateObject()
                .Where(member => member.Name is not ("id" or "taskId"))
                .Select(member => $"{member.Name}={Uri.EscapeDataString(member.Value.ToString() is "True" or "False"
                    ? member.Value.GetRawText()
                    : member.Value.ToString())}");
            return HttpDriver.SendAsync(agent, verb, $"{below}{path}?{string.Join('&', query)}", null, MediaType, service);
        }

        string Take(string name) => Uri.EscapeDataString(root.GetProperty(name).GetString()!);
    }

    private static async Task<Answer> AnswerOfAsync(HttpResponseMessage response)
    {
        var body = await HttpDriver.ReadAsync(response);
        Assert.Equal(MediaType, response.Content.Headers.ContentType?.ToString());
        if (response.IsSuccessStatusCode)
        {
            return new Answer(body, null);
        }

        var error = body.GetProperty("error");
        Assert.Equal((int)response.StatusCode, error.GetProperty("code").GetInt32());
        return new Answer(
            null, HttpDriver.FaultOf(error.GetProperty("message").GetString()!, error.GetProperty("details"), (int)response.StatusCode));
    }
}
