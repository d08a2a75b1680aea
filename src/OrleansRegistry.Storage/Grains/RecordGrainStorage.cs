using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrleansRegistry.Storage.Grains;

/// <summary>How states of one name are stored as records.</summary>
public abstract record RecordStateCodec(string StateName, RecordKind Kind);

/// <inheritdoc/>
public sealed record RecordStateCodec<TState>(string StateName, RecordKind Kind, Func<TState, RecordBody> Encode, Func<StoredRecord, TState> Decode)
    : RecordStateCodec(StateName, Kind);

/// <summary>Orleans's grain storage on an <see cref="IRecordStore"/>. An ETag is the record's version in decimal.</summary>
public sealed class RecordGrainStorage(IRecordStore store, IEnumerable<RecordStateCodec> codecs) : IGrainStorage
{
    private readonly Dictionary<string, RecordStateCodec> codecs = codecs.ToDictionary(codec => codec.StateName, StringComparer.Ordinal);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var codec = CodecOf<T>(stateName);
        var stored = await store.ReadAsync(codec.Kind, KeyOf(grainId));
        if (stored is null)
        {
            Forget(grainState, null);
            return;
        }

        grainState.State = codec.Decode(stored);
        grainState.ETag = stored.Version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var codec = CodecOf<T>(stateName);
        var version = await store.WriteAsync(codec.Kind, KeyOf(grainId), VersionOf(grainState), codec.Encode(grainState.State!));
        grainState.ETag = version.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (VersionOf(grainState) is > 0 and var version)
        {
            var deletion = await store.DeleteAsync(CodecOf<T>(stateName).Kind, KeyOf(grainId), version);
            Forget(grainState, deletion.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static long VersionOf<T>(IGrainState<T> state) => state.RecordExists ? long.Parse(state.ETag!, CultureInfo.InvariantCulture) : 0;

    private static void Forget<T>(IGrainState<T> state, string? etag)
    {
        state.State = Activator.CreateInstance<T>();
        state.ETag = etag!;
        state.RecordExists = false;
    }

    private static RecordKey KeyOf(GrainId grainId)
    {
        var key = grainId.Key.ToString()!;
        var slash = key.IndexOf('/', 2);
        return new RecordKey(key[2..slash], key[(slash + 1)..]);
    }

    private RecordStateCodec<T> CodecOf<T>(string stateName) =>
        codecs.GetValueOrDefault(stateName) as RecordStateCodec<T>
        ?? throw new InvalidOperationException($"No record codec is registered for state '{stateName}' of type {typeof(T)}.");
}
