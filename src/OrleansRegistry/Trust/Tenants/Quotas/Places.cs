namespace OrleansRegistry.Trust.Tenants;

/// <summary>The places of one quota. Used in the turns of one grain.</summary>
/// <param name="count">How many are stored.</param>
/// <param name="isThere">Whether one is.</param>
internal sealed class Places(Func<Task<long>> count, Func<string, Task<bool>> isThere, [RegistryTime] TimeProvider time)
{
    /// <summary>A place whose taker said nothing for so long is that of a process that ended.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(1);

    /// <summary>Given since the last count: since when, by how many, and whether it was written.</summary>
    private readonly Dictionary<string, Place> given = new(StringComparer.Ordinal);

    private long? counted;
    private Task? counting;

    private long Used => counted!.Value + given.Count;

    public async Task<long?> TakeAsync(string id, long limit)
    {
        if (counted is null)
        {
            await RecountAsync();
        }

        if (!MayTake(id, limit))
        {
            // Another count may have begun before something ended: one that begins now has it.
            await RecountAsync();
            if (!MayTake(id, limit))
            {
                // What is there already needs no place.
                return await isThere(id) ? null : Used;
            }
        }

        var before = given.GetValueOrDefault(id);
        given[id] = new Place(time.GetTimestamp(), (before?.Takers ?? 0) + 1, before?.IsWritten ?? false);
        return null;
    }

    public void Tell(string id, bool isWritten)
    {
        if (given.TryGetValue(id, out var place))
        {
            place = place with { Takers = place.Takers - 1, IsWritten = place.IsWritten || isWritten };
            if (place.Takers <= 0 && !place.IsWritten)
            {
                given.Remove(id);
            }
            else
            {
                given[id] = place;
            }
        }
    }

    private bool MayTake(string id, long limit) => given.ContainsKey(id) || Used < limit;

    /// <summary>Counts what is stored now.</summary>
    public async Task RecountAsync()
    {
        if (counting is { IsCompleted: false } running)
        {
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        // Those who waited for the same one share the next.
        await (counting is { IsCompleted: false } next ? next : counting = CountAsync());
    }

    private async Task CountAsync()
    {
        // What is there before the count is in it, and is no place beside it.
        var there = new List<string>();
        foreach (var (id, place) in given.ToList())
        {
            if (place.IsWritten || time.GetElapsedTime(place.Since) > Forgotten || await isThere(id))
            {
                there.Add(id);
            }
        }

        var found = await count();
        foreach (var id in there)
        {
            given.Remove(id);
        }

        counted = found;
    }

    private sealed record Place(long Since, int Takers, bool IsWritten);
}
