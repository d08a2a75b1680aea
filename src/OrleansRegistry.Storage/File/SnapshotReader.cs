using System.Collections.Immutable;
using System.Runtime.CompilerServices;

namespace OrleansRegistry.Storage.Files;

/// <summary>Streams all live records of a kind in the order of the log, which reads the disk from end to end instead of here and there.</summary>
internal static class SnapshotReader
{
    public static async IAsyncEnumerable<StoredRecord> ReadAsync(
        OpenedLog log, RecordKind kind, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Reading blocks, which the thread of a grain or a request is not there for.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        ImmutableArray<Segment> segments;
        long[] ends;
        lock (log.Publishing)
        {
            // All that lies before these ends is in the index, so that no record is met in two versions that were both the newest.
            segments = log.Segments.Acquire();
            ends = [.. segments.Select(segment => segment.Length)];
        }

        try
        {
            foreach (var (segment, end) in segments.Zip(ends))
            {
                var reader = new RecordReader(segment, end);
                while (reader.ReadIntact())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    if (LiveRecord(log.Index, reader, kind) is { } record)
                    {
                        yield return record;
                    }
                }
            }

            // What was left out because it has changed must be in the feed by now, and not only in the index.
            lock (log.Publishing)
            {
            }
        }
        finally
        {
            foreach (var segment in segments)
            {
                segment.Release();
            }
        }
    }

    /// <summary>Told by its version and not by its place, because a compaction may move it meanwhile.</summary>
    private static StoredRecord? LiveRecord(LogIndex index, RecordReader reader, RecordKind kind)
    {
        var record = reader.Current;
        if (record.Kind != kind || record.IsDelete)
        {
            return null;
        }

        var key = reader.ReadKey();
        return index.VersionOf(kind, key) == record.Version ? new StoredRecord(key, record.Version, record.CopyBody()) : null;
    }
}
