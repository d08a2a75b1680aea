using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Storage;

namespace OrleansRegistry.Tests.Grains;

/// <summary>A grain storage for states of any kind, whose writes can be held up, and can fail.</summary>
internal sealed class HeldStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<(string, GrainId), (object State, long Version)> stored = new();
    private TaskCompletionSource? gate;
    private int waiting;
    private int reads;

    public int Reads => Volatile.Read(ref reads);

    /// <summary>How many writes are held up.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>Thrown by each write until it is null; nothing is stored.</summary>
    public Exception? Fault { get; set; }

    public void Hold() => gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release()
    {
        var held = gate!;
        gate = null;
        held.SetResult();
    }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Interlocked.Increment(ref reads);
        if (stored.TryGetValue((stateName, grainId), out var known))
        {
            grainState.State = (T)known.State;
            grainState.ETag = known.Version.ToString(CultureInfo.InvariantCulture);
            grainState.RecordExists = true;
        }
        else
        {
            grainState.State = Activator.CreateInstance<T>();
            grainState.ETag = null!;
            grainState.RecordExists = false;
        }

        return Task.CompletedTask;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (gate is { } held)
        {
            Interlocked.Increment(ref waiting);
            await held.Task;
            Interlocked.Decrement(ref waiting);
        }

        if (Fault is { } fault)
        {
            throw fault;
        }

        var before = stored.TryGetValue((stateName, grainId), out var known) ? known.Version : 0;
        var expected = grainState.RecordExists ? long.Parse(grainState.ETag!, CultureInfo.InvariantCulture) : 0;
        if (before != expected)
        {
            throw new InconsistentStateException("Another version is stored.", $"{before}", $"{expected}");
        }

        stored[(stateName, grainId)] = (grainState.State!, before + 1);
        (grainState.ETag, grainState.RecordExists) = ((before + 1).ToString(CultureInfo.InvariantCulture), true);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();
}
