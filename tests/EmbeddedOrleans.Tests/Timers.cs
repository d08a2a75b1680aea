using EmbeddedOrleans.Tests.Grains;
using EmbeddedOrleans.Tests.Support;

namespace EmbeddedOrleans.Tests;

/// <summary>Grain timers: when they tick and when they stop.</summary>
public abstract class Timers
{
    private readonly Probe _probe;
    private readonly ITimerGrain _grain;
    private readonly ITimerGrain _another;
    private readonly string _tick;
    private readonly string _anotherTick;
    private readonly string _gate = Engine.NewKey();

    protected Timers(Engine engine)
    {
        _probe = engine.Probe;
        (_grain, _tick) = New();
        (_another, _anotherTick) = New();

        (ITimerGrain, string) New()
        {
            var key = Engine.NewKey();
            return (engine.Grains.GetGrain<ITimerGrain>(key), "tick:" + key);
        }
    }

    [Fact]
    public async Task A_timer_ticks_again_and_again()
    {
        await _grain.Tick(interleave: false).InTime();

        await Ticks(_tick, 3);
    }

    [Fact]
    public async Task A_tick_waits_for_the_call_that_runs()
    {
        await _grain.Tick(interleave: false).InTime();
        var held = _grain.Hold(_gate);
        await Eventually.True(() => _probe.Count("in:" + _gate) == 1);
        var before = _probe.Count(_tick);

        await OthersTick();
        Assert.Equal(before, _probe.Count(_tick));

        _probe.Open(_gate);
        await held.InTime();
        await Ticks(_tick, before + 1);
    }

    [Fact]
    public async Task A_tick_that_interleaves_does_not_wait()
    {
        await _grain.Tick(interleave: true).InTime();
        var held = _grain.Hold(_gate);
        await Eventually.True(() => _probe.Count("in:" + _gate) == 1);

        await Ticks(_tick, _probe.Count(_tick) + 2);

        _probe.Open(_gate);
        await held.InTime();
    }

    [Fact]
    public async Task Ticks_of_one_timer_do_not_overlap()
    {
        await _grain.TickAndHold(_gate).InTime();
        await Ticks(_tick, 1);

        await OthersTick();
        Assert.Equal(1, _probe.Count(_tick));

        _probe.Open(_gate);
        await Ticks(_tick, 3);
    }

    [Fact]
    public async Task A_tick_that_throws_is_not_the_last()
    {
        await _grain.TickAndThrow().InTime();

        await Ticks(_tick, 3);
    }

    [Fact]
    public async Task A_disposed_timer_ticks_no_more()
    {
        await _grain.Tick(interleave: false).InTime();
        await Ticks(_tick, 1);

        await _grain.StopTicking().InTime();
        var last = _probe.Count(_tick);

        await OthersTick();
        Assert.Equal(last, _probe.Count(_tick));
    }

    [Fact]
    public async Task Timers_end_with_their_activation()
    {
        await _grain.Tick(interleave: false).InTime();
        await Ticks(_tick, 1);

        await _grain.Leave().InTime();
        await _grain.StopTicking().InTime();
        var last = _probe.Count(_tick);

        await OthersTick();
        Assert.Equal(last, _probe.Count(_tick));
    }

    private Task Ticks(string name, int times) => Eventually.True(() => _probe.Count(name) >= times);

    /// <summary>Long enough for a timer that does tick to tick several times.</summary>
    private async Task OthersTick()
    {
        await _another.Tick(interleave: false).InTime();
        await Ticks(_anotherTick, 5);
    }
}
