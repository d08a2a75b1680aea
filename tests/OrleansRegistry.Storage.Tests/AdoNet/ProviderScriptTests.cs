using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Serialization.Activators;
using Orleans.Serialization.Serializers;
using Orleans.Storage;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Storage.Tests.AdoNet;

/// <summary>The stock provider on our scripts, with states that are no agents: its own contract.</summary>
public sealed class ProviderScriptTests : IAsyncLifetime
{
    private TestDatabase? database;
    private NpgsqlDataSource? source;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAdoNetAsync();
        source = NpgsqlDataSource.Create(database.Settings);
    }

    public async ValueTask DisposeAsync()
    {
        await source!.DisposeAsync();
        await database!.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_state_is_written_read_cleared_and_written_again(bool deleteOnClear)
    {
        var provider = await ProviderAsync(deleteOnClear);
        var (id, state) = (GrainId.Create("counter", "t/acme/a"), new GrainState<int[]>([1]));
        await provider.WriteStateAsync("counter", id, state);
        Assert.Equal(("1", true), (state.ETag, state.RecordExists));
        state.State = [2];
        await provider.WriteStateAsync("counter", id, state);

        var read = new GrainState<int[]>();
        await provider.ReadStateAsync("counter", id, read);
        Assert.Equal((2, "2", true), (read.State![0], read.ETag, read.RecordExists));

        await provider.ClearStateAsync("counter", id, state);
        Assert.Equal((deleteOnClear ? null : "3", false), (state.ETag, state.RecordExists));
        await provider.ReadStateAsync("counter", id, read);
        Assert.Equal((deleteOnClear ? null : "3", false), (read.ETag, read.RecordExists));
        state.State = [4];
        await provider.WriteStateAsync("counter", id, state);
        Assert.Equal(deleteOnClear ? "1" : "4", state.ETag);
    }

    [Fact]
    public async Task A_lost_race_is_an_InconsistentStateException_and_never_a_second_row()
    {
        var provider = await ProviderAsync(deleteOnClear: false);
        var id = GrainId.Create("counter", "2a");
        var writers = Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
        {
            try
            {
                await provider.WriteStateAsync("counter", id, new GrainState<int[]>([i]));
                return true;
            }
            catch (InconsistentStateException)
            {
                return false;
            }
        }));
        Assert.Single(await Task.WhenAll(writers), won => won);
        Assert.Equal(1L, await database!.QueryAsync<long>("SELECT count(*) FROM orleansstorage"));

        var stale = new GrainState<int[]>([1], "7") { RecordExists = true };
        await Assert.ThrowsAsync<InconsistentStateException>(() => provider.WriteStateAsync("counter", id, stale));
        await Assert.ThrowsAsync<InconsistentStateException>(() => provider.ClearStateAsync("counter", id, stale));
    }

    [Fact]
    public async Task Other_states_change_no_agent_and_take_no_revision()
    {
        var provider = await ProviderAsync(deleteOnClear: true);
        await provider.WriteStateAsync("task", GrainId.Create("task", "t/acme/a"), new GrainState<int[]>([1]));
        await provider.WriteStateAsync("other", GrainId.Create("task", "t/acme/a"), new GrainState<int[]>([1]));
        Assert.Equal(
            0L,
            await database!.QueryAsync<long>("SELECT value + (SELECT count(*) FROM agents) FROM registry_revision WHERE kind = 'agent'"));
        Assert.Equal(2L, await database.QueryAsync<long>("SELECT count(*) FROM orleansstorage"));
    }

    private async Task<AdoNetGrainStorage> ProviderAsync(bool deleteOnClear)
    {
        var options = new AdoNetGrainStorageOptions
        {
            Invariant = "Npgsql", DataSource = source, GrainStorageSerializer = new PlainJson(), DeleteStateOnClear = deleteOnClear,
        };
        var provider = new AdoNetGrainStorage(
            new PlainJson(),
            NullLogger<AdoNetGrainStorage>.Instance,
            Options.Create(options),
            Options.Create(new ClusterOptions { ServiceId = "test", ClusterId = "test" }),
            "test");
        var lifecycle = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        provider.Participate(lifecycle);
        await lifecycle.OnStart();
        return provider;
    }

    private sealed class PlainJson : IGrainStorageSerializer, IActivatorProvider
    {
        public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input));

        public T Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input)!;

        public IActivator<T> GetActivator<T>() => new Empty<T>();
    }

    private sealed class Empty<T> : IActivator<T>
    {
        public T Create() => default!;
    }
}
