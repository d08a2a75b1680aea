using System.Net;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.A2A.Tests;

/// <summary>What only the JSON-RPC binding has (A2A 1.0, 9; JSON-RPC 2.0).</summary>
public sealed class JsonRpcTests(A2AHost host)
{
    private const string List = """{"jsonrpc":"2.0","id":1,"method":"ListTasks"}""";

    [Theory]
    [InlineData("\"text\"")]
    [InlineData("7")]
    [InlineData("1.50")]
    [InlineData("null")]
    [InlineData("\"\\u00e9\\ud800\"")]
    public async Task S9_3_the_id_comes_back_as_it_was_sent(string id)
    {
        var answer = await SendAsync($$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"ListTasks","params":{}}""");
        Assert.Contains($"\"id\":{id},", answer.Text, StringComparison.Ordinal);
        Assert.Contains("\"result\":", answer.Text, StringComparison.Ordinal);
        Assert.Equal("application/json", answer.Type);
    }

    [Theory]
    [InlineData("{", -32700)]
    [InlineData("", -32700)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ListTasks","params":{}} x""", -32700)]
    [InlineData("7", -32600)]
    [InlineData("[]", -32600)]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"method":"ListTasks"}]""", -32600)]
    [InlineData("""{"id":1,"method":"ListTasks"}""", -32600)]
    [InlineData("""{"jsonrpc":"1.0","id":1,"method":"ListTasks"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":7}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","method":"ListTasks"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":{},"method":"ListTasks"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ListTasks","method":"GetTask"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ListTasks","params":[1]}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"message/send"}""", -32601)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"sendMessage"}""", -32601)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"GetTask"}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":7}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"GetTask","params":{"id":"a","id":"b"}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"SubscribeToTask","params":{"id":"none"}}""", -32001)]
    public async Task S9_5_a_request_that_cannot_be_served_is_answered_200_with_its_code(string body, int code)
    {
        var answer = await SendAsync(body);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var error = answer.Json.GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetInt32());
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.Equal("type.googleapis.com/google.rpc.ErrorInfo", error.GetProperty("data")[0].GetProperty("@type").GetString());
        var isNamed = body.StartsWith('{') && body.Contains("\"id\":1", StringComparison.Ordinal) && code != -32700;
        Assert.Equal(isNamed ? "1" : "null", answer.Json.GetProperty("id").GetRawText());
    }

    [Fact]
    public async Task S9_5_invalid_parameters_are_told_as_BadRequest()
    {
        var answer = await SendAsync("""{"jsonrpc":"2.0","id":1,"method":"ListTasks","params":{"pageSize":500}}""");
        var error = answer.Json.GetProperty("error");
        Assert.StartsWith("Invalid parameters: ", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        var violation = error.GetProperty("data").EnumerateArray()
            .Single(detail => detail.GetProperty("@type").GetString() == "type.googleapis.com/google.rpc.BadRequest")
            .GetProperty("fieldViolations")[0];
        Assert.Equal("pageSize", violation.GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("")]
    public async Task S3_3_2_a_body_of_another_content_type_is_not_supported(string type)
    {
        var answer = await SendAsync(List, type);
        Assert.Equal(-32005, answer.Json.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task An_agent_that_is_not_there_is_404_with_an_error_of_JSON_RPC()
    {
        using var response = await HttpDriver.SendAsync(new TestAgent(host, "none"), HttpMethod.Post, "/a2a/none", List, "application/json", []);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("2.0", (await HttpDriver.ReadAsync(response)).GetProperty("jsonrpc").GetString());
    }

    [Fact]
    public async Task S9_4_2_each_event_of_a_stream_is_a_response_with_the_id_of_the_call()
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        using var response = await HttpDriver.SendAsync(
            agent,
            HttpMethod.Post,
            $"/a2a/{agent.Id}",
            $$$"""{"jsonrpc":"2.0","id":"my-id","method":"SubscribeToTask","params":{"id":"{{{task.Id}}}"}}""",
            "application/json",
            []);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());

        // The task as it is comes first: one that is over by then is all there is.
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var text = await events.ReadLineAsync(TestContext.Current.CancellationToken) + "\n";
        await agent.CompleteNextAsync();
        text += await events.ReadToEndAsync(TestContext.Current.CancellationToken);
        const string Data = "data: ";
        var data = text.Split('\n').Where(line => line.StartsWith(Data, StringComparison.Ordinal)).Select(line => line[Data.Length..]).ToList();
        Assert.InRange(data.Count, 2, 4);
        Assert.All(data, line => Assert.StartsWith("""{"jsonrpc":"2.0","id":"my-id","result":{""", line, StringComparison.Ordinal));
        Assert.DoesNotContain("event:", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_in_snake_case_are_read_too()
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync(TaskState.InputRequired);
        var answer = await new JsonRpcBinding().CallAsync(agent, "GetTask", $$"""{"id":"{{task.Id}}","history_length":0}""");
        Assert.False(answer.Ok.TryGetProperty("history", out _));
    }

    private async Task<(HttpStatusCode Status, string Type, string Text, JsonElement Json)> SendAsync(string body, string type = "application/json")
    {
        var agent = await host.RegisterAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/a2a/{agent.Id}");
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        request.Headers.Add("A2A-Version", "1.0");
        using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response.StatusCode, response.Content.Headers.ContentType!.ToString(), text, JsonDocument.Parse(text).RootElement);
    }
}
