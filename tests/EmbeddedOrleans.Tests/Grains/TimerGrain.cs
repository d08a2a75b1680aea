using EmbeddedOrleans.Tests.Support;
using Orleans;
using Orleans.Runtime;

namespace EmbeddedOrleans.Tests.Grains;

public interface ITimerGrain : IGrainWithStringKey
{
    /// <summary>Counts "tick:key" every few milliseconds.</summary>
    Task Tick(bool interleave);

    /// <summary>A tick that waits for the gate.</summary>
    Task TickAndHold(string gate);

    /// <summary>A tick that throws every time.</summary>
    Task TickAndThrow();

    Task StopTicking();

    Task Hold(string gate);

    Task Leave();
}

public class TimerGrain(Probe probe) : Grain, ITimerGrain
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(5);
    private IGrainTimer? _timer;

    private string TickName => "tick:" + this.GetPrimaryKeyString();

    public Task Tick(bool interleave)
    {
        _timer = this.RegisterGrainTimer(
            _ =>
            {
                probe.Add(TickName);
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(Soon, Soon) { Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task TickAndHold(string gate)
    {
        _timer = this.RegisterGrainTimer(
            static async (state, token) =>
            {
                state.Probe.Add(state.Name);
                await state.Probe.Gate(state.Gate).WaitAsync(token);
            },
            (Probe: probe, Name: TickName, Gate: gate),
            new GrainTimerCreationOptions { DueTime = Soon, Period = Soon, Interleave = true });
        return Task.CompletedTask;
    }

    public Task TickAndThrow()
    {
        _timer = this.RegisterGrainTimer(
            () =>
            {
                probe.Add(TickName);
                throw new InvalidOperationException("The tick fails, as the test asks.");
            },
            Soon,
            Soon);
        return Task.CompletedTask;
    }

    public Task StopTicking()
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    public Task Hold(string gate)
    {
        probe.Add("in:" + gate);
        return probe.Gate(gate);
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}
