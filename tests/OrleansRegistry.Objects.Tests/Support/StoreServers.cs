using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using OrleansRegistry.Objects.Tests.Support;
using OrleansRegistry.Tests.Shared;

[assembly: AssemblyFixture(typeof(StoreServers))]

namespace OrleansRegistry.Objects.Tests.Support;

/// <summary>
/// The servers of npm that tests run against, each started once, by the first test that needs it. They end with this process, by their standard input.
/// </summary>
public sealed class StoreServers : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();
    private readonly List<(Process Process, Task<string> Errors)> started = [];
    private readonly NpmPackages packages = new(Source(), "OBJECT_SERVERS_INSTALLER", "the tests against S3 and Azure servers");
    private readonly Lazy<Task<Uri>> s3;
    private readonly Lazy<Task<Uri>> azure;
    private readonly Lazy<Task<GcsServer>> gcs = new(GcsServer.StartAsync);

    public StoreServers()
    {
        // Its continuation tokens are made with DES.
        s3 = new(() => StartAsync("--openssl-legacy-provider", "s3.js", folder.Path));
        azure = new(() => StartAsync("azure.js"));
    }

    /// <summary>The S3 server; skips the test where it cannot run.</summary>
    public async Task<Uri> S3Async()
    {
        await packages.SkipWhereMissingAsync();
        await FailWhereEndedAsync();
        return await s3.Value;
    }

    /// <summary>Where the S3 server keeps what it has.</summary>
    internal TemporaryFolder S3Folder => folder;

    /// <summary>Azurite; skips the test where it cannot run.</summary>
    public async Task<Uri> AzureAsync()
    {
        await packages.SkipWhereMissingAsync();
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

    private async Task<Uri> StartAsync(params string[] arguments)
    {
        var process = packages.Start("node", arguments);
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
