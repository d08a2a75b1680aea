using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Agents;
using OrleansRegistry.Hosting;
using OrleansRegistry.Storage;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Sqlite;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// Agents out of a store and into another, and the memory that takes, with few agents and with many. TRANSFER_AGENTS says how many those are.
/// </summary>
internal static class TransferRows
{
    private const int Few = 10_000;

    private static int Many { get; } =
        Environment.GetEnvironmentVariable("TRANSFER_AGENTS") is { } count ? int.Parse(count, CultureInfo.InvariantCulture) : 100_000;

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        using var folder = new SqliteRows.Folder();
        var path = Path.Combine(folder.Path, "export.jsonl");

        // What runs first pays for the compiler.
        for (var round = 0; round < 3; round++)
        {
            await MeasureAsync(SqliteIn(folder, $"warm{round}"), SqliteIn(folder, $"warm-copy{round}"), path, Few);
        }

        var few = await WeighAsync(folder, "few", path, Few);
        var heavy = await WeighAsync(folder, "heavy", path, Many);
        var many = await MeasureAsync(SqliteIn(folder, "many"), SqliteIn(folder, "many-copy"), path, Many);
        yield return Rate("SQLite: agents exported", many.Export, many.Bare, 50_000);
        yield return Rate("SQLite: agents imported", many.Import, many.Bare, 50_000);
        yield return Memory("SQLite: export", heavy.Export, few.Export);
        yield return Memory("SQLite: import", heavy.Import, few.Import);

        var binaries = PrivateServer.FindBinaries()
            ?? throw new InvalidOperationException("The group transfer needs PostgreSQL's programs initdb and postgres on this machine.");
        await using var server = await PrivateServer.StartAsync(binaries);
        await MeasureAsync(await PostgresIn(server, "warm"), await PostgresIn(server, "warmcopy"), path, Few);
        var database = await MeasureAsync(await PostgresIn(server, "source"), await PostgresIn(server, "target"), path, Many);
        yield return Rate("PostgreSQL: agents exported", database.Export, database.Bare, 20_000);
        yield return Rate("PostgreSQL: agents imported", database.Import, database.Bare, 20_000);
    }

    private static Row Rate(string what, double here, double bare, double reach) => new(
        $"{what}, {Many:N0} of 700-byte cards",
        Row.PerSecond(here),
        $"lines of the file read and their SHA-256 taken, nothing else: {Row.PerSecond(bare)}",
        here / bare,
        Row.PerSecond(reach),
        here >= reach);

    private static Row Memory(string what, double many, double few) => new(
        $"{what}: the most managed memory in use, {Many:N0} agents",
        $"{many:N0} MB",
        $"with {Few:N0}: {few:N0} MB",
        many / few,
        "30 MB more at most",
        many - few <= 30);

    private static async Task<Figures> MeasureAsync(IRecordStore source, IRecordStore target, string path, int count)
    {
        await using var from = source;
        await using var to = target;
        await from.OpenAsync(CancellationToken.None);
        await to.OpenAsync(CancellationToken.None);
        await FillAsync(from, count);
        var options = new RegistryOptions();
        double export;
        await using (var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous))
        {
            var started = Stopwatch.GetTimestamp();
            await RegistryStores.Transfer(from, options).ExportAsync(new ExportRequest(), file);
            export = count / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        var bareStarted = Stopwatch.GetTimestamp();
        await using (var file = File.OpenRead(path))
        {
            await System.Security.Cryptography.SHA256.HashDataAsync(file);
        }

        var bare = count / Stopwatch.GetElapsedTime(bareStarted).TotalSeconds;
        await using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous))
        {
            var started = Stopwatch.GetTimestamp();
            var report = await RegistryStores.Transfer(to, options).ImportAsync(file, new ImportRequest { Caller = Caller.Default });
            var import = count / Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (report.Created != count)
            {
                throw new InvalidOperationException($"{report} of {count}");
            }

            return new Figures(export, import, bare);
        }
    }

    /// <summary>The most megabytes that are in use at once. Looking takes time, so the rates are measured without.</summary>
    private static async Task<(double Export, double Import)> WeighAsync(SqliteRows.Folder folder, string name, string path, int count)
    {
        var options = new RegistryOptions();
        await using var source = SqliteIn(folder, name);
        await using var target = SqliteIn(folder, $"{name}-copy");
        await source.OpenAsync(CancellationToken.None);
        await target.OpenAsync(CancellationToken.None);
        await FillAsync(source, count);
        double export;
        await using (var file = File.Create(path))
        {
            using var peak = new Peak();
            await RegistryStores.Transfer(source, options).ExportAsync(new ExportRequest(), file);
            export = peak.Megabytes;
        }

        await using (var file = File.OpenRead(path))
        {
            using var peak = new Peak();
            await RegistryStores.Transfer(target, options).ImportAsync(file, new ImportRequest { Caller = Caller.Default });
            return (export, peak.Megabytes);
        }
    }

    /// <summary>Stores agents straight, without a registry.</summary>
    internal static async Task FillAsync(IRecordStore store, int count)
    {
        var now = DateTimeOffset.UnixEpoch;
        foreach (var chunk in Enumerable.Range(0, count).Chunk(1_000))
        {
            await store.ImportAsync(
                AgentKind.Kind,
                [.. chunk.Select(i => new RecordChange(new RecordKey("default", SampleCards.IdOf(i)), i + 1, AgentKind.Write(new AgentRecord
                {
                    Tenant = "default",
                    Id = SampleCards.IdOf(i),
                    Card = RawJson.FromValid(OneLine(SampleCards.Card(i))),
                    Enabled = true,
                    CreatedAt = now,
                    UpdatedAt = now,
                    Owner = "default",
                    ExtensionOrigins = [],
                    Workers = [],
                    Requests = [],
                })))],
                replace: false);
        }
    }

    private static byte[] OneLine(byte[] card)
    {
        card.AsSpan().Replace((byte)'\n', (byte)' ');
        return card;
    }

    private static SqliteStore SqliteIn(SqliteRows.Folder folder, string name) => new(
        new SqliteStoreOptions { Directory = Path.Combine(folder.Path, name) }, [AgentKind.Kind], NullLogger<SqliteStore>.Instance);

    private static async Task<PostgresStore> PostgresIn(PrivateServer server, string name)
    {
        var options = new PostgresStoreOptions { ConnectionString = await PostgresRows.CreateAsync(server, name) };
        return new PostgresStore(options, [AgentKind.Kind], NullLogger<PostgresStore>.Instance);
    }

    private sealed record Figures(double Export, double Import, double Bare);

    /// <summary>Looks at the memory in use again and again, without what is only waiting to be collected.</summary>
    private sealed class Peak : IDisposable
    {
        private readonly Timer timer;
        private long most;

        public Peak()
        {
            timer = new Timer(_ => Look(), null, 0, 20);
        }

        public double Megabytes => most / 1e6;

        public void Dispose() => timer.Dispose();

        private void Look() => most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true));
    }
}
