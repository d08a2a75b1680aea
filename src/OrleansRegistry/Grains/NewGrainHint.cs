using Orleans.Runtime;

namespace OrleansRegistry.Grains;

/// <summary>
/// Tells one grain, with the call that activates it, that nothing can be stored for it yet: its activation then writes first and reads only where
/// that fails. A grain that is active already ignores it.
/// </summary>
internal static class NewGrainHint
{
    private const string Name = "registry.new-grain";

    /// <summary>Makes a call with the hint.</summary>
    /// <param name="key">The grain's key: other grains that the call reaches are not meant.</param>
    /// <param name="owner">Who makes it.</param>
    public static async Task<T> CallAsync<T>(string key, string owner, Func<Task<T>> call)
    {
        // The value holds for this method and what it calls, and for nothing else of the caller's.
        RequestContext.Set(Name, $"{owner}\n{key}");
        return await call();
    }

    /// <summary>The owner that the call which activates this grain names; null without a hint.</summary>
    public static string? OwnerOf(string key) =>
        RequestContext.Get(Name) is string hint && hint.IndexOf('\n', StringComparison.Ordinal) is var end && hint.AsSpan(end + 1).SequenceEqual(key)
        ? hint[..end]
        : null;
}
