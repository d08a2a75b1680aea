using System.Collections.Concurrent;

namespace OrleansRegistry.Http;

/// <summary>
/// The parties that have sent something lately. Those of whom there is nothing to remember are forgotten, and there are never more than so many: where
/// somebody invents names faster than they are forgotten, new names share a few parties, and those that are known keep theirs.
/// </summary>
/// <param name="most">The most parties that are kept.</param>
internal sealed class PartyTable<TKey>(TimeProvider time, int most)
    where TKey : notnull
{
    public const int Most = 20_000;

    private const int Shared = 64;

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WhenFull = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<TKey, Party> parties = [];
    private readonly Party?[] shared = new Party?[Shared];
    private readonly Lock sweeping = new();
    private long sweptAt = time.GetTimestamp();
    private int count;

    /// <summary>How many are kept.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>The party, if <see cref="Find"/> was asked for it, or for another that it shares one with.</summary>
    public Party? Known(TKey key) => parties.GetValueOrDefault(key) ?? (Count >= most ? SharedBy(key) : null);

    public Party Find(TKey key, in PartyQuota quota)
    {
        Sweep(quota);
        if (parties.TryGetValue(key, out var known))
        {
            return known;
        }

        if (Count >= most)
        {
            ref var one = ref SharedBy(key);
            return one ?? Interlocked.CompareExchange(ref one, New(quota), null) ?? one;
        }

        var made = New(quota);
        var found = parties.GetOrAdd(key, made);
        if (ReferenceEquals(found, made))
        {
            Interlocked.Increment(ref count);
        }

        return found;
    }

    private ref Party? SharedBy(TKey key) => ref shared[(uint)key.GetHashCode() % Shared];

    private Party New(in PartyQuota quota) => new(time.GetTimestamp(), quota.Burst);

    private void Sweep(in PartyQuota quota)
    {
        if (time.GetElapsedTime(Volatile.Read(ref sweptAt)) < (Count < most ? Usual : WhenFull) || !sweeping.TryEnter())
        {
            return;
        }

        try
        {
            foreach (var (key, party) in parties)
            {
                if (party.TryRetire(time, quota) && parties.TryRemove(key, out _))
                {
                    Interlocked.Decrement(ref count);
                }
            }

            Volatile.Write(ref sweptAt, time.GetTimestamp());
        }
        finally
        {
            sweeping.Exit();
        }
    }
}
