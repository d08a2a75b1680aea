using System.Diagnostics;

namespace OrleansRegistry.Cli.Tests;

/// <summary>Lines of pages that are of other programs, as a shell runs them.</summary>
internal static class ShellProcess
{
    /// <summary>Runs a line in a folder; it must do what it is told.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(string line, string folder)
    {
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", line])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(TestCli.Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        Assert.True(process.ExitCode == 0, $"{line} ended with {process.ExitCode}: {await error}");
        return await output;
    }
}
