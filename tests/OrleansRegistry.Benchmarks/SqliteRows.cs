using System.Diagnostics;
using System.Globalization;
using OrleansRegistry.Hosting;
using OrleansRegistry.Storage;
using OrleansRegistry.Storage.Sqlite;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// What a large database costs: the memory and start of a process that serves a million tasks, pages of their lists, and the start with 100,000
/// agents.
/// </summary>
internal static class SqliteRows
{
    /// <summary>The argument before a folder: prints the memory of a process that serves it.</summary>
    public const string ResidentOf = "--resident-of";

    private const int Million = 1_000_000;
    private const int Agents = 100_000;

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        using var few = new Folder();
        using var many = new Folder();
        await using (var small = await RegistryHost.StartAsync(StorageType.Sqlite, folder: few.Path))
        {
            await TaskRows.FillAsync(small.Store, 1_000, 100);
        }

        await using (var large = await RegistryHost.StartAsync(StorageType.Sqlite, folder: many.Path))
        {
            await TaskRows.FillAsync(large.Store, Million, 62_500);
            yield return await TaskRows.PagesAsync(large.Tasks, "SQLite");
        }

        var here = await ResidentAsync(many.Path);
        var reference = await ResidentAsync(few.Path);
        yield return new Row(
            $"SQLite: memory of a process with {Million:N0} tasks, after a restart and 20 pages of them", $"{here.Megabytes:N0} "
                + "MB", $"with 1,000: {reference.Megabytes:N0} MB",
            here.Megabytes / reference.Megabytes, "50 MB more at most", here.Megabytes - reference.Megabytes <= 50);
        yield return new Row(
            $"SQLite: its start, the check of the whole file included ({new FileInfo(Path.Combine(many.Path, "registry.db")).Length / 1_000_000:N0} "
                + "MB)",
            $"{here.Seconds:0.00} s", $"with 1,000: {reference.Seconds:0.00} s", here.Seconds / reference.Seconds, "none set", true);
        yield return await ColdStart();
    }

    /// <summary>Serves a folder for a moment, and prints seconds of the start and resident megabytes.</summary>
    public static async Task PrintResidentAsync(string folder)
    {
        var started = Stopwatch.GetTimestamp();
        await using var host = await RegistryHost.StartAsync(StorageType.Sqlite, folder: folder);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        string? token = null;
        for (var page = 0; page < 20; page++)
        {
            token = (await host.Tasks.ListAsync(Caller.Default, new TaskQuery { PageToken = token })).NextPageToken ?? token;
        }

        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds} {Environment.WorkingSet / 1e6}"));
    }

    private static async Task<Row> ColdStart()
    {
        using var folder = new Folder();
        await using (var host = await RegistryHost.StartAsync(StorageType.Sqlite, folder: folder.Path))
        {
            await host.FillAsync(Agents);
        }

        var seconds = (await ResidentAsync(folder.Path)).Seconds;
        var started = Stopwatch.GetTimestamp();
        await using (var store = new SqliteStore(
            new SqliteStoreOptions { Directory = folder.Path, CheckAtStart = false }, [OrleansRegistry.Agents.AgentKind.Kind],
            Microsoft.Extensions.Logging.Abstractions.NullLogger<SqliteStore>.Instance))
        {
            await store.OpenAsync(CancellationToken.None);
            await foreach (var _ in (await store.ScanAsync(OrleansRegistry.Agents.AgentKind.Kind)).Records)
            {
            }
        }

        var scan = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new Row(
            $"SQLite: start of a process with {Agents:N0} agents, checked and in the directory", $"{seconds:0.00} s", $"reading the records alone: "
                + $"{scan:0.00} s", seconds / scan, "under 2 s", seconds < 2);
    }

    private static async Task<(double Seconds, double Megabytes)> ResidentAsync(string folder)
    {
        var program = Environment.ProcessPath!;
        string[] library = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        using var process = Process.Start(new ProcessStartInfo(program, [.. library, ResidentOf, folder])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            Environment = { ["DOTNET_gcServer"] = "0" },
        })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var figures = output.Trim().Split('\n')[^1].Split(' ');
        return (double.Parse(figures[0], CultureInfo.InvariantCulture), double.Parse(figures[1], CultureInfo.InvariantCulture));
    }

    internal sealed class Folder : IDisposable
    {
        public string Path { get; } = System.IO.Directory.CreateTempSubdirectory("registry-benchmark-").FullName;

        public void Dispose() => System.IO.Directory.Delete(Path, recursive: true);
    }
}
