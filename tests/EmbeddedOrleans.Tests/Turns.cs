using EmbeddedOrleans.Tests.Grains;
using EmbeddedOrleans.Tests.Support;
using Orleans.Runtime;

namespace EmbeddedOrleans.Tests;

/// <summary>Which calls of one grain wait for each other.</summary>
public abstract class Turns(Engine engine)
{
    private readonly ITurnGrain _grain = engine.Grains.GetGrain<ITurnGrain>(Engine.NewKey());
    private readonly string _gate = Engine.NewKey();

    [Fact]
    public async Task Calls_run_one_after_another() =>
        Assert.DoesNotContain(false, await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _grain.RunAlone())).InTime());

    [Fact]
    public async Task A_plain_call_waits_and_one_that_always_interleaves_does_not()
    {
        var held = await Holding(_grain.Hold(_gate));
        var waiting = _grain.Plain();

        await _grain.Peek().InTime();
        await _grain.Peek().InTime();
        Assert.False(waiting.IsCompleted);

        await Release(held, waiting);
    }

    [Fact]
    public async Task Read_only_calls_interleave_with_each_other_and_not_with_writes()
    {
        var held = await Holding(_grain.HoldReading(_gate));
        var write = _grain.Plain();

        await _grain.Read().InTime();
        await _grain.Peek().InTime();
        Assert.False(write.IsCompleted);

        await Release(held, write);
    }

    [Fact]
    public async Task A_read_only_call_waits_for_a_write()
    {
        var held = await Holding(_grain.Hold(_gate));
        var read = _grain.Read();

        await _grain.Peek().InTime();
        Assert.False(read.IsCompleted);

        await Release(held, read);
    }

    [Fact]
    public async Task Calls_of_a_reentrant_grain_interleave()
    {
        var grain = engine.Grains.GetGrain<IReentrantGrain>(Engine.NewKey());
        var held = await Holding(grain.Hold(_gate));

        await grain.Plain().InTime();

        await Release(held);
    }

    [Fact]
    public async Task Interleaved_turns_never_run_at_once()
    {
        var grain = engine.Grains.GetGrain<IReentrantGrain>(Engine.NewKey());

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => grain.Work())).InTime();
    }

    [Fact]
    public async Task Awaits_stay_on_the_grain_and_what_leaves_it_leaves() =>
        Assert.Equal("True True True True", await _grain.Where().AsTask().InTime());

    [Fact]
    public async Task A_grain_calls_another_and_waits_without_its_own_calls_interleaving()
    {
        var other = Engine.NewKey();
        var call = _grain.CallOther(other, _gate);
        await Eventually.True(() => engine.Probe.Count("in:" + _gate) == 1);
        var waiting = _grain.Plain();
        await _grain.Peek().InTime();
        Assert.False(waiting.IsCompleted);

        engine.Probe.Open(_gate);

        Assert.Equal(other + "False", await call.InTime());
        await waiting.InTime();
    }

    [Fact]
    public async Task An_exception_reaches_the_caller_and_the_grain_goes_on()
    {
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => _grain.Throw("no such thing")).InTime();

        Assert.Equal("no such thing", exception.Message);
        Assert.Equal(1, await _grain.Peek().InTime());
    }

    [Fact]
    public async Task The_caller_of_a_one_way_method_does_not_wait()
    {
        await _grain.HoldOneWay(_gate).InTime();
        await Eventually.True(() => engine.Probe.Count("in:" + _gate) == 1);
        var waiting = _grain.Plain();
        await _grain.Peek().InTime();
        Assert.False(waiting.IsCompleted);

        await Release(waiting);
    }

    [Fact]
    public async Task A_caller_that_cancels_is_let_go_and_the_grain_is_told()
    {
        var key = Engine.NewKey();
        using var source = new CancellationTokenSource();
        var call = engine.Grains.GetGrain<ITurnGrain>(key).HoldUntilCanceled(source.Token);
        await Eventually.True(() => engine.Probe.Count("in:" + key) == 1);

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call).InTime();
        await Eventually.True(() => engine.Probe.Count("canceled:" + key) == 1);
    }

    [Fact]
    public async Task A_grain_does_not_see_its_callers_ambient_values()
    {
        TurnGrain.CallersValue.Value = "the caller's";

        Assert.Null(await _grain.Ambient().InTime());
    }

    // How many more than the limit get in depends on how many arrive at once.
    [Fact]
    public async Task Calls_beyond_the_limit_of_waiting_ones_are_refused()
    {
        var held = await Holding(_grain.Hold(_gate));
        var calls = Enumerable.Range(0, Engine.MaxWaiting + 100).Select(_ => _grain.Plain()).ToArray();

        await Eventually.True(() => calls.Any(call => call.IsFaulted));
        await Release(held);
        await Eventually.True(() => calls.All(call => call.IsCompleted));

        var refused = calls.Where(call => call.IsFaulted).ToArray();
        Assert.InRange(refused.Length, 1, 101);
        Assert.All(refused, call => Assert.IsType<LimitExceededException>(call.Exception!.InnerException));
    }

    [Fact]
    public void References_to_one_grain_are_equal()
    {
        var key = Engine.NewKey();
        var reference = engine.Grains.GetGrain<ITurnGrain>(key);

        Assert.Equal(reference, engine.Grains.GetGrain<ITurnGrain>(key));
        Assert.NotEqual(reference, _grain);
    }

    private async Task<Task> Holding(Task call)
    {
        await Eventually.True(() => engine.Probe.Count("in:" + _gate) == 1);
        return call;
    }

    private Task Release(params Task[] calls)
    {
        engine.Probe.Open(_gate);
        return Task.WhenAll(calls).InTime();
    }
}
