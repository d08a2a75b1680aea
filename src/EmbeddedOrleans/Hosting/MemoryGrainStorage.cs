using System.Globalization;
using System.Text.Json;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace EmbeddedOrleans;

/// <summary>Grain states in a dictionary, as JSON so that no grain holds the stored object. Gone with the process.</summary>
internal sealed class MemoryGrainStorage : IGrainStorage
{
    private static readonly JsonSerializerOptions Json = new() { IncludeFields = true };
    private readonly Dictionary<(string, GrainId), (byte[] State, string ETag)> _records = [];
    private readonly Lock _lock = new();
    private long _writes;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_lock)
        {
            grainState.RecordExists = _records.TryGetValue((stateName, grainId), out var record);
            grainState.ETag = record.ETag;
            grainState.State = grainState.RecordExists ? JsonSerializer.Deserialize<T>(record.State, Json) : PersistentState<T>.Empty();
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_lock)
        {
            Check(stateName, grainId, grainState.ETag);
            var etag = (++_writes).ToString(CultureInfo.InvariantCulture);
            _records[(stateName, grainId)] = (JsonSerializer.SerializeToUtf8Bytes(grainState.State, Json), etag);
            grainState.ETag = etag;
            grainState.RecordExists = true;
        }

        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        lock (_lock)
        {
            Check(stateName, grainId, grainState.ETag);
            _records.Remove((stateName, grainId));
            grainState.State = PersistentState<T>.Empty();
            grainState.ETag = null;
            grainState.RecordExists = false;
        }

        return Task.CompletedTask;
    }

    private void Check(string stateName, GrainId grainId, string? etag)
    {
        var stored = _records.TryGetValue((stateName, grainId), out var record) ? record.ETag : null;
        if (!string.Equals(stored, etag, StringComparison.Ordinal))
        {
            throw new InconsistentStateException($"State {stateName} of {grainId} was changed by another.", stored, etag);
        }
    }
}
