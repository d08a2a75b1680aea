using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Hosting;
using OrleansRegistry.Model;
using OrleansRegistry.Storage;
using OrleansRegistry.Storage.Files;

namespace OrleansRegistry.Benchmarks;

/// <summary>Durable writes on the file store through the whole registry, beside the same log written without it.</summary>
internal static class WriteRows
{
    private const int Callers = 256;
    private const int Agents = 4096;

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        await using var host = await RegistryHost.StartAsync(StorageType.File);
        await using var log = await BareLog.OpenAsync();
        yield return await Grains(host, log);
        yield return await Updates(host.Agents, log);
        yield return await FirstRegistrations(host.Agents, log);
    }

    private static async Task<Row> Grains(RegistryHost host, BareLog log)
    {
        foreach (var chunk in Enumerable.Range(0, Agents).Chunk(256))
        {
            await Task.WhenAll(chunk.Select(i => host.Agents.RegisterAsync(Caller.Default, SampleCards.Registration(i))));
        }

        var puts = new AgentPuts(host, Agents);
        var (here, reference) = await Measure.InTurn(
            () => Measure.Rate(Callers, (caller, count) => puts.Put(AgentOf(caller, count))),
            () => Measure.Rate(Callers, (caller, count) => log.WriteAsync(AgentOf(caller, count))));
        return new Row(
            "durable updates of resident agents, file store, 256 callers through grains", Row.PerSecond(here), $"the log alone: {Row.PerSecond(reference)}",
            here / reference, "30,000 /s and 0.4", here >= 30_000 && here / reference >= 0.4);
    }

    private static async Task<Row> Updates(IAgentRegistry agents, BareLog log)
    {
        var (here, reference) = await Measure.InTurn(
            () => Measure.Rate(Callers, (caller, count) => agents.RegisterAsync(Caller.Default, SampleCards.Registration(AgentOf(caller, count), count))),
            () => Measure.Rate(Callers, (caller, count) => log.WriteAsync(AgentOf(caller, count))));
        return new Row(
            "the same through the whole registry: card checked, then seen in the directory", Row.PerSecond(here), $"the log alone: {Row.PerSecond(reference)}",
            here / reference, "none set", true);
    }

    private static async Task<Row> FirstRegistrations(IAgentRegistry agents, BareLog log)
    {
        var next = 10_000_000;
        var (here, reference) = await Measure.InTurn(
            () => Measure.Rate(Callers, (_, _) => agents.RegisterAsync(Caller.Default, SampleCards.Registration(Interlocked.Increment(ref next)))),
            () => Measure.Rate(Callers, (_, _) => log.CreateAsync(Interlocked.Increment(ref next))));
        return new Row(
            "durable first registrations, file store, 256 callers through grains", Row.PerSecond(here), $"the log alone: {Row.PerSecond(reference)}",
            here / reference, "8,000 /s", here >= 8_000);
    }

    // Each caller has agents of its own, as two writers of one agent wait for each other by design.
    private static int AgentOf(int caller, int count) => (caller * (Agents / Callers)) + (count % (Agents / Callers));

    private sealed class BareLog(FileStore store, string folder) : IAsyncDisposable
    {
        private static readonly RawJson Fields = RawJson.FromValid("""{"enabled":true,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}"""u8);

        private readonly long[] versions = new long[Agents];
        private readonly RecordBody[] bodies = [.. Enumerable.Range(0, Agents).Select(i => new RecordBody(RawJson.FromValid(SampleCards.Card(i)), Fields))];

        public static async Task<BareLog> OpenAsync()
        {
            var folder = System.IO.Directory.CreateTempSubdirectory("registry-benchmark-").FullName;
            var store = new FileStore(new FileStoreOptions { Directory = folder }, NullLogger<FileStore>.Instance);
            await store.OpenAsync(CancellationToken.None);
            return new BareLog(store, folder);
        }

        public async Task WriteAsync(int i) =>
            versions[i] = await store.WriteAsync(RecordKind.Agent, new RecordKey("default", SampleCards.IdOf(i)), versions[i], bodies[i]);

        public async Task CreateAsync(int i) =>
            await store.WriteAsync(RecordKind.Agent, new RecordKey("default", SampleCards.IdOf(i)), 0, bodies[i % Agents]);

        public async ValueTask DisposeAsync()
        {
            await store.DisposeAsync();
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }
}
