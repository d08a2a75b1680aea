using System.Net;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Ids in the query, for clients behind proxies that decode <c>%2F</c>: <c>~</c> stands for them in the path.</summary>
public sealed class IdInQueryTests(RestHost host)
{
    private readonly HttpClient client = host.Client;

    [Fact]
    public async Task Every_path_takes_its_id_from_the_query()
    {
        var id = $"a/{TestHttp.NewName()} +%~";
        var query = "?id=" + Uri.EscapeDataString(id);
        await (await client.SendAsync("PUT", "/agents/~" + query, TestHttp.Card("x"))).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(id, (await (await client.SendAsync("GET", "/agents/~" + query + "&consistency=strong")).JsonAsync()).Text("agent_id"));
        foreach (var (method, path, body) in ((string, string, string?)[])[
            ("GET", "/agents/~/card", null), ("PUT", "/agents/~/card", TestHttp.Card(
                "y")), ("GET", "/agents/~/extensions", null), ("POST", "/agents/~:disable", null),
            ("POST", "/agents/~:enable", null), ("PATCH", "/agents/~", """{"enabled":true}""")])
        {
            await (await client.SendAsync(method, path + query, body)).JsonAsync();
        }

        await (await client.SendAsync(
            "POST",
            "/tasks",
            $$"""
                {"message":{{TaskClient.Message("x")}},"taskId":"{{id}}","contextId":"{{id}}","agentId":"{{id}}"}
                """)).JsonAsync(HttpStatusCode.Created);
        var token = (await (await client.SendAsync("POST", "/agents/~/tasks:claim" + query, """{"worker":"w"}""")).JsonAsync()).GetProperty("lease")
            .Text("token");
        foreach (var (method, path, body) in ((string, string, string?)[])[
            ("POST", "/tasks/~:renew", $$"""{"leaseToken":"{{token}}"}"""), ("GET", "/tasks/~", null),
            ("GET", "/tasks/~/messages", null), ("GET", "/tasks/~/owner", null),
            ("PATCH", "/tasks/~", """{"artifacts":[{"artifactId":"x/y","parts":[{"text":"z"}]}]}"""), ("GET", "/tasks/~/artifacts", null),
            ("POST", "/tasks/~/pushNotificationConfigs",
            """{"id":"c/d","url":"https://example.org"}"""), ("GET", "/tasks/~/pushNotificationConfigs", null),
            ("POST", "/tasks/~:release", $$"""{"leaseToken":"{{token}}"}"""),
            ("POST", "/tasks/~:compareAndSet", """{"from":"submitted","to":"working"}"""),
            ("POST", "/tasks/~/feedback", "{}"), ("GET", "/tasks/~/feedback", null), ("POST", "/tasks/~:cancel", null),
            ("GET", "/contexts/~", null), ("GET", "/contexts/~/messages", null), ("GET", "/contexts/~/tasks", null),
            ("GET", "/contexts/~/owner", null),
            ("POST", "/contexts/~/messages", $$"""{"messages":[{{TaskClient.Message("x")}}]}"""), ("PATCH", "/contexts/~", """{"data":{}}""")])
        {
            var answer = await client.SendAsync(method, path + query, body);
            Assert.True(
                answer.IsSuccessStatusCode,
                $"{method} {path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        }

        Assert.Equal(
            "x/y",
            (await (await client.SendAsync("GET", "/tasks/~/artifacts/~" + query + "&artifact_id=x%2Fy")).JsonAsync()).Text("artifactId"));
        Assert.Equal(
            "c/d",
            (await (await client.SendAsync("GET", "/tasks/~/pushNotificationConfigs/~" + query + "&config_id=c%2Fd")).JsonAsync()).Text("id"));
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await client.SendAsync("DELETE", "/tasks/~/pushNotificationConfigs/~" + query + "&config_id=c%2Fd")).StatusCode);
        await using (var events = await EventReader.OpenAsync(client, "/tasks/~/events" + query))
        {
            Assert.Equal(id, (await events.NextAsync("task")).Text("id"));
        }

        await using (var events = await EventReader.OpenAsync(client, "/contexts/~/events" + query))
        {
            Assert.Equal(id, (await events.NextAsync("context")).Text("id"));
        }

        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync("DELETE", "/tasks/~" + query)).StatusCode);
        await (await client.SendAsync("POST", "/contexts/~:clear" + query)).JsonAsync();
        Assert.True((await client.SendAsync("DELETE", "/contexts/~" + query)).IsSuccessStatusCode);
        await (await client.SendAsync("DELETE", "/agents/~" + query)).JsonAsync();
    }

    [Fact]
    public async Task The_id_that_is_a_tilde_is_reached_by_its_escape_and_by_the_query()
    {
        await (await client.SendAsync("PUT", "/agents/%7E", TestHttp.Card("tilde"))).JsonAsync(HttpStatusCode.Created);
        foreach (var path in (string[])["/agents/%7E", "/agents/%7e", "/agents/~?id=~", "/agents/~?id=%7E"])
        {
            Assert.Equal("~", (await (await client.SendAsync("GET", path)).JsonAsync()).Text("agent_id"));
        }

        await (await client.SendAsync("DELETE", "/agents/%7E")).JsonAsync();
    }

    [Theory]
    [InlineData("GET", "/agents/~", "id")]
    [InlineData("GET", "/agents/~?id=", "id")]
    [InlineData("GET", "/agents/~?id=a&id=b", "id")]
    [InlineData("GET", "/agents/a?id=b", "id")]
    [InlineData("GET", "/agents/%7E?id=b", "id")]
    [InlineData("DELETE", "/tasks/%7E?id=b", "id")]
    [InlineData("DELETE", "/tasks/a?id=b", "id")]
    [InlineData("DELETE", "/contexts/a?id=b", "id")]
    [InlineData("DELETE", "/agents/a?id=b", "id")]
    [InlineData("GET", "/extensions/a?uri=b", "uri")]
    [InlineData("DELETE", "/tasks/~", "id")]
    [InlineData("POST", "/tasks/~:cancel", "id")]
    [InlineData("GET", "/tasks/~/artifacts/x?id=t&artifact_id=y", "artifact_id")]
    [InlineData("GET", "/tasks/t/artifacts/~", "artifact_id")]
    [InlineData("GET", "/contexts/~?task_id=b", "task_id")]
    [InlineData("GET", "/tasks/~?id=a%00b", "task_id")]
    [InlineData("GET", "/extensions/~", "uri")]
    public async Task An_id_that_is_missing_or_there_twice_is_refused(string method, string path, string field) =>
        await (await client.SendAsync(method, path)).ProblemAsync(400, field);

    [Fact]
    public async Task The_document_says_so()
    {
        var document = System.Text.Json.JsonDocument.Parse(await client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken))
            .RootElement;
        var parameters = document.GetProperty("paths").GetProperty("/tasks/{id}:cancel").GetProperty("post").GetProperty("parameters")
            .EnumerateArray();
        Assert.Contains(
            "~",
            parameters.Single(parameter => parameter.Text("in") == "query" && parameter.Text("name") == "id").Text("description"),
            StringComparison.Ordinal);
    }
}
