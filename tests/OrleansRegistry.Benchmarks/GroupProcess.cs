using System.Diagnostics;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// A group of rows in a process of its own, so that what one group leaves behind (compiled code, threads, heap) is not measured with the next.
/// </summary>
internal static class GroupProcess
{
    /// <summary>The argument before the group's name.</summary>
    public const string RowsOnly = "--rows-only";

    /// <summary>The exit code where a row did not reach what it should.</summary>
    public const int Missed = 1;

    /// <returns>Whether all of its rows reached what they should.</returns>
    /// <exception cref="InvalidOperationException">It ended without having measured them.</exception>
    public static async Task<bool> RunAsync(string group)
    {
        var program = Environment.ProcessPath!;
        string[] library = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        using var process = Process.Start(new ProcessStartInfo(program, [.. library, RowsOnly, group]))!;
        EventHandler end = (_, _) => process.Kill(entireProcessTree: true);
        AppDomain.CurrentDomain.ProcessExit += end;
        try
        {
            await process.WaitForExitAsync();
        }
        finally
        {
            AppDomain.CurrentDomain.ProcessExit -= end;
        }

        return process.ExitCode switch
        {
            0 => true,
            Missed => false,
            var code => throw new InvalidOperationException($"The group '{group}' ended with {code}."),
        };
    }
}
