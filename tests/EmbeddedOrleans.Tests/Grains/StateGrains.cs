using EmbeddedOrleans.Tests.Support;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace EmbeddedOrleans.Tests.Grains;

[GenerateSerializer]
public sealed class Counter
{
    [Id(0)]
    public int Value { get; set; }
}

public interface IStateGrain : IGrainWithStringKey
{
    Task<int> Get();

    Task<int> GetSecond();

    /// <summary>Adds and writes; when the write fails the activation goes, as the project's grains do it.</summary>
    Task<int> Add(int by);

    /// <summary>Adds and writes; what the store throws escapes.</summary>
    Task AddPlainly(int by);

    [AlwaysInterleave]
    Task AddInterleaved(int by);

    Task SetSecond(int value);

    Task<bool> Clear();

    Task Leave();

    Task LeaveAndHold(string gate);
}

/// <summary>Collected after half a second.</summary>
public interface IShortLivedGrain : IGrainWithStringKey
{
    Task<int> Add(int by);
}

public class StateGrain(
    Probe probe,
    [PersistentState("first")] IPersistentState<Counter> first,
    [PersistentState("second", "other")] IPersistentState<Counter> second) : Grain, IStateGrain
{
    private string Key => this.GetPrimaryKeyString();

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        probe.Add("activating:" + Key);
        probe.MayFail("activate:" + Key);
        await Task.Yield();
        probe.Add("found:" + Key, first.State.Value);
        probe.Add("activated:" + Key);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Add($"left:{reason.ReasonCode}:{Key}");
        if (probe.Count("hold leaving:" + Key) > 0)
        {
            await probe.Gate("leaving:" + Key);
        }

        probe.Add("left:" + Key);
    }

    public Task<int> Get() => Task.FromResult(first.State.Value);

    public Task<int> GetSecond() => Task.FromResult(second.State.Value);

    public async Task<int> Add(int by)
    {
        first.State.Value += by;
        try
        {
            await first.WriteStateAsync();
        }
        catch
        {
            DeactivateOnIdle();
            throw;
        }

        return first.State.Value;
    }

    public async Task AddPlainly(int by)
    {
        first.State.Value += by;
        await first.WriteStateAsync();
    }

    public Task AddInterleaved(int by) => AddPlainly(by);

    public Task SetSecond(int value)
    {
        second.State.Value = value;
        return second.WriteStateAsync();
    }

    public async Task<bool> Clear()
    {
        var before = first.RecordExists;
        await first.ClearStateAsync();
        return before && !first.RecordExists;
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task LeaveAndHold(string gate)
    {
        DeactivateOnIdle();
        probe.Add("in:" + gate);
        return probe.Gate(gate);
    }
}

public class ShortLivedGrain(Probe probe, [PersistentState("short")] IPersistentState<Counter> state) : Grain, IShortLivedGrain
{
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        probe.Add($"left:{reason.ReasonCode}:{this.GetPrimaryKeyString()}");
        return Task.CompletedTask;
    }

    public async Task<int> Add(int by)
    {
        state.State.Value += by;
        await state.WriteStateAsync();
        return state.State.Value;
    }
}
