using EmbeddedOrleans.Tests.Grains;
using EmbeddedOrleans.Tests.Support;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace EmbeddedOrleans.Tests;

/// <summary>When a grain comes into memory and when it leaves.</summary>
public abstract class Activations(Engine engine)
{
    private readonly string _key = Engine.NewKey();
    private readonly Probe _probe = engine.Probe;

    private IStateGrain Grain => engine.Grains.GetGrain<IStateGrain>(_key);

    [Fact]
    public async Task First_calls_at_once_share_one_activation()
    {
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Grain.Get())).InTime();

        Assert.Equal(1, _probe.Count("activated:" + _key));
    }

    [Fact]
    public async Task Calls_share_one_activation_when_another_grain_calls_too()
    {
        var turns = engine.Grains.GetGrain<ITurnGrain>(Engine.NewKey());
        _probe.Open("open:" + _key);
        await turns.Hold("open:" + _key).InTime();

        Assert.Equal(_key + "False", await turns.CallOther(_key, "open:" + _key).InTime());
        Assert.Equal(2, _probe.Count("in:open:" + _key));
    }

    [Fact]
    public async Task An_idle_grain_is_collected_and_comes_back_with_its_state()
    {
        var grain = engine.Grains.GetGrain<IShortLivedGrain>(_key);
        await grain.Add(3).InTime();

        await Eventually.True(() => _probe.Count($"left:{DeactivationReasonCode.ActivationIdle}:{_key}") == 1);

        Assert.Equal(5, await grain.Add(2).InTime());
    }

    [Fact]
    public async Task Deactivate_on_idle_leads_to_a_new_activation_with_the_stored_state()
    {
        await Grain.Add(3).InTime();
        await Grain.Leave().InTime();

        Assert.Equal(3, await Grain.Get().InTime());
        Assert.Equal(2, _probe.Count("activated:" + _key));
        Assert.Equal(1, _probe.Count($"left:{DeactivationReasonCode.ApplicationRequested}:{_key}"));
    }

    [Fact]
    public async Task A_call_that_arrives_while_the_grain_leaves_runs_on_the_next_activation()
    {
        await Grain.Add(3).InTime();
        _probe.Add("hold leaving:" + _key);
        await Grain.Leave().InTime();
        await Eventually.True(() => _probe.Count($"left:{DeactivationReasonCode.ApplicationRequested}:{_key}") == 1);

        var call = Grain.Get();
        await engine.Grains.GetGrain<ITurnGrain>(_key).Plain().InTime();
        Assert.False(call.IsCompleted);
        Assert.Equal(1, _probe.Count("activating:" + _key));

        _probe.Open("leaving:" + _key);
        Assert.Equal(3, await call.InTime());
        Assert.Equal(2, _probe.Count("activated:" + _key));
    }

    [Fact]
    public async Task A_grain_leaves_only_when_the_running_call_has_ended()
    {
        var gate = Engine.NewKey();
        var running = Grain.LeaveAndHold(gate);
        await Eventually.True(() => _probe.Count("in:" + gate) == 1);
        var waiting = Grain.Get();
        await engine.Grains.GetGrain<ITurnGrain>(_key).Plain().InTime();
        Assert.Equal(0, _probe.Count($"left:{DeactivationReasonCode.ApplicationRequested}:{_key}"));

        _probe.Open(gate);
        await Task.WhenAll(running, waiting).InTime();
        Assert.Equal(2, _probe.Count("activated:" + _key));
    }

    [Fact]
    public async Task An_activation_that_fails_is_told_to_the_caller_and_tried_again()
    {
        _probe.Fail("activate:" + _key);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => Grain.Get()).InTime();

        Assert.Contains("activate:" + _key, exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, await Grain.Get().InTime());
        Assert.Equal(2, _probe.Count("activating:" + _key));
        Assert.Equal(0, _probe.Count("left:" + _key));
    }

    [Fact]
    public async Task A_state_that_cannot_be_read_is_told_to_the_caller_and_tried_again()
    {
        _probe.Fail("read:" + _key, 2);

        await Assert.ThrowsAnyAsync<OrleansException>(() => Grain.Get()).InTime();

        Assert.Equal(0, _probe.Count("activating:" + _key));
        Assert.Equal(0, await Grain.Get().InTime());
    }

    [Fact]
    public async Task Inconsistent_state_deactivates_and_the_next_call_reads_again()
    {
        await Grain.Add(1).InTime();
        engine.Store.Overwrite("first", _key, new Counter { Value = 40 });

        await Assert.ThrowsAsync<InconsistentStateException>(() => Grain.AddPlainly(1)).InTime();

        Assert.Equal(40, await Grain.Get().InTime());
        Assert.Equal(42, await Grain.Add(2).InTime());
        Assert.Equal(2, _probe.Count("activated:" + _key));
        Assert.Equal(1, _probe.Count($"left:{DeactivationReasonCode.ApplicationError}:{_key}"));
    }

    [Fact]
    public async Task Another_exception_does_not_deactivate()
    {
        await Grain.Add(1).InTime();
        _probe.Fail("write:" + _key);

        await Assert.ThrowsAnyAsync<OrleansException>(() => Grain.AddPlainly(1)).InTime();

        Assert.Equal(2, await Grain.Get().InTime());
        Assert.Equal(1, _probe.Count("activated:" + _key));
    }

    // After two activations that leave before its turn a call is refused; how many calls meet that fate is a matter of timing.
    [Fact]
    public async Task A_call_that_meets_leaving_activations_is_run_or_refused()
    {
        var gate = Engine.NewKey();
        var running = Grain.LeaveAndHold(gate);
        await Eventually.True(() => _probe.Count("in:" + gate) == 1);
        var waiting = Enumerable.Range(0, 12).Select(_ => Grain.Leave()).ToArray();
        await engine.Grains.GetGrain<ITurnGrain>(_key).Plain().InTime();

        _probe.Open(gate);
        await running.InTime();
        await Eventually.True(() => waiting.All(call => call.IsCompleted));

        Assert.Contains(waiting, call => call.IsCompletedSuccessfully);
        Assert.All(waiting.Where(call => call.IsFaulted), call => Assert.IsType<OrleansMessageRejectionException>(call.Exception!.InnerException));
        await Grain.Get().InTime();
    }
}
