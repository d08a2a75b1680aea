using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Storage;

namespace OrleansRegistry.Tests.Grains;

/// <summary>A grain storage that fails when it is told to, before or after it has stored.</summary>
internal sealed class ScriptedStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<string, (AgentState State, long Version)> records = new();
    private long version;

    /// <summary>Called at every write; what it throws is thrown to the grain, and nothing is stored.</summary>
    public Action? BeforeWrite { get; set; }

    /// <summary>As <see cref="BeforeWrite"/>, but the write has been stored.</summary>
    public Action? AfterWrite { get; set; }

    public AgentState? Stored(string key) => records.TryGetValue(key, out var record) ? record.State : null;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (records.TryGetValue(KeyOf(grainId), out var record))
        {
            grainState.State = (T)(object)new AgentState { Agent = record.State.Agent! with { Revision = record.Version } };
            grainState.ETag = record.Version.ToString(CultureInfo.InvariantCulture);
            grainState.RecordExists = true;
        }
        else
        {
            grainState.State = (T)(object)new AgentState();
            grainState.ETag = null!;
            grainState.RecordExists = false;
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        BeforeWrite?.Invoke();
        Check(grainId, grainState);
        var next = Interlocked.Increment(ref version);
        records[KeyOf(grainId)] = (new AgentState { Agent = ((AgentState)(object)grainState.State!).Agent }, next);
        AfterWrite?.Invoke();
        grainState.ETag = next.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        BeforeWrite?.Invoke();
        Check(grainId, grainState);
        records.TryRemove(KeyOf(grainId), out _);
        grainState.State = (T)(object)new AgentState();
        grainState.ETag = Interlocked.Increment(ref version).ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    private void Check<T>(GrainId grainId, IGrainState<T> state)
    {
        var stored = records.TryGetValue(KeyOf(grainId), out var record) ? record.Version : 0;
        var expected = state.RecordExists ? long.Parse(state.ETag!, CultureInfo.InvariantCulture) : 0;
        if (stored != expected)
        {
            throw new InconsistentStateException("Another version is stored.", $"{stored}", $"{expected}");
        }
    }

    private static string KeyOf(GrainId grainId) => grainId.Key.ToString()!;
}
