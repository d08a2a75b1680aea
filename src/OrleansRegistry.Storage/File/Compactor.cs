using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage.Files;

/// <summary>
/// Copies the live records of all sealed segments into one new segment and then removes the old, while the store serves. A fault leaves
/// the log as it was.
/// </summary>
/// <remarks>
/// Deletions are left out of the copy: every segment that could hold the deleted record is replaced with it. After a crash at any step
/// the files that are there make one log: the new segment's name and header say which older ones it stands for.
/// </remarks>
internal sealed class Compactor(FileStoreOptions options, SegmentFiles names, OpenedLog log, ILogger logger, TimeProvider time) : IAsyncDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private Task running = Task.CompletedTask;
    private long notBefore = long.MinValue;

    /// <summary>Whether enough of the sealed segments is dead. Called, as <see cref="Start"/>, by the writer only.</summary>
    public bool IsDue(ImmutableArray<Segment> segments)
    {
        if (!running.IsCompleted || time.GetTimestamp() < Volatile.Read(ref notBefore))
        {
            return false;
        }

        var (bytes, live) = (0L, 0L);
        foreach (var segment in segments.AsSpan()[..^1])
        {
            bytes += segment.Length;
            live += segment.LiveBytes;
        }

        var dead = bytes - live;
        return dead > 0 && dead >= options.CompactionMinDeadBytes && dead > bytes / 100.0 * options.CompactionDeadPercent;
    }

    /// <summary>Compacts <paramref name="sources"/>, all segments but the active one, in the background.</summary>
    /// <param name="sources">The last of them is no compacted segment, so that the new one's name is free.</param>
    /// <param name="counters">The highest versions in them, and before.</param>
    /// <returns>Its end; faulted, and logged, where it failed. When one runs already, that one.</returns>
    public Task Start(ImmutableArray<Segment> sources, VersionCounters counters)
    {
        if (running.IsCompleted)
        {
            running = Task.Factory.StartNew(
                () => Run(sources, counters), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            _ = running.ContinueWith(ended => ended.Exception, TaskScheduler.Default);
        }

        return running;
    }

    /// <summary>Notes that a compaction could not be done, and puts the next one off.</summary>
    public void Postpone(Exception fault)
    {
        Volatile.Write(ref notBefore, time.GetTimestamp() + (long)(options.CompactionRetryDelay.TotalSeconds * time.TimestampFrequency));
        logger.CompactionFailed(fault, options.CompactionRetryDelay);
    }

    /// <summary>Ends a compaction that runs, and lets none begin. Called once the writer has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    private void Run(ImmutableArray<Segment> sources, VersionCounters counters)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            var compacted = WriteCopy(sources, counters);
            PointAt(compacted);
            log.Segments.ReplaceOldest(sources.Length, compacted);
            logger.Compacted(sources.Length, sources.Sum(source => source.Length), compacted.Path, compacted.Length, clock.ElapsedMilliseconds);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
        catch (Exception fault)
        {
            Postpone(fault);
            throw;
        }

        foreach (var source in sources)
        {
            source.Retire();
            Remove(() => names.Files.Delete(source.Path), source.Path);
        }
    }

    private Segment WriteCopy(ImmutableArray<Segment> sources, VersionCounters counters)
    {
        var header = new SegmentHeader(1, sources[^1].Header.LastId, counters.Copy());
        var path = names.PathOf(header.LastId, compacted: true);
        ILogFile? file = null;
        try
        {
            file = names.CreateUnfinished(path, header);
            var copy = new CompactionCopy(log.Index, file, stopping.Token);
            foreach (var source in sources)
            {
                copy.Add(source);
            }

            var segment = new Segment(file, path, header, copy.Finish());
            Verify(segment);
            stopping.Token.ThrowIfCancellationRequested();
            names.Publish(path);
            return segment;
        }
        catch
        {
            file?.Dispose();
            Remove(() => names.DeleteUnfinished(path), path);
            Remove(() => names.Files.Delete(path), path);
            throw;
        }
    }

    /// <summary>Points the index at the copies, except where a record has changed meanwhile.</summary>
    private void PointAt(Segment compacted)
    {
        var reader = new RecordReader(compacted);
        while (reader.ReadIntact())
        {
            var record = reader.Current;
            log.Index.Move(record.Kind, reader.ReadKey(), new RecordLocation(compacted, reader.Offset, record.Bytes.Length, record.Version));
        }
    }

    private static void Verify(Segment copy)
    {
        var reader = new RecordReader(copy);
        while (reader.ReadIntact())
        {
        }
    }

    private void Remove(Action delete, string path)
    {
        try
        {
            delete();
        }
        catch (Exception fault) when (DiskFault.Is(fault))
        {
            logger.NotRemoved(fault, path);
        }
    }
}
