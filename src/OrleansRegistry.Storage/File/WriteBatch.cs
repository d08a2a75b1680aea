using System.Runtime.InteropServices;

namespace OrleansRegistry.Storage.Files;

/// <summary>
/// Decides which writes of a batch hold, and lays them out as one frame. Nothing of it is visible to anybody before <see cref="Apply"/>.
/// </summary>
internal sealed class WriteBatch(LogIndex index, RecordIndexes queries, VersionCounters committed)
{
    private const int KeptBufferBytes = 8 * 1024 * 1024;

    private readonly Dictionary<(RecordKind Kind, RecordKey Key), long> versions = [];
    private readonly List<RecordChange> changes = [];
    private readonly VersionCounters next = new();
    private byte[] buffer = new byte[64 * 1024];
    private int used;

    /// <summary>The finished frame; empty when no write of the batch holds.</summary>
    public ReadOnlySpan<byte> Frame => buffer.AsSpan(0, used);

    public void Build(List<WriteRequest> requests)
    {
        Clear();
        next.CopyFrom(committed);
        foreach (var request in requests)
        {
            Add(request);
        }

        if (used > 0)
        {
            FrameFormat.Seal(buffer.AsSpan(0, used));
        }
    }

    /// <summary>Makes the writes visible to readers, now that their frame is durable at <paramref name="frameOffset"/>.</summary>
    public void Apply(List<WriteRequest> requests, Segment segment, long frameOffset, ChangeLog feed)
    {
        foreach (var request in requests)
        {
            if (request.Refusal is not null)
            {
                continue;
            }

            if (request.Body is null)
            {
                index.Remove(request.Kind, request.Key);
            }
            else
            {
                index.Set(request.Kind, request.Key, new RecordLocation(segment, frameOffset + request.FrameOffset, request.Length, request.Version));
            }

            queries.Set(request.Kind, request.Key, request.Version, request.Body);
            if (request.Kind == RecordKind.Agent)
            {
                changes.Add(new RecordChange(request.Key, request.Version, request.Body));
            }
        }

        committed.CopyFrom(next);
        feed.Publish(CollectionsMarshal.AsSpan(changes));
        Clear();
    }

    private void Clear()
    {
        versions.Clear();
        changes.Clear();
        used = 0;
        if (buffer.Length > KeptBufferBytes)
        {
            buffer = new byte[KeptBufferBytes];
        }
    }

    private void Add(WriteRequest request)
    {
        if (request.CancellationToken.IsCancellationRequested)
        {
            request.Refusal = new OperationCanceledException(request.CancellationToken);
            return;
        }

        ref var version = ref CollectionsMarshal.GetValueRefOrAddDefault(versions, (request.Kind, request.Key), out var known);
        if (!known)
        {
            version = index.VersionOf(request.Kind, request.Key);
        }

        if (version != request.ExpectedVersion || (version == 0 && request.Body is null))
        {
            request.Refusal = RecordRules.Conflict(request.Kind, request.Key, version, request.ExpectedVersion);
            return;
        }

        request.Version = ++next[request.Kind];
        version = request.Body is null ? 0 : request.Version;
        used = used == 0 ? FrameFormat.HeaderBytes : used;
        request.FrameOffset = used;
        if (buffer.Length - used < request.Length)
        {
            Array.Resize(ref buffer, (int)Math.Min(Array.MaxLength, Math.Max(2L * buffer.Length, (long)used + request.Length)));
        }

        RecordFormat.Write(buffer.AsSpan(used, request.Length), request.Kind, request.Key, request.Version, request.Body);
        used += request.Length;
    }
}
