using System.Globalization;
using Orleans.Storage;

namespace OrleansRegistry.Storage;

/// <summary>
/// Keeps grain states as records of an <see cref="IRecordStore"/>. A grain's key is <c>t/&lt;tenant&gt;/&lt;id&gt;</c>, its ETag the
/// record's version in decimal; after a clear, the version of the deletion. States are distinguished by their name, each by its
/// <see cref="RecordStateCodec{TState}"/>.
/// </summary>
public sealed class RecordGrainStorage : IGrainStorage
{
    private const string KeyPrefix = "t/";

    private readonly IRecordStore store;
    private readonly Dictionary<string, RecordStateCodec> codecs;
    private readonly UnreadableRecords faulty;

    /// <exception cref="ArgumentException">Two codecs are for one state name.</exception>
    public RecordGrainStorage(IRecordStore store, IEnumerable<RecordStateCodec> codecs, UnreadableRecords faulty)
    {
        this.store = store;
        this.faulty = faulty;
        this.codecs = codecs.ToDictionary(codec => codec.StateName, StringComparer.Ordinal);
    }

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var codec = CodecOf<T>(stateName);
        if (await store.ReadAsync(codec.Kind, KeyOf(grainId)) is { } record)
        {
            grainState.State = Decode(codec, record, grainState as IUnreadableState, out var unreadable);
            Accept(grainState, record.Version, unreadable);
        }
        else
        {
            Reset(codec, grainState, version: 0);
        }
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var codec = CodecOf<T>(stateName);
        var key = KeyOf(grainId);
        var expected = VersionOf(grainState);
        var body = codec.Encode(grainState.State!);
        try
        {
            Accept(grainState, await store.WriteAsync(codec.Kind, key, expected, body));
        }
        catch (RecordOutcomeUnknownException unknown)
        {
            var stored = await store.ReadAsync(codec.Kind, key);
            ThrowIfNotDone(codec.Kind, key, stored, expected, unknown);
            if (stored?.Body != body)
            {
                // Another has written since: over this write, or in its place.
                throw;
            }

            Accept(grainState, stored.Version);
        }
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var codec = CodecOf<T>(stateName);
        var key = KeyOf(grainId);
        var expected = VersionOf(grainState);
        if (expected == 0)
        {
            if (await store.ReadAsync(codec.Kind, key) is { } stored)
            {
                throw RecordRules.Conflict(codec.Kind, key, stored.Version, expected);
            }
        }

        Reset(codec, grainState, expected == 0 ? 0 : await DeleteAsync(codec.Kind, key, expected));
    }

    private async Task<long> DeleteAsync(RecordKind kind, RecordKey key, long expected)
    {
        try
        {
            return await store.DeleteAsync(kind, key, expected);
        }
        catch (RecordOutcomeUnknownException unknown)
        {
            var stored = await store.ReadAsync(kind, key);
            ThrowIfNotDone(kind, key, stored, expected, unknown);
            if (stored is not null)
            {
                throw;
            }

            return kind.HasFeed ? await store.CurrentRevisionAsync(kind) : expected + 1;
        }
    }

    /// <summary>The state; where the record cannot be read, an empty one for grains that know what to do then.</summary>
    private T Decode<T>(RecordStateCodec<T> codec, StoredRecord record, IUnreadableState? maybe, out UnreadableRecord? unreadable)
    {
        try
        {
            unreadable = null;
            return codec.Decode(record);
        }
        catch (RegistryException refusal) when (refusal.Error == RegistryError.Unreadable)
        {
            faulty.Report(codec.Kind, record.Key, refusal);
            if (maybe is null)
            {
                throw;
            }

            unreadable = new UnreadableRecord(refusal.Message, StoredRecords.OwnerOf(record));
            return codec.Create();
        }
    }

    private RecordStateCodec<T> CodecOf<T>(string stateName) => codecs.GetValueOrDefault(stateName) switch
    {
        RecordStateCodec<T> codec => codec,
        null => throw new InvalidOperationException(
            $"No record codec is registered for the grain state '{stateName}': add one with AddRecordStateCodec."),
        var other => throw new InvalidOperationException(
            $"The record codec of the grain state '{stateName}' is {other.GetType()}, not one for {typeof(T)}."),
    };

    /// <summary>The tenant has no slash; the id is all that follows it.</summary>
    private static RecordKey KeyOf(GrainId grainId)
    {
        var text = grainId.Key.ToString() ?? "";
        var slash = text.StartsWith(KeyPrefix, StringComparison.Ordinal) ? text.IndexOf('/', KeyPrefix.Length) : -1;
        return slash >= 0
            ? new RecordKey(text[KeyPrefix.Length..slash], text[(slash + 1)..])
            : throw new ArgumentException($"The grain key '{text}' is not of the form t/<tenant>/<id>.", nameof(grainId));
    }

    private static long VersionOf<T>(IGrainState<T> state) => state switch
    {
        { RecordExists: false } => 0,
        IVersioned versioned => versioned.Version,
        { ETag: null or "" } => 0,
        { ETag: var etag } => long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : throw new ArgumentException($"The ETag '{etag}' is not a version of this store.", nameof(state)),
    };

    private static void Accept<T>(IGrainState<T> state, long version, UnreadableRecord? unreadable = null)
    {
        SetVersion(state, version);
        SetUnreadable(state, unreadable);
        state.RecordExists = true;
    }

    private static void Reset<T>(RecordStateCodec<T> codec, IGrainState<T> state, long version)
    {
        state.State = codec.Create();
        SetVersion(state, version);
        SetUnreadable(state, null);
        state.RecordExists = false;
    }

    private static void SetUnreadable<T>(IGrainState<T> state, UnreadableRecord? unreadable)
    {
        if (state is IUnreadableState maybe)
        {
            maybe.Unreadable = unreadable;
        }
    }

    private static void SetVersion<T>(IGrainState<T> state, long version)
    {
        if (state is IVersioned versioned)
        {
            versioned.Version = version;
        }
        else
        {
            state.ETag = version == 0 ? null! : version.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Where the record is as it was before, so that the change can be made again.</summary>
    private static void ThrowIfNotDone(RecordKind kind, RecordKey key, StoredRecord? stored, long expected, RecordOutcomeUnknownException unknown)
    {
        if ((stored?.Version ?? 0) == expected)
        {
            throw new InconsistentStateException(
                $"The outcome of the last write of {kind} {key.Id} was unknown, and it was not stored.",
                $"{expected}",
                $"{expected}",
                unknown);
        }
    }
}
