using System.Collections.Concurrent;

namespace EmbeddedOrleans.Tests.Support;

/// <summary>What tests and grains tell each other past the engine: events counted by name, and gates that hold a grain where it is.</summary>
public sealed class Probe
{
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private readonly ConcurrentDictionary<string, int> _failures = new();

    public int Count(string what) => _counts.GetValueOrDefault(what);

    public int Add(string what, int by = 1) => _counts.AddOrUpdate(what, by, (_, count) => count + by);

    /// <summary>Completes once <see cref="Open"/> was called for the same name.</summary>
    public Task Gate(string name) => Find(name).Task;

    public void Open(string name) => Find(name).TrySetResult();

    /// <summary>Lets the next <paramref name="times"/> calls of <see cref="MayFail"/> throw.</summary>
    public void Fail(string what, int times = 1) => _failures[what] = times;

    public void MayFail(string what)
    {
        if (_failures.TryGetValue(what, out var left) && left > 0)
        {
            _failures[what] = left - 1;
            throw new InvalidOperationException($"{what} fails, as the test asks.");
        }
    }

    private TaskCompletionSource Find(string name) =>
        _gates.GetOrAdd(name, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
