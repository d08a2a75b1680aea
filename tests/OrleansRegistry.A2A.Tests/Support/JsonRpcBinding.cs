using System.Text.Json;

namespace OrleansRegistry.A2A.Tests;

/// <summary>A client of the JSON-RPC binding.</summary>
internal sealed class JsonRpcBinding : IBinding
{
    public async Task<Answer> CallAsync(TestAgent agent, string method, string parameters, params (string Name, string Value)[] service)
    {
        using var response = await SendAsync(agent, method, parameters, service);
        return AnswerOf(await HttpDriver.ReadAsync(response));
    }

    public async Task<StreamAnswer> OpenAsync(TestAgent agent, string method, string parameters, params (string Name, string Value)[] service)
    {
        var response = await SendAsync(agent, method, parameters, service);
        if (HttpDriver.IsStream(response))
        {
            return new StreamAnswer(await SseItemReader.OpenAsync(response, answer => AnswerOf(answer).Ok), null);
        }

        using (response)
        {
            return new StreamAnswer(null, AnswerOf(await HttpDriver.ReadAsync(response)).Fault);
        }
    }

    private static Task<HttpResponseMessage> SendAsync(TestAgent agent, string method, string parameters, (string Name, string Value)[] service) =>
        HttpDriver.SendAsync(
            agent,
            HttpMethod.Post,
            $"/a2a/{agent.Id}",
            $$"""{"jsonrpc":"2.0","id":"r-1","method":"{{method}}","params":{{parameters}}}""",
            "application/json",
            service);

    private static Answer AnswerOf(JsonElement answer)
    {
        Assert.Equal("2.0", answer.GetProperty("jsonrpc").GetString());
        if (!answer.TryGetProperty("error", out var error))
        {
            Assert.Equal("r-1", answer.GetProperty("id").GetString());
            return new Answer(answer.GetProperty("result"), null);
        }

        return new Answer(
            null, HttpDriver.FaultOf(error.GetProperty("message").GetString()!, error.GetProperty("data"), error.GetProperty("code").GetInt32()));
    }
}
