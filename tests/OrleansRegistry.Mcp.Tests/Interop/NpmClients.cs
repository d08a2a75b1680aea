using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using OrleansRegistry.Mcp.Tests.Interop;
using OrleansRegistry.Tests.Shared;

[assembly: AssemblyFixture(typeof(NpmClients))]

namespace OrleansRegistry.Mcp.Tests.Interop;

/// <summary>Clients of npm that nobody here wrote.</summary>
public sealed partial class NpmClients
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly NpmPackages packages = new(Source(), "MCP_CLIENTS_INSTALLER", "the tests with clients of MCP");

    /// <summary>Where the command <c>registry</c> is, for the programs that start it.</summary>
    internal static string Registry { get; } = Path.Combine(AppContext.BaseDirectory, "registry.dll");

    /// <summary>Runs a program of node to its end, and gives what it writes.</summary>
    /// <param name="take">Gets each line as it comes.</param>
    internal async Task<string> RunAsync(string tenant, Func<string, Task>? take, params string[] words)
    {
        await packages.SkipWhereMissingAsync();
        using var process = packages.Start("env", [$"MCP_TENANT={tenant}", "node", .. words]);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        var lines = new List<string>();
        try
        {
            while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                lines.Add(Colour().Replace(line, ""));
                if (take is not null)
                {
                    await take(lines[^1]);
                }
            }

            await process.WaitForExitAsync(limit.Token);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        return process.ExitCode == 0 || take is null
            ? string.Join('\n', lines)
            : throw new InvalidOperationException($"{string.Join(' ', words)} ended with {process.ExitCode}: {await errors}");
    }

    private static string Source([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "..", "clients");

    [GeneratedRegex("\x1b\\[[0-9;]*m", RegexOptions.None, 1000)]
    private static partial Regex Colour();
}
