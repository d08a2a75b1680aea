using EmbeddedOrleans.Tests.Grains;
using EmbeddedOrleans.Tests.Support;
using Orleans.Runtime;

namespace EmbeddedOrleans.Tests;

/// <summary>Persistent state: what is read, written and kept apart.</summary>
public abstract class States(Engine engine)
{
    private readonly string _key = Engine.NewKey();

    private IStateGrain Grain => engine.Grains.GetGrain<IStateGrain>(_key);

    [Fact]
    public async Task The_state_is_there_before_the_grain_activates()
    {
        await Grain.Add(7).InTime();
        await Grain.Leave().InTime();
        await Grain.Get().InTime();

        Assert.Equal(7, engine.Probe.Count("found:" + _key));
    }

    [Fact]
    public async Task A_failed_write_leaves_nothing_unwritten()
    {
        await Grain.Add(1).InTime();
        engine.Probe.Fail("write:" + _key);

        await Assert.ThrowsAnyAsync<OrleansException>(() => Grain.Add(5)).InTime();

        Assert.Equal(1, await Grain.Get().InTime());
        Assert.Equal(3, await Grain.Add(2).InTime());
    }

    [Fact]
    public async Task What_the_store_throws_is_inside_what_the_grain_sees()
    {
        engine.Probe.Fail("write:" + _key);

        var exception = await Assert.ThrowsAsync<OrleansException>(() => Grain.Add(1)).InTime();

        Assert.IsType<InvalidOperationException>(exception.InnerException);
    }

    [Fact]
    public async Task Two_states_of_one_grain_lie_apart_each_in_its_own_store()
    {
        await Grain.Add(1).InTime();
        await Grain.SetSecond(2).InTime();
        await Grain.Leave().InTime();

        Assert.Equal(1, await Grain.Get().InTime());
        Assert.Equal(2, await Grain.GetSecond().InTime());
        Assert.True(engine.Store.Holds("first", _key));
        Assert.False(engine.Store.Holds("second", _key));
        Assert.True(engine.Other.Holds("second", _key));
        Assert.False(engine.Other.Holds("first", _key));
    }

    [Fact]
    public async Task Overlapping_writes_of_interleaved_calls_do_not_race()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Grain.AddInterleaved(1))).InTime();

        await Grain.Leave().InTime();
        Assert.Equal(50, await Grain.Get().InTime());
    }

    [Fact]
    public async Task A_cleared_state_is_gone()
    {
        await Grain.Add(1).InTime();

        Assert.True(await Grain.Clear().InTime());

        Assert.False(engine.Store.Holds("first", _key));
        Assert.Equal(0, await Grain.Get().InTime());
        Assert.Equal(4, await Grain.Add(4).InTime());
    }
}
