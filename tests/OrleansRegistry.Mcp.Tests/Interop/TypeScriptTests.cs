using System.Text.Json;

namespace OrleansRegistry.Mcp.Tests.Interop;

/// <summary><c>@modelcontextprotocol/sdk</c> of npm, as hosts of models use it: <c>clients/client.js</c>.</summary>
public sealed class TypeScriptTests(McpHost host, NpmClients clients)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http")]
    [InlineData("stdio")]
    public async Task It_finds_an_agent_and_has_it_answer(string transport)
    {
        var caller = new Caller($"t-{Guid.NewGuid():N}");
        string[] words = transport == "http"
            ? ["client.js", "http", host.Endpoint.ToString()]
            : ["client.js", "stdio", "dotnet", NpmClients.Registry, "mcp", "--url", host.Address.ToString(), "--tenant", caller.Tenant];
        TaskRecord? claimed = null;
        var hasAnswered = false;
        var output = await clients.RunAsync(
            caller.Tenant,
            async line =>
            {
                // It is told of each state, and the agent goes on once it was.
                if (claimed is null && line.Contains("\"told\":\"TASK_STATE_SUBMITTED\"", StringComparison.Ordinal))
                {
                    claimed = await host.Tasks.ClaimAsync(caller, "weather", new TaskClaim("w"), Cancellation);
                }
                else if (!hasAnswered && line.Contains("\"told\":\"TASK_STATE_WORKING\"", StringComparison.Ordinal))
                {
                    hasAnswered = true;
                    await AnswerAsync(caller, claimed!);
                }
            },
            words);
        using var told = JsonDocument.Parse(output.Split('\n')[^1]);
        var seen = told.RootElement;
        Assert.Equal("orleans-registry", seen.GetProperty("version").Text("name"));
        Assert.Contains("send_message", seen.Items("tools").Select(tool => tool.GetString()));
        Assert.Equal("weather", seen.GetProperty("deployed").Text("agent_id"));
        Assert.Equal(["weather"], seen.GetProperty("found").Texts("agents", "agent_id"));
        Assert.True(seen.GetProperty("refused").GetProperty("isError").GetBoolean());
        Assert.Equal("not_found", seen.GetProperty("refused").GetProperty("structuredContent").GetProperty("error").Text("kind"));
        Assert.Equal("registry://agents/weather/card", seen.Items("resources")[0].GetString());
        Assert.Equal("weather", seen.GetProperty("card").Text("name"));
        Assert.Equal(2, seen.Items("templates").Length);
        Assert.Equal("Dry.", seen.GetProperty("answered").Items("artifacts")[0].Items("parts")[0].Text("text"));

        // The second message was given up by its client, and its task waits all the same.
        Assert.Equal("given up", seen.Text("abandoned"));
        Assert.Equal(["TASK_STATE_SUBMITTED", "TASK_STATE_COMPLETED"], seen.GetProperty("tasks").Texts("tasks", "state"));
    }

    private Task<TaskRecord> AnswerAsync(Caller caller, TaskRecord task) => host.Tasks.UpdateAsync(
        caller,
        task.Id,
        new TaskUpdate { State = TaskState.Completed, Artifacts = [ArtifactUpdate.Text("answer", "Dry.")], LeaseToken = task.Lease!.Token },
        Cancellation);
}
