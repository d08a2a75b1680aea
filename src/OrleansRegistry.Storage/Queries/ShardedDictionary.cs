using System.Diagnostics.CodeAnalysis;

namespace OrleansRegistry.Storage;

/// <summary>A dictionary in parts, so that growing one of a million entries holds up nobody for long. Not thread-safe.</summary>
internal sealed class ShardedDictionary<TKey, TValue>
    where TKey : notnull
{
    private const int Shards = 64;

    private readonly Dictionary<TKey, TValue>?[] shards = new Dictionary<TKey, TValue>?[Shards];

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        value = default;
        return shards[ShardOf(key)]?.TryGetValue(key, out value) ?? false;
    }

    public void Add(TKey key, TValue value) => (shards[ShardOf(key)] ??= []).Add(key, value);

    public bool Remove(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        value = default;
        return shards[ShardOf(key)]?.Remove(key, out value) ?? false;
    }

    private static int ShardOf(TKey key) => (int)((uint)key.GetHashCode() % Shards);
}
