using EmbeddedOrleans.Tests.Grains;
using EmbeddedOrleans.Tests.Support;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;

namespace EmbeddedOrleans.Tests;

/// <summary>What a cluster shared by all tests cannot show: limits, and the stop of the whole engine.</summary>
public sealed class EngineLife
{
    private readonly string _key = Engine.NewKey();

    [Fact]
    public async Task A_call_without_an_answer_times_out_and_so_does_one_behind_it()
    {
        await using var engine = await Start(silo => silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = TimeSpan.FromMilliseconds(200)));
        var grain = engine.Grains.GetGrain<ITurnGrain>(_key);

        var held = grain.Hold(_key);
        var waiting = grain.Plain();

        await Assert.ThrowsAsync<TimeoutException>(() => held).InTime();
        await Assert.ThrowsAsync<TimeoutException>(() => waiting).InTime();
        engine.Probe.Open(_key);
        await grain.Plain().InTime();
    }

    [Fact]
    public async Task A_stop_deactivates_every_grain_and_ends_timers()
    {
        await using var engine = await Start(_ => { });
        var keys = Enumerable.Range(0, 20).Select(_ => Engine.NewKey()).ToArray();
        await Task.WhenAll(keys.Select(key => engine.Grains.GetGrain<IStateGrain>(key).Add(1))).InTime();
        await engine.Grains.GetGrain<ITimerGrain>(_key).Tick(interleave: true).InTime();

        await engine.StopHost().InTime();

        Assert.All(keys, key => Assert.Equal(1, engine.Probe.Count($"left:{DeactivationReasonCode.ShuttingDown}:{key}")));
        await Assert.ThrowsAsync<SiloUnavailableException>(() => engine.Grains.GetGrain<IStateGrain>(keys[0]).Get()).InTime();
    }

    [Fact]
    public async Task An_interface_that_no_class_implements_is_refused_with_its_name()
    {
        await using var engine = await Start(_ => { });

        var exception = Assert.Throws<ArgumentException>(() => engine.Grains.GetGrain<INobody>(_key));

        Assert.Contains(nameof(INobody), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_storage_keeps_states_by_value_and_refuses_old_etags()
    {
        var store = new MemoryGrainStorage();
        var id = GrainId.Create("thing", _key);
        var mine = new GrainState<Counter>(new Counter { Value = 1 });
        await store.WriteStateAsync("s", id, mine);
        mine.State!.Value = 2;

        var other = new GrainState<Counter>();
        await store.ReadStateAsync("s", id, other);
        Assert.Equal(1, other.State!.Value);

        await store.WriteStateAsync("s", id, mine);
        await Assert.ThrowsAsync<Orleans.Storage.InconsistentStateException>(() => store.WriteStateAsync("s", id, other));
    }

    private static async Task<EmbeddedEngine> Start(Action<ISiloBuilder> configure)
    {
        var engine = new EmbeddedEngine(configure);
        await engine.InitializeAsync();
        return engine;
    }

    public interface INobody : IGrainWithStringKey;
}
