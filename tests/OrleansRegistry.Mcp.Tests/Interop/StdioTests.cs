using System.Diagnostics;
using System.Text.Json;
using ModelContextProtocol.Client;

namespace OrleansRegistry.Mcp.Tests.Interop;

/// <summary><c>registry mcp</c>, as a client starts it.</summary>
public sealed class StdioTests(McpHost host)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2026-07-28")]
    [InlineData("2025-06-18")]
    public async Task The_library_of_the_server_drives_it_on_a_registry_that_runs(string version)
    {
        var caller = new Caller($"t-{Guid.NewGuid():N}");
        await using var client = await ConnectAsync(caller, version, "--url", host.Address.ToString(), "--tenant", caller.Tenant);
        Assert.Equal(version, client.Mcp.NegotiatedProtocolVersion);
        await client.DeployAsync("größe");
        Assert.Equal(["größe"], (await client.CallAsync("list_agents")).Texts("agents", "agent_id"));
        var read = await client.Mcp.ReadResourceAsync("registry://agents/gr%C3%B6%C3%9Fe/card", cancellationToken: Cancellation);
        Assert.Single(read.Contents);
        Assert.NotNull(await host.Agents.GetAsync(caller, "größe", cancellationToken: Cancellation));

        // Several at once, of which one is called off.
        using var calledOff = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var arguments = new Dictionary<string, object?> { ["agent_id"] = "größe", ["text"] = "Hello?", ["wait_seconds"] = 60 };
        var waiting = client.Mcp.CallToolAsync("send_message", arguments, cancellationToken: calledOff.Token);
        while ((await client.CallAsync("list_tasks")).Items("tasks").Length == 0)
        {
        }

        await calledOff.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        Assert.Equal("weather", (await client.DeployAsync("weather")).Text("agent_id"));
    }

    [Fact]
    public async Task It_serves_a_store_that_none_serves()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("mcp-");
        try
        {
            await using (var client = await ConnectAsync(Caller.Default, null, "--store", folder.FullName))
            {
                await client.DeployAsync("weather");
                var sent = await client.CallAsync("send_message", new { agent_id = "weather", text = "Rain?", wait = false });
                Assert.Equal("TASK_STATE_SUBMITTED", (await client.CallAsync("get_task", new { task_id = sent.Text("task_id") })).Text("state"));
            }

            Assert.True(File.Exists(Path.Combine(folder.FullName, "registry.db")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Only_messages_of_the_protocol_are_on_its_output_whatever_comes()
    {
        var (code, lines) = await RunAsync(
            ["mcp", "--url", host.Address.ToString()],
            """{"jsonrpc":"2.0","id":1,"method":"ping"}""",
            "",
            "x",
            "[]",
            """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"paint"}}""",
            """{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":5}}""",
            """{"jsonrpc":"2.0","method":"notifications/initialized"}""",
            """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}}""",
            "{\"jsonrpc\":\"2.0\",\"id\":4,\"method\":\"ping\"}\r");
        Assert.Equal(0, code);
        Assert.Equal(
            [(1, null), (2, -32602), (3, -32602), (4, null), (null, -32700), (null, -32600)],
            lines.Select(Outcome).OrderBy(outcome => outcome.Id ?? 99).ThenBy(outcome => outcome.Code));
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_is_an_error_of_each_request()
    {
        var (code, lines) = await RunAsync(
            ["mcp", "--url", "http://127.0.0.1:1"],
            """{"jsonrpc":"2.0","id":1,"method":"ping"}""",
            """{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        Assert.Equal(0, code);
        Assert.Equal((1, -32603), Outcome(Assert.Single(lines)));
        Assert.Contains("does not answer", lines[0], StringComparison.Ordinal);
    }

    private static async Task<TestClient> ConnectAsync(Caller caller, string? version, params string[] words)
    {
        var transport = new StdioClientTransport(new StdioClientTransportOptions
        {
            Command = "dotnet", Arguments = [NpmClients.Registry, "mcp", .. words], Name = "registry",
        });
        var options = new McpClientOptions { ProtocolVersion = version };
        return new TestClient(await McpClient.CreateAsync(transport, options, cancellationToken: Cancellation), caller);
    }

    /// <summary>Runs the command with these lines as its input.</summary>
    private static async Task<(int Code, string[] Lines)> RunAsync(string[] words, params string[] input)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [NpmClients.Registry, .. words])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        foreach (var line in input)
        {
            await process.StandardInput.WriteAsync(line + "\n");
        }

        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        await errors;
        return (process.ExitCode, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static (int? Id, int? Code) Outcome(string line)
    {
        using var message = JsonDocument.Parse(line);
        var id = message.RootElement.GetProperty("id");
        return (
            id.ValueKind == JsonValueKind.Number ? id.GetInt32() : null,
            message.RootElement.TryGetProperty("error", out var error) ? error.GetProperty("code").GetInt32() : null);
    }
}
