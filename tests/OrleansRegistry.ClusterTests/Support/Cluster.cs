using System.Globalization;
using OrleansRegistry.ClusterTests;
using OrleansRegistry.Server.Tests;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;

[assembly: AssemblyFixture(typeof(Cluster))]
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace OrleansRegistry.ClusterTests;

/// <summary>Three server processes on one database, started by the first test that wants them. A test that harms one starts it again.</summary>
public sealed class Cluster : IAsyncLifetime
{
    public const int Size = 3;

    /// <summary>Those that run now; null before the first test that wants them.</summary>
    internal static Replicas? Running { get; private set; }

    private Replicas? replicas;
    private TestDatabase? database;

    /// <summary>The test's seed: <c>CLUSTER_TEST_SEED</c>, else another one each time. Printed.</summary>
    public static Random NewRandom(ITestOutputHelper output)
    {
        var seed = Environment.GetEnvironmentVariable("CLUSTER_TEST_SEED") is { Length: > 0 } named
            ? int.Parse(named, CultureInfo.InvariantCulture)
            : Environment.TickCount;
        output.WriteLine($"CLUSTER_TEST_SEED={seed}");
        return new Random(seed);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Where the replicas answer; all of them run.</summary>
    internal async Task<Uri[]> AddressesAsync() => [.. (await ReplicasAsync()).Addresses];

    /// <summary>
    /// All of them run. Those that are started first run the server that <c>CLUSTER_OLD_SERVER</c> names, where it does: see tests/upgrade.
    /// </summary>
    internal async Task<Replicas> ReplicasAsync()
    {
        database ??= await TestDatabase.CreateAsync();
        replicas ??= new Replicas(Size, _ => database.Settings.ConnectionString, first: Environment.GetEnvironmentVariable("CLUSTER_OLD_SERVER"));
        Running = replicas;
        await replicas.StartAsync();
        return replicas;
    }

    /// <summary>A process more, which the test ends.</summary>
    internal async Task<ServerProcess> StartAsync(string role)
    {
        var settings = Replicas.Settings(database!.Settings.ConnectionString, role);
        settings["REGISTRY_ROLE"] = role;
        return await ServerProcess.StartAsync(settings);
    }

    internal ServerProcess Replica(int index) => replicas![index];

    /// <inheritdoc cref="Replicas.ReplaceAsync"/>
    internal Task<Uri> ReplaceAsync(int index) => replicas!.ReplaceAsync(index);

    internal Task SignalAsync(int index, string signal) => replicas!.SignalAsync(index, signal);

    /// <summary>Waits until the others have declared it dead.</summary>
    internal Task GivenUpAsync(int index) => Eventually.TrueAsync(
        () => database!.QueryAsync<bool>(
            $"SELECT status = 6 FROM orleansmembershiptable WHERE siloname = 'replica-{index}' ORDER BY starttime DESC LIMIT 1"),
        $"replica {index} to be given up");

    /// <inheritdoc cref="Replicas.KeepLogs"/>
    internal string KeepLogs() => replicas!.KeepLogs();

    public async ValueTask DisposeAsync()
    {
        if (replicas is not null)
        {
            await replicas.DisposeAsync();
        }

        if (database is not null)
        {
            await database.DisposeAsync();
        }
    }
}
