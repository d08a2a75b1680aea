using System.Runtime.CompilerServices;
using EmbeddedOrleans.Tests.Support;
using Orleans;
using Orleans.Concurrency;

namespace EmbeddedOrleans.Tests.Grains;

public interface ITurnGrain : IGrainWithStringKey
{
    /// <summary>Waits for the gate of that name.</summary>
    Task Hold(string gate);

    Task Plain();

    [AlwaysInterleave]
    Task<int> Peek();

    [ReadOnly]
    Task HoldReading(string gate);

    [ReadOnly]
    Task Read();

    [OneWay]
    Task HoldOneWay(string gate);

    /// <summary>Awaits a few times, and returns whether anything else ran in between.</summary>
    Task<bool> RunAlone();

    Task HoldUntilCanceled(CancellationToken token);

    Task<string> CallOther(string key, string gate);

    ValueTask<string> Where();

    Task<int> Throw(string message);

    Task<string?> Ambient();
}

public interface IReentrantGrain : IGrainWithStringKey
{
    Task Hold(string gate);

    Task Plain();

    /// <summary>Does many short pieces of work with awaits between; throws when two pieces run at once.</summary>
    Task Work();
}

public class TurnGrain(Probe probe) : Grain, ITurnGrain
{
    public static readonly AsyncLocal<string?> CallersValue = new();

    private int _entered;

    public Task Hold(string gate)
    {
        probe.Add("in:" + gate);
        return probe.Gate(gate);
    }

    public Task Plain() => Task.CompletedTask;

    public Task<int> Peek() => Task.FromResult(_entered);

    public Task HoldReading(string gate) => Hold(gate);

    public Task Read() => Task.CompletedTask;

    public Task HoldOneWay(string gate) => Hold(gate);

    public async Task<bool> RunAlone()
    {
        var mine = ++_entered;
        for (var i = 0; i < 5; i++)
        {
            await Task.Yield();
        }

        return mine == _entered;
    }

    public async Task HoldUntilCanceled(CancellationToken token)
    {
        var key = this.GetPrimaryKeyString();
        using var told = token.Register(() => probe.Open(key));
        probe.Add("in:" + key);
        await probe.Gate(key);
        probe.Add("canceled:" + key);
    }

    public async Task<string> CallOther(string key, string gate)
    {
        var other = GrainFactory.GetGrain<ITurnGrain>(key);
        await other.Hold(gate);
        return other.GetPrimaryKeyString() + (other.GetGrainId().Key == GrainContext.GrainId.Key);
    }

    public async ValueTask<string> Where()
    {
        var before = TaskScheduler.Current;
        await Task.Yield();
        var stays = ReferenceEquals(before, TaskScheduler.Current) && before != TaskScheduler.Default;
        var leaves = await Task.Run(() => TaskScheduler.Current == TaskScheduler.Default);
        var back = ReferenceEquals(before, TaskScheduler.Current);
        await Leaving.Grain();
        var left = TaskScheduler.Current == TaskScheduler.Default;
        return $"{stays} {leaves} {back} {left}";
    }

    public Task<int> Throw(string message)
    {
        _entered++;
        throw new InvalidOperationException(message);
    }

    public Task<string?> Ambient() => Task.FromResult(CallersValue.Value);
}

[Reentrant]
public class ReentrantGrain(Probe probe) : Grain, IReentrantGrain
{
    private int _inside;

    public Task Hold(string gate)
    {
        probe.Add("in:" + gate);
        return probe.Gate(gate);
    }

    public Task Plain() => Task.CompletedTask;

    public async Task Work()
    {
        for (var i = 0; i < 50; i++)
        {
            if (Interlocked.Increment(ref _inside) != 1)
            {
                throw new InvalidOperationException("Two turns at once.");
            }

            Thread.SpinWait(200);
            Interlocked.Decrement(ref _inside);
            await Task.Yield();
        }
    }
}

internal static class Leaving
{
    /// <summary>An await that does not come back to the grain.</summary>
    public static ConfiguredTaskAwaitable Grain() => Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
}
