using System.Globalization;
using Orleans.Storage;

namespace OrleansRegistry.Grains;

/// <summary>
/// One state of one grain, straight in grain storage. Orleans's own <c>IPersistentState</c> puts a queue and one more turn of the grain
/// before each write; the grains here write one after the other anyway, and a write is most of what they do.
/// </summary>
/// <param name="name">The name by which storage tells it from other states of the grain.</param>
internal sealed class StoredState<T>(IGrainStorage storage, string name, GrainId id) : IGrainState<T>, IVersioned, IUnreadableState
    where T : class, new()
{
    public T State { get; set; } = new();

    public bool RecordExists { get; set; }

    public long Version { get; set; }

    public UnreadableRecord? Unreadable { get; set; }

    string? IGrainState<T>.ETag
    {
        get => Version == 0 ? null : Version.ToString(CultureInfo.InvariantCulture);
        set => Version = string.IsNullOrEmpty(value) ? 0 : long.Parse(value, CultureInfo.InvariantCulture);
    }

    T? IGrainState<T>.State
    {
        get => State;
        set => State = value!;
    }

    public Task ReadAsync() => storage.ReadStateAsync(name, id, this);

    public Task WriteAsync() => storage.WriteStateAsync(name, id, this);

    public Task ClearAsync() => storage.ClearStateAsync(name, id, this);

    /// <summary>Whether storage still holds what was last read or written here.</summary>
    public async Task<bool> IsCurrentAsync()
    {
        var found = new StoredState<T>(storage, name, id);
        await found.ReadAsync();
        return found.RecordExists == RecordExists && (!found.RecordExists || found.Version == Version);
    }

    public override string ToString() => $"the state '{name}' of {id}";
}
