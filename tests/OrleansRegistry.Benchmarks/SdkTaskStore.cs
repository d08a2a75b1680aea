using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace OrleansRegistry.Benchmarks;

/// <summary>The A2A JavaScript SDK's DatabaseTaskStore on a PostgreSQL database, in a node process.</summary>
internal sealed class SdkTaskStore : IAsyncDisposable
{
    private readonly Process node;
    private readonly string folder;

    private SdkTaskStore(Process node, string folder) => (this.node, this.folder) = (node, folder);

    /// <exception cref="InvalidOperationException">The machine has no node and npm, or they failed.</exception>
    public static async Task<SdkTaskStore> StartAsync(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var url = $"postgresql://{settings.Username}:{Uri.EscapeDataString(settings.Password!)}@{settings.Host}:{settings.Port}/{settings.Database}";
        var folder = System.IO.Directory.CreateTempSubdirectory("registry-benchmark-sdk-").FullName;
        foreach (var file in System.IO.Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "sdk")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        await RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel", "error"], folder, url);
        await RunAsync("node", ["node_modules/.bin/a2a-db", "upgrade", "--store", "tasks"], folder, url);
        return new SdkTaskStore(Start("node", ["save-tasks.js"], folder, url), folder);
    }

    /// <summary>New tasks a second, over <see cref="Measure.Turn"/>.</summary>
    public async Task<double> Rate()
    {
        await node.StandardInput.WriteLineAsync(Measure.Turn.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
        await node.StandardInput.FlushAsync();
        var line = await node.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException($"save-tasks.js ended: {await node.StandardError.ReadToEndAsync()}");
        return double.Parse(line, CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        node.StandardInput.Close();
        await node.WaitForExitAsync();
        node.Dispose();
        System.IO.Directory.Delete(folder, recursive: true);
    }

    private static async Task RunAsync(string program, string[] words, string folder, string url)
    {
        using var process = Start(program, words, folder, url);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', words)} ended with {process.ExitCode}: {await output} {errors}");
        }
    }

    private static Process Start(string program, string[] words, string folder, string url) => Process.Start(new ProcessStartInfo(program, words)
    {
        WorkingDirectory = folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
        Environment = { ["DATABASE_URL"] = url },
    })!;
}
