using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace OrleansRegistry.Client.Tests;

/// <summary>The sample agents, as their readers start them.</summary>
public sealed class SampleTests
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    public static TheoryData<string, string> Agents { get; } = new()
    {
        { "echo", "dotnet" },
        { "echo-py", "python3" },
        { "echo-js", "node" },
    };

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task An_echo_echoes_asks_and_takes_its_time(string agentId, string program)
    {
        SkipWhereMissing(program);
        await using var registry = await ClientHost.StartAsync();
        using var agent = Start(agentId, program, registry.Address);
        var errors = agent.StandardError.ReadToEndAsync();
        var output = agent.StandardOutput.ReadToEndAsync();
        try
        {
            var echoed = await AskAsync(registry, agentId, "Grüße");
            await SeeAsync(registry, echoed.Id, TaskState.Completed);
            Assert.Equal(["Grüße"], await TextsAsync(registry, echoed.Id));

            var asked = await AskAsync(registry, agentId, "ask me");
            await SeeAsync(registry, asked.Id, TaskState.InputRequired);
            await registry.LocalTasks.SubmitAsync(Caller.Default, new(TextMessage.User("this")) { TaskId = asked.Id });
            await SeeAsync(registry, asked.Id, TaskState.Completed);
            Assert.Equal(["this"], await TextsAsync(registry, asked.Id));

            var slow = await AskAsync(registry, agentId, "one slow word");
            var chunks = await SeeAsync(registry, slow.Id, TaskState.Completed);
            Assert.Equal(3, chunks);
            Assert.Equal(["one", "slow", "word"], await TextsAsync(registry, slow.Id));

            var ended = await AskAsync(registry, agentId, string.Join(' ', Enumerable.Repeat("slow", 200)));
            await SeeAsync(registry, ended.Id, TaskState.Working);
            await registry.LocalTasks.CancelAsync(Caller.Default, ended.Id);
            await SeeAsync(registry, (await AskAsync(registry, agentId, "next")).Id, TaskState.Completed);
        }
        catch (Exception fault)
        {
            agent.Kill();
            throw new InvalidOperationException($"{await output}{await errors}", fault);
        }
        finally
        {
            agent.Kill();
        }
    }

    [Fact]
    public async Task The_echo_ends_when_it_is_asked_to()
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            Assert.Skip("Signals are sent by kill.");
        }

        await using var registry = await ClientHost.StartAsync();
        using var agent = Start("echo", "dotnet", registry.Address);
        var output = agent.StandardOutput.ReadToEndAsync();
        await SeeAsync(registry, (await AskAsync(registry, "echo", "hello")).Id, TaskState.Completed);
        using (var kill = Process.Start("kill", ["-TERM", $"{agent.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        using var limit = new CancellationTokenSource(StartTime);
        await agent.WaitForExitAsync(limit.Token);
        Assert.True(agent.ExitCode == 0, await output);
    }

    private static string Samples([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "samples"));

    private static Process Start(string agentId, string program, Uri registry)
    {
        var script = agentId switch
        {
            "echo" => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "echo", "release", "echo.dll")),
            "echo-py" => Path.Combine(Samples(), "python", "echo.py"),
            _ => Path.Combine(Samples(), "javascript", "echo.mjs"),
        };
        return Process.Start(new ProcessStartInfo(program, [script, registry.AbsoluteUri])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
    }

    private static void SkipWhereMissing(string program)
    {
        try
        {
            var start = new ProcessStartInfo(program, ["--version"]) { RedirectStandardOutput = true, UseShellExecute = false };
            using var process = Process.Start(start)!;
            process.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"{program} is not on the PATH: its sample was not run.");
        }
    }

    private static async Task<TaskRecord> AskAsync(ClientHost registry, string agentId, string text) => (await registry.LocalTasks.SubmitAsync(
        Caller.Default, new(TextMessage.User(text)) { AgentId = agentId })).Task;

    private static async Task<string[]> TextsAsync(ClientHost registry, string id) =>
        [.. (await registry.LocalTasks.GetAsync(Caller.Default, id))!.Artifacts.SelectMany(artifact => artifact.Parts())];

    /// <summary>Waits for a state.</summary>
    /// <returns>How many chunks of artifacts came before.</returns>
    private static async Task<int> SeeAsync(ClientHost registry, string id, TaskState state)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ClientHost.Cancellation);
        limit.CancelAfter(StartTime);
        var chunks = 0;
        await foreach (var happened in registry.LocalTasks.WatchAsync(Caller.Default, id, cancellationToken: limit.Token))
        {
            // Whoever comes late has the first chunks in the task as it is.
            chunks += (happened.Artifacts?.Count ?? 0) + (happened.Snapshot?.Artifacts.Sum(artifact => artifact.Parts().Count()) ?? 0);
            if ((happened.Snapshot?.Status ?? happened.Status)?.State == state)
            {
                return chunks;
            }
        }

        throw new InvalidOperationException($"The task is over, and was never {state}.");
    }
}

internal static class ArtifactParts
{
    public static IEnumerable<string> Parts(this RawJson artifact) => System.Text.Json.JsonDocument.Parse(artifact.Utf8).RootElement
        .GetProperty("parts").EnumerateArray().Select(part => part.GetProperty("text").GetString()!);
}
