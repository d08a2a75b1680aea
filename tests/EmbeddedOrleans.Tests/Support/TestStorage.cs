using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace EmbeddedOrleans.Tests.Support;

/// <summary>
/// A store with etags, shared by all silos of a test. It fails where <paramref name="probe"/> says: "read:key" and "write:key".
/// Every operation takes more than one turn, so that overlapping ones are seen.
/// </summary>
public sealed class TestStorage(Probe probe) : IGrainStorage
{
    private readonly ConcurrentDictionary<string, (string Json, long Version)> _records = new();

    /// <summary>Changes a record behind its grain's back.</summary>
    public void Overwrite<T>(string stateName, string key, T state)
    {
        var name = _records.Keys.Single(name => name.StartsWith(stateName + "|", StringComparison.Ordinal) && name.EndsWith(key, StringComparison.Ordinal));
        _records[name] = (JsonSerializer.Serialize(state), _records[name].Version + 1);
    }

    public bool Holds(string stateName, string key) =>
        _records.Keys.Any(name => name.StartsWith(stateName + "|", StringComparison.Ordinal) && name.EndsWith(key, StringComparison.Ordinal));

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Yield();
        probe.MayFail("read:" + grainId.Key);
        grainState.RecordExists = _records.TryGetValue(Name(stateName, grainId), out var record);
        grainState.ETag = grainState.RecordExists ? Etag(record.Version) : null;
        grainState.State = grainState.RecordExists ? JsonSerializer.Deserialize<T>(record.Json) : Activator.CreateInstance<T>();
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var known = grainState.ETag;
        var json = JsonSerializer.Serialize(grainState.State);
        await Task.Run(() => probe.MayFail("write:" + grainId.Key));
        var name = Name(stateName, grainId);
        var exists = _records.TryGetValue(name, out var record);
        var stored = exists ? Etag(record.Version) : null;
        var written = string.Equals(stored, known, StringComparison.Ordinal)
            && (exists ? _records.TryUpdate(name, (json, record.Version + 1), record) : _records.TryAdd(name, (json, 1)));
        if (!written)
        {
            throw new InconsistentStateException($"{name} was changed by another.", stored ?? "", known ?? "");
        }

        grainState.ETag = Etag(exists ? record.Version + 1 : 1);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Task.Yield();
        _records.TryRemove(Name(stateName, grainId), out _);
        grainState.State = Activator.CreateInstance<T>();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private static string Name(string stateName, GrainId grainId) => $"{stateName}|{grainId}";

    private static string Etag(long version) => version.ToString(CultureInfo.InvariantCulture);
}
