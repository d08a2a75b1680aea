using System.Diagnostics;
using System.Globalization;
using OrleansRegistry.ClusterTests;
using OrleansRegistry.Server.Tests;
using OrleansRegistry.Storage.Tests.Postgres;

[assembly: AssemblyFixture(typeof(Cluster))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace OrleansRegistry.ClusterTests;

/// <summary>Three server processes on one database, started by the first test that wants them. A test that harms one starts it again.</summary>
public sealed class Cluster : IAsyncLifetime
{
    public const int Size = 3;

    private readonly ServerProcess?[] replicas = new ServerProcess?[Size];
    private TestDatabase? database;

    /// <summary>The test's seed: <c>CLUSTER_TEST_SEED</c>, else another one each time. Printed.</summary>
    public static Random NewRandom(ITestOutputHelper output)
    {
        var seed = Environment.GetEnvironmentVariable("CLUSTER_TEST_SEED") is { Length: > 0 } named ? int.Parse(named, CultureInfo.InvariantCulture) : Environment.TickCount;
        output.WriteLine($"CLUSTER_TEST_SEED={seed}");
        return new Random(seed);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Where the replicas answer; all of them run.</summary>
    internal async Task<Uri[]> AddressesAsync()
    {
        database ??= await TestDatabase.CreateAsync();
        await Task.WhenAll(Enumerable.Range(0, Size).Select(async i => replicas[i] ??= await ServerProcess.StartAsync(Settings($"replica-{i}"))));
        return [.. replicas.Select(replica => replica!.Http.BaseAddress!)];
    }

    /// <summary>A process more, which the test ends.</summary>
    internal async Task<ServerProcess> StartAsync(string role) => await ServerProcess.StartAsync(Settings(role, ("REGISTRY_ROLE", role)));

    internal ServerProcess Replica(int index) => replicas[index]!;

    /// <summary>Starts a replica in the place of one that ended.</summary>
    internal async Task<Uri> ReplaceAsync(int index)
    {
        if (replicas[index] is { } ended)
        {
            replicas[index] = null;
            await ended.DisposeAsync();
        }

        replicas[index] = await ServerProcess.StartAsync(Settings($"replica-{index}"));
        return replicas[index]!.Http.BaseAddress!;
    }

    internal async Task SignalAsync(int index, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{replicas[index]!.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in replicas.OfType<ServerProcess>())
        {
            await replica.DisposeAsync();
        }

        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }

    private Dictionary<string, string> Settings(string name, params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>
        {
            ["DATABASE_URL"] = database!.Settings.ConnectionString,
            ["REGISTRY_CLUSTERING"] = "postgres",
            ["ORLEANS_ADVERTISED_ADDRESS"] = "127.0.0.1",
            ["ORLEANS_SILO_NAME"] = name,
            ["REGISTRY_DRAIN_SECONDS"] = "1",
            ["REGISTRY_STRICT_CARDS"] = "false",
        };
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        return settings;
    }
}
