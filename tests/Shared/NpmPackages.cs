using System.Diagnostics;
using System.Globalization;

namespace OrleansRegistry.Tests.Shared;

/// <summary>Programs of npm that tests run beside the registry: a folder with a <c>package.json</c> and its lock.</summary>
/// <param name="folder">With the package.</param>
/// <param name="installer">The variable with the process by which <c>.ci/run</c> installs it.</param>
/// <param name="what">What needs it, for whoever reads that it was skipped.</param>
internal sealed class NpmPackages(string folder, string installer, string what)
{
    private static readonly TimeSpan InstallTime = TimeSpan.FromMinutes(5);

    private readonly Lazy<Task<string?>> missing = new(() => InstallAsync(folder, installer, what));

    /// <summary>Installs what <c>.ci/run</c> has not, and skips the test where that cannot be.</summary>
    public async Task SkipWhereMissingAsync()
    {
        if (await missing.Value is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    /// <summary>Starts a program in the folder.</summary>
    public Process Start(string program, params IEnumerable<string> arguments) => Start(folder, program, arguments);

    /// <returns>Why it cannot be; null where it is.</returns>
    private static async Task<string?> InstallAsync(string folder, string installer, string what)
    {
        if (!Runs(folder, "node"))
        {
            return $"node is not on the PATH: {what} need it.";
        }

        // npm writes it last.
        var installed = Path.Combine(folder, "node_modules", ".package-lock.json");
        for (var watch = Stopwatch.StartNew(); !File.Exists(installed) && IsInstalling(installer) && watch.Elapsed < InstallTime;)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }

        if (File.Exists(installed))
        {
            return null;
        }

        if (!Runs(folder, "npm"))
        {
            return $"npm is not on the PATH: {what} need what it installs.";
        }

        using var npm = Start(folder, "npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        var output = npm.StandardOutput.ReadToEndAsync();
        var errors = npm.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(InstallTime);
        await npm.WaitForExitAsync(limit.Token);
        return npm.ExitCode == 0 ? null : $"npm ci failed in {folder}: {await errors}{await output}";
    }

    /// <summary>Whether <c>.ci/run</c> is about it.</summary>
    private static bool IsInstalling(string installer)
    {
        try
        {
            var process = Environment.GetEnvironmentVariable(installer);
            return int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && !Process.GetProcessById(id).HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool Runs(string folder, string program)
    {
        try
        {
            using var process = Start(folder, program, ["--version"]);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static Process Start(string folder, string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        return Process.Start(start)!;
    }
}
