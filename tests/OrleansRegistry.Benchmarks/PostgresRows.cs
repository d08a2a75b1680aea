using System.Diagnostics;
using Npgsql;
using OrleansRegistry.Hosting;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Benchmarks;

/// <summary>The registry on PostgreSQL, a private server of this run, beside the least that could do the same.</summary>
internal static class PostgresRows
{
    private const int Callers = 256;
    private const int Agents = 4096;

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        var binaries = PrivateServer.FindBinaries()
            ?? throw new InvalidOperationException("The group postgres needs PostgreSQL's programs initdb and postgres on this machine.");
        await using var server = await PrivateServer.StartAsync(binaries);
        await using var bare = await BareUpsert.OpenAsync(await CreateAsync(server, "bare"));
        var database = await CreateAsync(server, "registry");
        await using (var host = await StartAsync(database))
        {
            yield return await Updates(host, bare);
            if (await StockProvider.OpenAsync(await CreateAsync(server, "stock"), Agents) is { } stock)
            {
                yield return await AgainstStock(host, stock);
            }

            yield return await WholeRegistry(host, bare);
            yield return await FirstRegistrations(host, bare);
        }

        yield return await Batches(server, bare);
        var filled = await CreateAsync(server, "filled");
        yield return await ColdStart(filled);
        yield return await SeenElsewhere(filled);
    }

    private static async Task<Row> Updates(RegistryHost host, BareUpsert bare)
    {
        foreach (var chunk in Enumerable.Range(0, Agents).Chunk(Callers))
        {
            await Task.WhenAll(chunk.Select(i => host.Agents.RegisterAsync(Caller.Default, SampleCards.Registration(i))));
        }

        var puts = new AgentPuts(host, Agents);
        var bodies = Enumerable.Range(0, Agents).Select(i => SampleCards.Card(i, 1)).ToArray();
        var (here, reference) = await Measure.InTurn(
            () => Measure.Rate(Callers, (caller, count) => puts.Put(AgentOf(caller, count))),
            () => Measure.Rate(Callers, (caller, count) => bare.PutAsync(SampleCards.IdOf(AgentOf(caller, count)), bodies[AgentOf(caller, count)])));
        return new Row(
            "PostgreSQL: durable updates of resident agents, 256 callers through grains", Row.PerSecond(
                here), $"bare batched upsert into the same table: {Row.PerSecond(reference)}",
            here / reference, "0.5", here / reference >= 0.5);
    }

    private static async Task<Row> AgainstStock(RegistryHost host, StockProvider stock)
    {
        var puts = new AgentPuts(host, Agents);
        var bodies = Enumerable.Range(0, Agents).Select(i => SampleCards.Card(i, 2)).ToArray();
        var (here, reference) = await Measure.InTurn(
            () => Measure.Rate(Callers, (caller, count) => puts.Put(AgentOf(caller, count))),
            () => Measure.Rate(Callers, (caller, count) => stock.PutAsync(AgentOf(caller, count), bodies[AgentOf(caller, count)])));
        return new Row(
            "PostgreSQL: the same beside Orleans's stock ADO.NET provider", Row.PerSecond(
                here), $"stock provider, called directly: {Row.PerSecond(reference)}",
            here / reference, "4", here / reference >= 4);
    }

    private static async Task<Row> WholeRegistry(RegistryHost host, BareUpsert bare)
    {
        var bodies = Enumerable.Range(0, Agents).Select(i => SampleCards.Card(i, 1)).ToArray();
        var (here, reference) = await Measure.InTurn(
            () => Measure.Rate(
                Callers,
                (caller, count) => host.Agents.RegisterAsync(Caller.Default, SampleCards.Registration(AgentOf(caller, count), count))),
            () => Measure.Rate(Callers, (caller, count) => bare.PutAsync(SampleCards.IdOf(AgentOf(caller, count)), bodies[AgentOf(caller, count)])));
        return new Row(
            "PostgreSQL: the same through the whole registry: card checked, then seen in the directory", Row.PerSecond(here),
            $"bare batched upsert into the same table: {Row.PerSecond(reference)}", here / reference, "none set", true);
    }

    private static async Task<Row> FirstRegistrations(RegistryHost host, BareUpsert bare)
    {
        var next = 10_000_000;
        var (here, reference) = await Measure.InTurn(
            () => Measure.Rate(
                Callers,
                (_, _) => host.Agents.RegisterAsync(Caller.Default, SampleCards.Registration(Interlocked.Increment(ref next)))),
            () => Measure.Rate(Callers, (_, _) => PutNew(bare, Interlocked.Increment(ref next))));
        return new Row(
            "PostgreSQL: first registrations, 256 callers", Row.PerSecond(
                here), $"bare batched upsert into the same table: {Row.PerSecond(reference)}",
            here / reference, "8,000 /s", here >= 8_000);
    }

    private static async Task<Row> Batches(PrivateServer server, BareUpsert bare)
    {
        const int Size = 1000;
        var next = 20_000;
        Task<double> Rate(RegistryHost host) => Measure.Rate(4, async (_, _) =>
        {
            var first = Interlocked.Increment(ref next) * Size;
            await host.Agents.RegisterManyAsync(Caller.Default, [.. Enumerable.Range(first, Size).Select(i => SampleCards.Registration(i))]);
        });
        Task<double> Reference() => Measure.Rate(4, (_, _) =>
        {
            var first = Interlocked.Increment(ref next) * Size;
            return Task.WhenAll(Enumerable.Range(first, Size).Select(i => PutNew(bare, i)));
        });

        await using (var other = await StartAsync(await CreateAsync(server, "warm")))
        {
            await Measure.WarmUp(() => Rate(other), Reference);
        }

        await using var host = await StartAsync(await CreateAsync(server, "batches"));
        var (here, reference) = await Measure.InTurnWarm(() => Rate(host), Reference);
        return new Row(
            "PostgreSQL: batches of 1,000 new agents", $"{here * Size:N0} agents/s", $"bare batched upsert into the same table: "
                + $"{reference * Size:N0} agents/s",
            here / reference, "15,000 agents/s", here * Size >= 15_000);
    }

    /// <summary>
    /// From the moment that a write begins here to the moment that another registry on the database has it; both hold 100,000 agents.
    /// </summary>
    private static async Task<Row> SeenElsewhere(string database)
    {
        // Enough for some seconds, so that one that stalls the disk does not make the 99th percentile.
        const int Samples = 3_000;
        await using var host = await StartAsync(database);
        await using var other = await StartAsync(database);
        var delays = new double[Samples];
        for (var i = 0; i < Samples; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var written = await host.Agents.RegisterAsync(Caller.Default, SampleCards.Registration(i, i));
            await other.Agents.WaitForRevisionAsync(written.Agent.Revision);
            delays[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        Array.Sort(delays);
        var (median, p99) = (delays[Samples / 2], delays[Samples * 99 / 100]);
        return new Row(
            "PostgreSQL: a change seen by another registry, p99, with the write itself", $"{p99:0.0} ms", $"median: {median:0.0} ms", p99
                / median, "under 25 ms", p99 < 25);
    }

    private static async Task<Row> ColdStart(string database)
    {
        await using (var filling = await StartAsync(database))
        {
            await filling.FillAsync(100_000);
        }

        // A start is that of a new process, which has no garbage of rows before.
        GC.Collect();
        var started = Stopwatch.GetTimestamp();
        await using var host = await StartAsync(database);
        var ready = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var total = (await host.Agents.GetStatsAsync(Caller.Default)).Total;
        await using var source = NpgsqlDataSource.Create(database);
        started = Stopwatch.GetTimestamp();
        await using var command = source.CreateCommand("SELECT tenant, id, document FROM agents");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            _ = reader.GetFieldValue<byte[]>(2);
        }

        var select = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new Row(
            "PostgreSQL: cold start with 100,000 agents, to ready", $"{ready:0.00} s", $"reading the rows: {select:0.00} s", ready
                / select, "under 3 s", ready < 3 && total == 100_000);
    }

    private static Task PutNew(BareUpsert bare, int i) => bare.PutAsync(SampleCards.IdOf(i), SampleCards.Card(i));

    private static int AgentOf(int caller, int count) => (caller * (Agents / Callers)) + (count % (Agents / Callers));

    internal static Task<RegistryHost> StartAsync(string database) =>
        RegistryHost.StartAsync(StorageType.Postgres, postgres: new PostgresStoreOptions { ConnectionString = database });

    internal static async Task<string> CreateAsync(PrivateServer server, string name)
    {
        var settings = PostgresConnectionString.Parse(server.Url);
        await using (var source = NpgsqlDataSource.Create(settings))
        {
            await using var create = source.CreateCommand($"CREATE DATABASE {name}");
            await create.ExecuteNonQueryAsync();
        }

        settings.Database = name;
        return settings.ConnectionString;
    }
}
