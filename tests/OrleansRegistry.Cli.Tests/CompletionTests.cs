using System.Diagnostics;

namespace OrleansRegistry.Cli.Tests;

/// <summary>Shells, with what the command prints for them.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly TempFolder folder = new();

    [Fact]
    public async Task Bash_completes_words()
    {
        const string Script = """
            source <(registry completion bash)
            ask() {
              COMP_LINE=$1 COMP_POINT=${#1}
              read -ra COMP_WORDS <<<"$1"
              _registry_complete
              echo "${COMPREPLY[*]}"
            }
            ask 'registry agents re'
            ask 'registry tasks list --state c'
            """;
        string[] expected = ["refresh register remove retire", "canceled completed"];
        Assert.Equal(expected, (await RunAsync("bash", "--norc", "-c", Script)).Select(Sorted));
    }

    [Fact]
    public async Task Fish_completes_words() => Assert.Equal(
        ["refresh", "register", "remove"],
        (await RunAsync("fish", "--no-config", "-c", "registry completion fish | source; complete -C 'registry agents re'")).Order());

    [Fact]
    public async Task Zsh_completes_words()
    {
        const string Script = """
            compdef() { :; }
            compadd() { shift; print -l -- "$@"; }
            eval "$(registry completion zsh)"
            words=(registry agents re) CURSOR=3
            _registry
            """;
        Assert.Equal(["refresh", "register", "remove"], (await RunAsync("zsh", "-f", "-c", Script)).Order());
    }

    public void Dispose() => folder.Dispose();

    private static string Sorted(string words) => string.Join(' ', words.Split(' ').Order());

    /// <summary>Runs a shell that has the command on its path.</summary>
    private async Task<string[]> RunAsync(string shell, params string[] words)
    {
        var program = folder.Write("registry", $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "registry.dll")}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var start = new ProcessStartInfo(shell, words)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["DOTNET_TieredPGO"] = "0";
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip($"There is no {shell} on this machine: its completion was not tested.");
            throw;
        }

        using (process)
        {
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TestCli.Patience);
            await process.WaitForExitAsync();
            Assert.True(output.Length > 0, await errors);
            return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }
}
