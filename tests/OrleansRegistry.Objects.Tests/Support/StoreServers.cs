using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using OrleansRegistry.Objects.Tests.Support;

[assembly: AssemblyFixture(typeof(StoreServers))]

namespace OrleansRegistry.Objects.Tests.Support;

/// <summary>
/// The servers of npm that tests run against, each started once, by the first test that needs it. They end with this process, by their standard input.
/// </summary>
public sealed class StoreServers : IAsyncDisposable
{
    private static readonly TimeSpan InstallTime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();
    private readonly List<(Process Process, Task<string> Errors)> started = [];
    private readonly Lazy<Task<string?>> missing;
    private readonly Lazy<Task<Uri>> s3;
    private readonly Lazy<Task<Uri>> azure;
    private readonly Lazy<Task<GcsServer>> gcs = new(GcsServer.StartAsync);

    public StoreServers()
    {
        missing = new(InstallAsync);
        // Its continuation tokens are made with DES.
        s3 = new(() => StartAsync("--openssl-legacy-provider", "s3.js", folder.Path));
        azure = new(() => StartAsync("azure.js"));
    }

    /// <summary>The S3 server; skips the test where it cannot run.</summary>
    public async Task<Uri> S3Async()
    {
        await SkipWhereMissingAsync();
        await FailWhereEndedAsync();
        return await s3.Value;
    }

    /// <summary>Where the S3 server keeps what it has.</summary>
    internal TemporaryFolder S3Folder => folder;

    /// <summary>Azurite; skips the test where it cannot run.</summary>
    public async Task<Uri> AzureAsync()
    {
        await SkipWhereMissingAsync();
        await FailWhereEndedAsync();
        return await azure.Value;
    }

    /// <summary>What stands in for Cloud Storage, of which there is no server program.</summary>
    internal Task<GcsServer> GcsAsync() => gcs.Value;

    public async ValueTask DisposeAsync()
    {
        if (gcs.IsValueCreated)
        {
            await (await gcs.Value).DisposeAsync();
        }

        foreach (var (process, _) in started)
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        folder.Dispose();
    }

    private static string Source([CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "..", "servers");

    private async Task SkipWhereMissingAsync()
    {
        if (await missing.Value is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    private async Task FailWhereEndedAsync()
    {
        (Process Process, Task<string> Errors)[] servers;
        lock (started)
        {
            servers = [.. started];
        }

        foreach (var (process, errors) in servers.Where(server => server.Process.HasExited))
        {
            Assert.Fail($"{string.Join(' ', process.StartInfo.ArgumentList)} ended with {process.ExitCode}: {await errors}");
        }
    }

    /// <summary>Installs what <c>.ci/run</c> has not.</summary>
    /// <returns>Why there are no servers; null where there are.</returns>
    private static async Task<string?> InstallAsync()
    {
        if (!Runs("node", "--version"))
        {
            return "node is not on the PATH: the tests against S3 and Azure servers need it.";
        }

        // npm writes it last.
        var installed = Path.Combine(Source(), "node_modules", ".package-lock.json");
        for (var watch = Stopwatch.StartNew(); !File.Exists(installed) && IsInstalling() && watch.Elapsed < InstallTime;)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }

        if (File.Exists(installed))
        {
            return null;
        }

        if (!Runs("npm", "--version"))
        {
            return "npm is not on the PATH: the tests against S3 and Azure servers need what it installs.";
        }

        using var npm = Start("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        var output = npm.StandardOutput.ReadToEndAsync();
        var errors = npm.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(InstallTime);
        await npm.WaitForExitAsync(limit.Token);
        return npm.ExitCode == 0 ? null : $"npm ci failed in {Source()}: {await errors}{await output}";
    }

    /// <summary>Whether <c>.ci/run</c> is about it.</summary>
    private static bool IsInstalling()
    {
        try
        {
            var installer = Environment.GetEnvironmentVariable("OBJECT_SERVERS_INSTALLER");
            return int.TryParse(installer, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && !Process.GetProcessById(id).HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool Runs(string program, string argument)
    {
        try
        {
            using var process = Start(program, argument);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Source(),
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
    })!;

    private async Task<Uri> StartAsync(params string[] arguments)
    {
        var process = Start("node", arguments);
        var errors = process.StandardError.ReadToEndAsync();
        lock (started)
        {
            started.Add((process, errors));
        }

        using var limit = new CancellationTokenSource(StartTime);
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            // The last number of a line that ends with one is the port.
            var digits = line[(line.LastIndexOf(':') + 1)..].Trim();
            if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0)
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return new Uri($"http://127.0.0.1:{port}");
            }
        }

        throw new InvalidOperationException($"{string.Join(' ', arguments)} ended: {await errors}");
    }
}
