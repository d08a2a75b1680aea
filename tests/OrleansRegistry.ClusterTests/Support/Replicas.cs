using System.Diagnostics;
using OrleansRegistry.Server.Tests;

namespace OrleansRegistry.ClusterTests;

/// <summary>Server processes that are one cluster.</summary>
/// <param name="database">The connection string of each.</param>
/// <param name="clocks">Whether each gets a wall clock of its own, where the machine has what that takes.</param>
/// <param name="first">The server that those started first run, where that is another version.</param>
internal sealed class Replicas(int size, Func<int, string> database, bool clocks = false, string? first = null) : IAsyncDisposable
{
    private readonly WallClock[] wallClocks = [.. Enumerable.Range(0, clocks ? size : 0).Select(_ => new WallClock())];
    private readonly ServerProcess?[] processes = new ServerProcess?[size];
    private readonly List<ServerProcess>[] before = [.. Enumerable.Range(0, size).Select(_ => new List<ServerProcess>())];

    public int Count => size;

    /// <summary>Where each answers; changed in place when one is replaced.</summary>
    public Uri[] Addresses { get; } = new Uri[size];

    public ServerProcess this[int index] => processes[index]!;

    /// <summary>A replica that is started anew goes by the same clock.</summary>
    public WallClock ClockOf(int index) => wallClocks[index];

    /// <summary>Starts those that do not run: one that an earlier test made wait too long may have been given up since.</summary>
    public Task StartAsync() => Task.WhenAll(Enumerable.Range(0, size).Where(i => processes[i] is null or { HasEnded: true }).Select(ReplaceAsync));

    /// <summary>Starts one in the place of one that ended, or ends now.</summary>
    public async Task<Uri> ReplaceAsync(int index)
    {
        var program = first;
        if (processes[index] is { } ended)
        {
            before[index].Add(ended);
            (processes[index], program) = (null, null);
            await ended.DisposeAsync();
        }

        await StartAsync(index, program);
        return Addresses[index];
    }

    /// <summary>Starts one in the place of one that still runs.</summary>
    /// <returns>That one, which is to be stopped now.</returns>
    public async Task<ServerProcess> RelieveAsync(int index)
    {
        var relieved = this[index];
        await StartAsync(index, program: null);
        before[index].Add(relieved);
        return relieved;
    }

    /// <summary>Writes what they have printed, and those before them in their place, into a folder.</summary>
    public string KeepLogs()
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("registry-cluster-").FullName;
        for (var i = 0; i < size; i++)
        {
            File.WriteAllText(
                Path.Combine(folder, $"replica-{i}.log"),
                string.Concat(before[i].Append(processes[i]).Select(process => process?.Output)));
        }

        return folder;
    }

    public async Task SignalAsync(int index, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{this[index].Id}"]);
        await kill.WaitForExitAsync();
    }

    public static Dictionary<string, string> Settings(string database, string name) => new()
    {
        ["DATABASE_URL"] = database,
        ["REGISTRY_CLUSTERING"] = "postgres",
        ["ORLEANS_ADVERTISED_ADDRESS"] = "127.0.0.1",
        ["ORLEANS_SILO_NAME"] = name,
        ["REGISTRY_DRAIN_SECONDS"] = "1",
        ["REGISTRY_STRICT_CARDS"] = "false",
        ["PUSH_ALLOWED_NETWORKS"] = "127.0.0.0/8",

        // So that nobody tries again by itself within a test.
        ["PUSH_BACKOFF_SECONDS"] = "60",
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes.OfType<ServerProcess>())
        {
            await process.DisposeAsync();
        }

        Array.ForEach(wallClocks, clock => clock.Dispose());
    }

    private async Task StartAsync(int index, string? program)
    {
        var settings = Settings(database(index), $"replica-{index}");
        foreach (var (name, value) in clocks ? wallClocks[index].Settings : [])
        {
            settings[name] = value;
        }

        processes[index] = await ServerProcess.StartAsync(settings, program);
        Addresses[index] = processes[index]!.Http.BaseAddress!;
    }
}
