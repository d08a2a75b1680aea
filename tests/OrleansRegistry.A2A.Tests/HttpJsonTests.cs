using System.Net;
using System.Text.Json;

namespace OrleansRegistry.A2A.Tests;

/// <summary>What only the HTTP+JSON binding has (A2A 1.0, 11).</summary>
public sealed class HttpJsonTests(A2AHost host)
{
    [Theory]
    [InlineData(null, "application/a2a+json")]
    [InlineData("*/*", "application/a2a+json")]
    [InlineData("application/a2a+json", "application/a2a+json")]
    [InlineData("application/json, application/a2a+json", "application/a2a+json")]
    [InlineData("application/json", "application/json")]
    [InlineData("application/json, text/event-stream", "application/json")]
    public async Task S11_1_answers_are_of_A2A_s_media_type_unless_only_plain_JSON_is_accepted(string? accept, string type)
    {
        var agent = await host.RegisterAsync();
        foreach (var path in (string[])["/tasks", "/tasks/none"])
        {
            using var response = await SendAsync(agent, HttpMethod.Get, path, null, accept is null ? [] : [("Accept", accept)]);
            Assert.Equal(type, response.Content.Headers.ContentType?.ToString());
        }
    }

    [Theory]
    [InlineData("application/a2a+json", 200)]
    [InlineData("application/json", 200)]
    [InlineData("application/json; charset=utf-8", 200)]
    [InlineData("text/plain", 400)]
    [InlineData("application/json; charset=latin1", 400)]
    public async Task S11_1_bodies_are_JSON_of_either_media_type(string type, int status)
    {
        var agent = await host.RegisterAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/a2a/{agent.Id}/message:send")
        {
            Content = new ByteArrayContent([.. TestAgent.Utf8(
                $$$"""{"message":{{{TestAgent.Message()}}},"configuration":{"returnImmediately":true}}""").Span]),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        request.Headers.Add("A2A-Version", "1.0");
        using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(status, (int)response.StatusCode);
        if (status != 200)
        {
            Assert.Equal("CONTENT_TYPE_NOT_SUPPORTED", await ReasonAsync(response));
        }
    }

    [Theory]
    [InlineData("GET", ":subscribe")]
    [InlineData("POST", ":subscribe")]
    public async Task S11_3_2_a_subscription_is_made_by_GET_and_by_POST(string method, string operation)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        using var response = await SendAsync(agent, new HttpMethod(method), $"/tasks/{task.Id}{operation}", null);
        Assert.True(HttpDriver.IsStream(response));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"id":"another","metadata":{"why":"tired"}}""")]
    public async Task S11_3_2_a_cancellation_needs_no_body(string? body)
    {
        var agent = await host.RegisterAsync();
        var task = await agent.SubmitAsync();
        using var response = await SendAsync(agent, HttpMethod.Post, $"/tasks/{task.Id}:cancel", body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(task.Id, (await HttpDriver.ReadAsync(response)).IdOf());
    }

    [Theory]
    [InlineData("GET", "/nothing", "METHOD_NOT_FOUND")]
    [InlineData("PUT", "/tasks", "METHOD_NOT_FOUND")]
    [InlineData("GET", "/message:send", "METHOD_NOT_FOUND")]
    [InlineData("POST", "/tasks/a%3Acancel", "METHOD_NOT_FOUND")]
    [InlineData("GET", "/tasks/.", "INVALID_PARAMS")]
    public async Task S11_6_what_is_no_operation_is_told_as_google_rpc_Status(string method, string path, string reason)
    {
        var agent = await host.RegisterAsync();
        var uri = new Uri(
            host.Client.BaseAddress!.AbsoluteUri.TrimEnd('/') + $"/a2a/{agent.Id}{path}",
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        request.Headers.Add("A2A-Version", "1.0");
        using var response = await host.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(reason, await ReasonAsync(response));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("7")]
    public async Task S11_6_a_body_that_is_no_JSON_object_is_refused(string body)
    {
        var agent = await host.RegisterAsync();
        foreach (var path in (string[])["/message:send", "/message:stream", "/tasks/none:cancel", "/tasks/none/pushNotificationConfigs"])
        {
            using var response = await SendAsync(agent, HttpMethod.Post, path, body);
            Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMS"), (response.StatusCode, await ReasonAsync(response)));
        }
    }

    [Theory]
    [InlineData("?pageSize=5&pageSize=6", "pageSize")]
    [InlineData("?historyLength=1.5", "historyLength")]
    [InlineData("?includeArtifacts=1", "includeArtifacts")]
    public async Task S11_5_parameters_of_the_query_are_checked(string query, string field)
    {
        var agent = await host.RegisterAsync();
        using var response = await SendAsync(agent, HttpMethod.Get, $"/tasks{query}", null);
        var details = (await HttpDriver.ReadAsync(response)).GetProperty("error").GetProperty("details");
        Assert.Equal(field, HttpDriver.FaultOf("", details, 400).Field);
    }

    [Fact]
    public async Task S5_7_parameters_that_A2A_does_not_know_are_passed_over()
    {
        var agent = await host.RegisterAsync();
        using var response = await SendAsync(agent, HttpMethod.Get, "/tasks?later=1", null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_413()
    {
        await using var small = await A2AHost.StartAsync(http: options => options.MaxTaskBodyBytes = 64 * 1024);
        var agent = await small.RegisterAsync();
        using var response = await SendAsync(agent, HttpMethod.Post, "/message:send", $$"""{"x":"{{new string('a', 100_000)}}"}""");
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "TOO_LARGE"), (response.StatusCode, await ReasonAsync(response)));
    }

    [Fact]
    public async Task S11_7_the_data_of_an_event_is_a_StreamResponse_and_comments_keep_the_stream_alive()
    {
        await using var lively = await A2AHost.StartAsync(http: options => options.EventHeartbeat = TimeSpan.FromMilliseconds(20));
        var agent = await lively.RegisterAsync();
        var task = await agent.SubmitAsync();
        using var response = await SendAsync(agent, HttpMethod.Get, $"/tasks/{task.Id}:subscribe", null);
        await using var stream = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var lines = new List<string>();
        while (!lines.Contains(":") || !lines.Any(line => line.StartsWith("""data: {"task":{"id":""", StringComparison.Ordinal)))
        {
            lines.Add((await reader.ReadLineAsync(TestContext.Current.CancellationToken))!);
        }

        Assert.Contains($"id: {task.Generation}", lines);
    }

    private static Task<HttpResponseMessage> SendAsync(
        TestAgent agent, HttpMethod method, string path, string? body, params (string Name, string Value)[] headers) =>
        HttpDriver.SendAsync(agent, method, $"/a2a/{agent.Id}{path}", body, "application/a2a+json", headers);

    private static async Task<string> ReasonAsync(HttpResponseMessage response)
    {
        var error = (await HttpDriver.ReadAsync(response)).GetProperty("error");
        Assert.Equal((int)response.StatusCode, error.GetProperty("code").GetInt32());
        Assert.Equal(JsonValueKind.String, error.GetProperty("status").ValueKind);
        return HttpDriver.FaultOf("", error.GetProperty("details"), 0).Reason;
    }
}
