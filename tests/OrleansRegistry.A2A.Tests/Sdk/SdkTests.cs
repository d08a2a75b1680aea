using System.Runtime.CompilerServices;
using System.Text.Json;
using OrleansRegistry.A2A.Tests.Sdk;
using OrleansRegistry.Client;
using OrleansRegistry.Tests.Shared;

[assembly: AssemblyFixture(typeof(NpmClients))]

namespace OrleansRegistry.A2A.Tests.Sdk;

/// <summary>The client of the A2A group for JavaScript drives an echo agent through the registry.</summary>
public sealed class SdkTests(NpmClients clients, ITestOutputHelper output)
{
    private const string AgentId = "echo";

    private const string Card = """
        {"name": "echo", "description": "Says what it is told.", "version": "1.0.0", "capabilities": {"streaming": true, "pushNotifications": true},
         "defaultInputModes": ["text/plain"], "defaultOutputModes": ["text/plain"],
         "skills": [{"id": "echo", "name": "Echo", "description": "Gives back a text.", "tags": ["echo"]}]}
        """;

    /// <summary>Of the checks that not every client can do.</summary>
    private static readonly string[] Features = ["card", "list", "reply", "push"];

    private static readonly string[] Checks =
        ["connect", "send", "sendAndReturn", "sendTwice", "reply", "ask", "stream", "resubscribe", "list", "cancel", "errors", "push"];

    private static readonly string[] Optional = ["list", "reply", "push"];

    [Theory]
    [InlineData("JSONRPC", "1.0")]
    [InlineData("HTTP+JSON", "1.0")]
    [InlineData("GRPC", "1.0")]
    [InlineData("JSONRPC", "0.3")]
    public async Task A_client_that_nobody_here_wrote_is_served(string binding, string version)
    {
        // The client's 0.3 has no tasks/list, and by the card it would speak 1.0.
        string[] features = version == "0.3" ? [.. Features.Except(["card", "list"])] : Features;
        await RunAsync("sdk.mjs", [binding, version, .. features], Checks.Where(check => !Optional.Contains(check) || features.Contains(check)));
    }

    [Fact]
    public Task A_client_of_the_time_of_0_3_is_served() => RunAsync("sdk03.mjs", [], ["connect", "send", "stream", "push"]);

    /// <param name="checks">What the program is to have done.</param>
    private async Task RunAsync(string program, string[] arguments, IEnumerable<string> checks)
    {
        await using var host = await A2AHost.StartAsync(
            registry: options => options.Push = options.Push with { AllowedNetworks = ["127.0.0.0/8"] });
        host.NameGrpc();
        using var stop = new CancellationTokenSource();
        var worker = new AgentWorker(host.Tasks, host.Agents, AgentId, new AgentWorkerOptions { Card = Card, MaxConcurrency = 8 });
        var working = worker.RunAsync(EchoAsync, stop.Token);
        var done = new List<string>();
        var failed = new List<string>();
        var address = host.Client.BaseAddress!.AbsoluteUri.TrimEnd('/');
        await foreach (var line in clients.RunAsync([program, address, AgentId, .. arguments]))
        {
            using var check = JsonDocument.Parse(line);
            var name = check.RootElement.GetProperty("check").GetString()!;
            output.WriteLine(line);
            done.Add(name);
            if (!check.RootElement.GetProperty("ok").GetBoolean())
            {
                failed.Add($"{name}: {check.RootElement.GetProperty("error")}");
            }
        }

        Assert.True(failed.Count == 0, string.Join('\n', failed));
        Assert.Equal(checks, done);
        await stop.CancelAsync();
        await working;
    }

    /// <summary>As samples/echo, and with a reply.</summary>
    private static async Task EchoAsync(TaskRecord task, WorkerContext context)
    {
        if (context.Text.Contains("ask", StringComparison.Ordinal))
        {
            await context.AskAsync("What shall I say?");
            return;
        }

        if (context.Text == "reply")
        {
            await context.ReplyAsync("hello yourself");
            return;
        }

        var words = context.Text.Contains("slow", StringComparison.Ordinal) ? context.Text.Split(' ') : [context.Text];
        for (var i = 0; i < words.Length; i++)
        {
            await context.ReportAsync($"{i + 1} of {words.Length}");
            await context.AddArtifactAsync("echo", words[i], append: i > 0, last: i == words.Length - 1);
            await Task.Delay(words.Length > 1 ? 100 : 0, context.CancellationToken);
        }
    }
}

/// <summary>Clients of npm that nobody here wrote.</summary>
public sealed class NpmClients
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly NpmPackages packages = new(Source(), "A2A_CLIENTS_INSTALLER", "the tests with clients of A2A");

    /// <summary>Runs a program of node, and gives each line that it writes.</summary>
    internal async IAsyncEnumerable<string> RunAsync(params string[] words)
    {
        await packages.SkipWhereMissingAsync();
        using var process = packages.Start("node", words);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                yield return line;
            }

            await process.WaitForExitAsync(limit.Token);
            Assert.True(process.ExitCode == 0, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static string Source([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "..", "clients");
}
