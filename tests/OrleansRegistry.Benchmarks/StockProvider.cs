using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Serialization.Activators;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// Orleans's stock ADO.NET provider by itself, called directly: no grains, no projection, statements prepared automatically. What it
/// writes are the cards alone.
/// </summary>
internal sealed class StockProvider
{
    private static readonly GrainType Agent = GrainType.Create("agent");

    private readonly AdoNetGrainStorage provider;
    private readonly GrainState<byte[]>[] states;

    private StockProvider(AdoNetGrainStorage provider, int agents)
    {
        this.provider = provider;
        states = [.. Enumerable.Range(0, agents).Select(_ => new GrainState<byte[]>())];
    }

    public static async Task<StockProvider?> OpenAsync(string connectionString, int agents)
    {
        await using (var source = NpgsqlDataSource.Create(connectionString))
        {
            foreach (var script in (string[])["sql-postgres/0001_records.up.sql", "sql-adonet/0001_storage.up.sql"])
            {
                using var text = new StreamReader(typeof(IRecordStore).Assembly.GetManifestResourceStream(script)!);
                await using var command = source.CreateCommand(await text.ReadToEndAsync());
                await command.ExecuteNonQueryAsync();
            }
        }

        var settings = new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 20, MaxPoolSize = 32 };
        var serializer = new Bytes();
        var provider = new AdoNetGrainStorage(
            serializer,
            NullLogger<AdoNetGrainStorage>.Instance,
            Options.Create(new AdoNetGrainStorageOptions
            {
                Invariant = "Npgsql",
                ConnectionString = settings.ConnectionString,
                GrainStorageSerializer = serializer,
            }),
            Options.Create(new ClusterOptions { ServiceId = "benchmark", ClusterId = "benchmark" }),
            "stock");
        var lifecycle = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        provider.Participate(lifecycle);
        await lifecycle.OnStart(CancellationToken.None);
        return new StockProvider(provider, agents);
    }

    public Task PutAsync(int i, byte[] card)
    {
        states[i].State = card;
        return provider.WriteStateAsync("benchmark", GrainId.Create(Agent, $"t/default/{SampleCards.IdOf(i)}"), states[i]);
    }

    private sealed class Bytes : IGrainStorageSerializer, IActivatorProvider
    {
        public BinaryData Serialize<T>(T? input) => new((byte[])(object)input!);

        public T Deserialize<T>(BinaryData input) => (T)(object)input.ToArray();

        public IActivator<T> GetActivator<T>() => throw new NotSupportedException("Nothing is read here.");
    }
}
