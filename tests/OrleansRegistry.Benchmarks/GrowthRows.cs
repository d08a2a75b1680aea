using System.Diagnostics;
using System.Globalization;
using OrleansRegistry.Agents;
using OrleansRegistry.Hosting;
using OrleansRegistry.Storage;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// What a registry of many agents (<c>GROWTH_AGENTS</c>, 1,000,000) of 700-byte cards costs: the start of a process that finds them in its store, memory, and a
/// lookup.
/// </summary>
internal static class GrowthRows
{
    private const int Lookups = 1_000_000;

    private static int Count { get; } =
        Environment.GetEnvironmentVariable("GROWTH_AGENTS") is { } count ? int.Parse(count, CultureInfo.InvariantCulture) : 1_000_000;

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        using var folder = new SqliteRows.Folder();
        var sqlite = new RegistryOptions { StorageType = StorageType.Sqlite, DataDirectory = folder.Path };
        await FillAsync(sqlite);
        var read = await ReadAsync(sqlite);
        var before = Used();
        var started = Stopwatch.GetTimestamp();
        await using (var host = await RegistryHost.StartAsync(StorageType.Sqlite, folder: folder.Path))
        {
            yield return Cold("SQLite", Stopwatch.GetElapsedTime(started).TotalSeconds, read, 20);
            var each = (Used() - before) / (double)Count;
            yield return new Row(
                $"memory for each of {Count:N0} agents of 700-byte cards",
                $"{each:N0} bytes",
                "the card alone: 700 bytes",
                each / 700,
                "under 3,000 bytes",
                each < 3_000);
            yield return await LookupAsync(host);
        }

        var binaries = PrivateServer.FindBinaries()
            ?? throw new InvalidOperationException("The group growth needs PostgreSQL's programs initdb and postgres on this machine.");
        await using var server = await PrivateServer.StartAsync(binaries);
        var postgres = new PostgresStoreOptions { ConnectionString = await PostgresRows.CreateAsync(server, "growth") };
        var database = new RegistryOptions { StorageType = StorageType.Postgres, Postgres = postgres };
        await FillAsync(database);
        read = await ReadAsync(database);

        // A start is that of a new process, which has no garbage of rows before.
        _ = Used();
        started = Stopwatch.GetTimestamp();
        await using var other = await RegistryHost.StartAsync(StorageType.Postgres, postgres: postgres);
        yield return Cold("PostgreSQL", Stopwatch.GetElapsedTime(started).TotalSeconds, read, 25);
    }

    private static async Task<Row> LookupAsync(RegistryHost host)
    {
        var ids = Enumerable.Range(0, Count).Select(SampleCards.IdOf).ToArray();
        var known = ids.ToDictionary(id => id, StringComparer.Ordinal);
        var (here, bare) = await Measure.InTurn(
            () => Measure.Nanoseconds(Lookups, async i => await host.Agents.GetAsync(Caller.Default, ids[PlaceOf(i)])),
            () => Measure.Nanoseconds(Lookups, i =>
            {
                _ = known[ids[PlaceOf(i)]];
                return ValueTask.CompletedTask;
            }));
        return new Row(
            $"co-hosted lookup by id, {Count:N0} agents, in no order",
            $"{here:N0} ns",
            $"Dictionary: {bare:N0} ns",
            here / bare,
            "under 1 µs",
            here < 1_000);
    }

    private static async Task FillAsync(RegistryOptions options)
    {
        await using var store = RegistryStores.Create(options);
        await store.OpenAsync(CancellationToken.None);
        await TransferRows.FillAsync(store, Count);
    }

    /// <summary>How long it takes to read what a start reads, and no more.</summary>
    private static async Task<double> ReadAsync(RegistryOptions options)
    {
        await using var store = RegistryStores.Create(options);
        await store.OpenAsync(CancellationToken.None);
        var started = Stopwatch.GetTimestamp();
        await foreach (var record in (await store.ScanAsync(AgentKind.Kind)).Records)
        {
            _ = record.Version;
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>Places that follow one another in no order.</summary>
    private static int PlaceOf(int i) => (int)(i * 7_919L % Count);

    private static long Used()
    {
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static Row Cold(string store, double ready, double read, double reach) => new(
        $"{store}: cold start with {Count:N0} agents, to ready",
        $"{ready:0.0} s",
        $"reading the rows: {read:0.0} s",
        ready / read,
        $"under {reach:0} s",
        ready < reach);
}
