using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace OrleansRegistry.Server.Tests;

/// <summary>The server as its users run it: a process of its own, on a free port.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly TaskCompletionSource<Uri> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(IReadOnlyDictionary<string, string> environment, string? program, params string[] words)
    {
        var start = new ProcessStartInfo("dotnet", [program ?? Path.Combine(AppContext.BaseDirectory, "OrleansRegistry.Server.dll"), .. words])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["DOTNET_gcServer"] = "0";

        // It lives for seconds: what the compiler would learn of it does not pay.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => Take(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public HttpClient Http { get; private set; } = new();

    /// <summary>The id of its process.</summary>
    public int Id => process.Id;

    public bool HasEnded => process.HasExited;

    public string Output
    {
        get
        {
            lock (output)
            {
                return output.ToString();
            }
        }
    }

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="program">Its OrleansRegistry.Server.dll, where that is not the one that the tests are built with.</param>
    public static async Task<ServerProcess> StartAsync(IReadOnlyDictionary<string, string> environment, string? program = null)
    {
        var server = new ServerProcess(environment, program);
        var ended = server.process.WaitForExitAsync();
        if (await Task.WhenAny(server.listening.Task, ended).WaitAsync(Patience) == ended)
        {
            throw new InvalidOperationException($"The server ended with {server.process.ExitCode}: {server.Output}");
        }

        server.Http = new HttpClient { BaseAddress = await server.listening.Task };
        return server;
    }

    /// <summary>Starts it where it is expected not to come up.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] words)
    {
        await using var server = new ServerProcess(environment, program: null, words);
        await server.process.WaitForExitAsync().WaitAsync(Patience);
        server.process.WaitForExit();
        return (server.process.ExitCode, server.Output);
    }

    /// <summary>SIGKILL: nothing is told, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync().WaitAsync(Patience);
    }

    /// <summary>SIGTERM, and waits for the end.</summary>
    public async Task<int> StopAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        await process.WaitForExitAsync().WaitAsync(Patience);
        return process.ExitCode;
    }

    /// <summary>Waits for it to end by itself.</summary>
    public Task EndedAsync() => process.WaitForExitAsync().WaitAsync(Patience);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    private void Take(string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }

        if (line is not null && Listening().Match(line) is { Success: true } match)
        {
            listening.TrySetResult(new Uri(match.Groups["url"].Value));
        }
    }

    [GeneratedRegex(@"Now listening on: (?<url>https?://\S+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Listening();
}
