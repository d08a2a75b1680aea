using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Storage;
using OrleansRegistry.Agents.Versions;

namespace OrleansRegistry.Tests.Grains;

public sealed class AgentGrainTests : IAsyncLifetime
{
    private readonly ScriptedStorage storage = new();
    private IHost host = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddKeyedSingleton(RegistryTimeAttribute.ServiceKey, TimeProvider.System);
        builder.Services.AddSingleton(new AgentRules());
        builder.Services.AddSingleton(new HeadStorage(storage, IsShared: false));
        var store = TestStores.InMemory();
        await store.OpenAsync(TestContext.Current.CancellationToken);
        builder.Services.AddSingleton<IRecordStore>(store);
        builder.Services.AddSingleton<UnreadableRecords>();
        builder.Services.AddSingleton(new AgentVersionOptions());
        builder.Services.AddSingleton<VersionRetention>().AddSingleton<AgentVersionReader>().AddSingleton<AgentVersionStore>();
        builder.Services.AddSingleton<GivenVectorStore>();
        builder.UseOrleans(silo => silo.UseLocalhostClustering(FreePort(), FreePort()));
        host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_failed_write_leaves_no_unwritten_state()
    {
        var grain = Grain("a");
        var first = await grain.Put(Put("first"));
        storage.BeforeWrite = () => throw new RegistryException(RegistryError.StorageFull, "No room.");
        await Fails<RegistryException>(() => grain.Put(Put("second")));
        await Fails<RegistryException>(() => grain.Patch(new AgentChange(default, false, [], default)));
        await Fails<RegistryException>(() => grain.Remove(default));
        storage.BeforeWrite = null;

        Assert.Equal(first.Agent, await grain.Get());
        Assert.Equal(first.Agent.CreatedAt, (await grain.Put(Put("third"))).Agent.CreatedAt);
    }

    [Fact]
    public async Task A_write_that_was_stored_although_it_failed_is_seen_by_the_next_call()
    {
        var grain = Grain("a");
        await grain.Put(Put("first"));
        storage.AfterWrite = () => throw new IOException("The connection was lost.");
        await Fails<IOException>(() => grain.Put(Put("second")));
        storage.AfterWrite = null;
        Assert.Contains("second", (await grain.Get())!.Card.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_write_that_failed_leaves_no_agent()
    {
        var grain = Grain("a");
        storage.BeforeWrite = () => throw new IOException("Down.");
        await Fails<IOException>(() => grain.Put(Put("first")));
        storage.BeforeWrite = null;
        Assert.Null(await grain.Get());
        Assert.Null(storage.Stored(GrainKeys.For("default", "a")));
    }

    [Fact]
    public async Task A_second_writer_wins_once_and_is_then_read()
    {
        var grain = Grain("a");
        await grain.Put(Put("first"));
        await ((IGrainStorage)storage).WriteStateAsync("agent", GrainId.Create("agent", GrainKeys.For("default", "a")), new GrainState<AgentState>
        {
            State = new AgentState { Agent = storage.Stored(GrainKeys.For("default", "a"))!.Agent! with { Card = Card("from elsewhere") } },
            ETag = "1",
            RecordExists = true,
        });

        await Assert.ThrowsAsync<InconsistentStateException>(() => grain.Put(Put("second")));
        Assert.Contains("from elsewhere", (await grain.Get())!.Card.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_patched_card_is_checked_before_it_is_stored()
    {
        var grain = Grain("a");
        var first = await grain.Put(Put("first"));
        var refusal = await Assert.ThrowsAsync<RegistryException>(() =>
            grain.Patch(new AgentChange(RawJson.FromValid("""{"name":null}"""u8), null, [], default)));
        Assert.Equal((RegistryError.Invalid, "name"), (refusal.Error, refusal.Field));
        Assert.Equal(first.Agent, await grain.Get());
    }

    [Fact]
    public async Task An_extension_keeps_the_origin_it_had_when_the_agent_is_registered_again()
    {
        var grain = Grain("a");
        var origin = new ExtensionOrigin("urn:x", "first", DateTimeOffset.UnixEpoch);
        await grain.Put(Put("first", origin));
        var again = await grain.Put(Put("second", origin with { AgentId = "later" }, new ExtensionOrigin("urn:y", "a", DateTimeOffset.UnixEpoch)));
        Assert.Equal(["first", "a"], again.Agent.ExtensionOrigins.Select(known => known.AgentId));
    }

    [Fact]
    public async Task A_silo_of_an_older_version_does_not_say_how_far_the_card_reaches()
    {
        var grain = Grain("a");
        Assert.Equal(AgentDelivery.Worker, (await grain.Put(Put("no URL"))).Agent.EffectiveDelivery);
        var reached = await grain.Put(Put("a URL") with { Card = RawJson.FromValid("""{"name":"a","url":"https://a.example.com"}"""u8) });
        Assert.Equal(AgentDelivery.Listed, reached.Agent.EffectiveDelivery);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(TestContext.Current.CancellationToken);
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    /// <summary>Orleans wraps what a storage throws; the cause must be in the chain.</summary>
    private static async Task Fails<T>(Func<Task> call)
        where T : Exception
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(call);
        Assert.True(fault is T || fault.InnerException is T, fault.ToString());
    }

    internal static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static RawJson Card(string description) =>
        RawJson.FromValid(Encoding.UTF8.GetBytes($$"""{"name":"a","description":"{{description}}"}"""));

    private static AgentPut Put(string description, params ExtensionOrigin[] origins) => new(Card(description), null, origins, default);

    private IAgentGrain Grain(string id) => host.Services.GetRequiredService<IGrainFactory>().GetGrain<IAgentGrain>(GrainKeys.For("default", id));
}
