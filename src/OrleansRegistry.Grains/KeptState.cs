using Orleans.Storage;

namespace OrleansRegistry.Grains;

/// <summary>
/// One state of one grain, straight in grain storage. Orleans's own <c>IPersistentState</c> puts a queue and one more turn of the grain
/// before each write; the grains here write one after the other anyway, and a write is most of what they do.
/// </summary>
/// <param name="name">The name by which storage tells it from other states of the grain.</param>
internal sealed class KeptState<T>(IGrainStorage storage, string name, GrainId id)
    where T : class, new()
{
    private readonly GrainState<T> kept = new(new T());

    public T State
    {
        get => kept.State!;
        set => kept.State = value;
    }

    public bool RecordExists => kept.RecordExists;

    /// <summary>The version in storage; null where it never held one.</summary>
    public string? ETag => kept.ETag;

    public Task Read() => storage.ReadStateAsync(name, id, kept);

    public Task Write() => storage.WriteStateAsync(name, id, kept);

    public Task Clear() => storage.ClearStateAsync(name, id, kept);

    /// <summary>Whether storage still holds what was last read or written here.</summary>
    public async Task<bool> IsCurrent()
    {
        var found = new GrainState<T>(new T());
        await storage.ReadStateAsync(name, id, found);
        return found.RecordExists == kept.RecordExists && (!found.RecordExists || found.ETag == kept.ETag);
    }

    public override string ToString() => $"the state '{name}' of {id}";
}
