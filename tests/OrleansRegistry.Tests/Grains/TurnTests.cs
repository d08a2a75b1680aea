using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Storage;
using OrleansRegistry.Agents.Versions;
using OrleansRegistry.Push;

namespace OrleansRegistry.Tests.Grains;

/// <summary>What the registry's grains rely on Orleans for: turns, interleaving, one activation, collection.</summary>
public sealed class TurnTests : IAsyncLifetime
{
    private static readonly TaskRules Rules = new();
    private static readonly Caller Me = Caller.Default;

    private readonly HeldStorage storage = new();
    private IHost host = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddKeyedSingleton(RegistryTimeAttribute.ServiceKey, TimeProvider.System);
        builder.Services.AddSingleton(new AgentRules());
        builder.Services.AddSingleton(Rules);
        builder.Services.AddSingleton<Generations>();
        builder.Services.AddSingleton(new PushOptions());
        builder.Services.AddSingleton(new PageStore(storage));
        builder.Services.AddSingleton(new HeadStorage(storage, IsShared: false));
        var store = TestStores.InMemory();
        await store.OpenAsync(TestContext.Current.CancellationToken);
        builder.Services.AddSingleton<IRecordStore>(store);
        builder.Services.AddSingleton<UnreadableRecords>();
        builder.Services.AddSingleton(new AgentVersionOptions());
        builder.Services.AddSingleton<VersionRetention>().AddSingleton<AgentVersionReader>().AddSingleton<AgentVersionStore>();
        builder.Services.AddSingleton<GivenVectorStore>();
        builder.Services.AddSingleton(new GrainWaits(CancellationToken.None));
        builder.Services.AddSingleton(typeof(GrainReferences<>));
        builder.UseOrleans(silo => silo.UseLocalhostClustering(AgentGrainTests.FreePort(), AgentGrainTests.FreePort()));
        host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_agents_calls_come_one_after_another()
    {
        var grain = Grain<IAgentGrain>("a");
        storage.Hold();
        var first = grain.Put(Put("first"));
        await Until(() => storage.Waiting == 1);
        var later = Enumerable.Range(0, 20).Select(i => grain.Put(Put($"{i}"))).ToArray();
        var read = grain.Get();
        await Grain<IAgentGrain>("b").Get();
        Assert.False(read.IsCompleted || first.IsCompleted);
        Assert.Equal(1, storage.Waiting);

        storage.Release();
        Assert.True((await first).Created);
        Assert.DoesNotContain(await Task.WhenAll(later), written => written.Created);
        Assert.NotNull(await read);
    }

    [Fact]
    public async Task A_tasks_calls_interleave_and_see_what_is_stored()
    {
        var grain = Grain<ITaskGrain>("t");
        var begun = (await grain.Create(Submission("m1"), "c")).Task.Generation;
        storage.Hold();
        var second = grain.Continue(Submission("m2"));
        await Until(() => storage.Waiting == 1);
        var third = grain.Continue(Submission("m3"));
        Assert.Equal(begun, (await grain.Get(Me, null))!.Generation);
        Assert.False(second.IsCompleted || third.IsCompleted);

        storage.Release();
        Assert.Equal((begun + 1, begun + 2), ((await second)!.Task.Generation, (await third)!.Task.Generation));
    }

    [Fact]
    public async Task A_failed_write_of_a_task_leaves_nothing_unwritten()
    {
        var grain = Grain<ITaskGrain>("t");
        var begun = (await grain.Create(Submission("m1"), "c")).Task.Generation;
        storage.Fault = new RegistryException(RegistryError.StorageFull, "No room.");
        await Assert.ThrowsAnyAsync<Exception>(() => grain.Continue(Submission("m2")));
        storage.Fault = null;
        Assert.Equal(begun, (await grain.Get(Me, null))!.Generation);
        Assert.False((await grain.Continue(Submission("m2")))!.Repeated);
    }

    [Fact]
    public async Task First_calls_at_once_meet_one_activation()
    {
        var grain = Grain<ITaskGrain>("new");
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => grain.Get(Me, null)));
        Assert.Equal(1, storage.Reads);
    }

    [Fact]
    public async Task A_collected_grain_comes_back_with_what_is_stored()
    {
        var (agent, task) = (Grain<IAgentGrain>("a"), Grain<ITaskGrain>("t"));
        await agent.Put(Put("kept"));
        await task.Create(Submission("m1"), "c");
        var reads = storage.Reads;
        await host.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
        Assert.Contains("kept", (await agent.Get())!.Card.ToString(), StringComparison.Ordinal);
        Assert.True((await task.Continue(Submission("m1")))!.Repeated);
        Assert.Equal(reads + 2, storage.Reads);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(TestContext.Current.CancellationToken);
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    private static async Task Until(Func<bool> condition)
    {
        while (!condition())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static AgentPut Put(string description) =>
        new(RawJson.FromValid(Encoding.UTF8.GetBytes($$"""{"name":"a","description":"{{description}}"}""")), null, [], default);

    private static TaskMessage Submission(string id) => new(
        Me,
        MessageReader.Read(Encoding.UTF8.GetBytes($$"""{"messageId":"{{id}}","role":"user","parts":[{"text":"hello"}]}"""), "message", Rules),
        null,
        null,
        default,
        null,
        null);

    private TGrain Grain<TGrain>(string id)
        where TGrain : IGrainWithStringKey => host.Services.GetRequiredService<IGrainFactory>().GetGrain<TGrain>(GrainKeys.For("default", id));
}
