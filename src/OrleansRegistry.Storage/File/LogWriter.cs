using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage.Files;

/// <summary>
/// The one thread that writes the log: takes all writes that wait, puts them on disk as one frame with one flush, shows them to readers,
/// and only then answers their callers. New writes gather meanwhile.
/// </summary>
internal sealed class LogWriter
{
    private static readonly TimeSpan LongestWaitForOthers = TimeSpan.FromMilliseconds(10);

    private readonly FileStoreOptions options;
    private readonly SegmentFiles names;
    private readonly OpenedLog log;
    private readonly ChangeLog feed;
    private readonly Compactor compactor;
    private readonly ILogger logger;
    private readonly string description;
    private readonly WriteQueue queue;
    private readonly WriteBatch batch;
    private readonly List<WriteRequest> requests = [];
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan lastFlush;
    private volatile string? stopped;

    /// <inheritdoc cref="IRecordStore.WritesStopped"/>
    public string? WritesStopped => stopped;

    public LogWriter(
        FileStoreOptions options, SegmentFiles names, OpenedLog log, ChangeLog feed, Compactor compactor, ILogger logger, string description)
    {
        (this.options, this.names, this.log, this.feed, this.compactor) = (options, names, log, feed, compactor);
        (this.logger, this.description) = (logger, description);
        queue = new WriteQueue(options.MaxQueuedWrites, options.MaxQueuedBytes, LongestWaitForOthers);
        batch = new WriteBatch(log.Index, log.Queries, log.Counters);
    }

    public void Start() => new Thread(Run) { Name = "Log writer", IsBackground = true }.Start();

    /// <summary>Queues a write; the task completes once it is durable.</summary>
    public ValueTask<long> Enqueue(WriteRequest request)
    {
        if (stopped is { } reason)
        {
            request.Return();
            throw Stopped(reason);
        }

        var answer = request.Answer;
        switch (queue.TryAdd(request))
        {
            case WriteQueue.Entry.Taken:
                return answer;
            case WriteQueue.Entry.Completed:
                request.Return();
                throw RecordRules.Stopping(description);
            default:
                request.Return();
                throw new RegistryException(RegistryError.Busy, $"The {description} has too many writes waiting. Nothing was stored; try again shortly.")
                {
                    RetryAfter = TimeSpan.FromSeconds(1),
                };
        }
    }

    /// <summary>Compacts whatever is dead, now. Completes when that is done, or failed.</summary>
    public async Task CompactAsync()
    {
        var begun = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!queue.TryAdd(() => begun.SetResult(BeginCompaction())))
        {
            throw RecordRules.Stopping(description);
        }

        await await begun.Task;
    }

    /// <summary>Takes no more writes, and completes when those that wait are answered.</summary>
    public Task CompleteAsync()
    {
        queue.Complete();
        return ended.Task;
    }

    private void Run()
    {
        while (queue.Take(requests, lastFlush, out var errand))
        {
            if (errand is not null)
            {
                errand();
                continue;
            }

            Commit();
            requests.Clear();
            if (stopped is null && compactor.IsDue(log.Segments.Current))
            {
                _ = BeginCompaction();
            }
        }

        ended.SetResult();
    }

    private void Commit()
    {
        if (stopped is { } reason)
        {
            FailAll(() => Stopped(reason));
            return;
        }

        try
        {
            batch.Build(requests);
            if (!batch.Frame.IsEmpty && !Write())
            {
                return;
            }
        }
#pragma warning disable CA1031 // Nobody else is there to see it: callers must be answered, and nothing more may be written by what is broken.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            Stop(bug, "the writer failed.");
            FailAll(() => new RecordOutcomeUnknownException($"The {description} failed while writing.", bug));
            return;
        }

        requests.ForEach(Answer);
    }

    /// <summary>Puts the batch on disk and shows it, or fails all of it.</summary>
    private bool Write()
    {
        var flushing = false;
        try
        {
            if (log.Segments.Active.Length >= options.SegmentBytes)
            {
                BeginSegment();
            }

            var active = log.Segments.Active;
            var offset = active.Length;
            active.File.Write(batch.Frame, offset);
            flushing = true;
            var started = Stopwatch.GetTimestamp();
            active.File.Flush();
            lastFlush = Stopwatch.GetElapsedTime(started);
            lock (log.Publishing)
            {
                active.Length = offset + batch.Frame.Length;
                batch.Apply(requests, active, offset, feed);
            }

            return true;
        }
        catch (Exception fault) when (DiskFault.Is(fault))
        {
            TakeBack(fault, flushing);
            return false;
        }
    }

    /// <summary>Cuts the failed frame off again. Where that fails too, only a restart can tell what is stored.</summary>
    private void TakeBack(Exception fault, bool flushing)
    {
        var active = log.Segments.Active;
        try
        {
            active.File.Truncate(active.Length);
            if (flushing)
            {
                active.File.Flush();
            }
        }
        catch (Exception second) when (DiskFault.Is(second))
        {
            Stop(fault, "a write failed and could not be taken back.");
            FailAll(() => new RecordOutcomeUnknownException(
                $"The {description} could not write nor take it back: only a restart can tell.", fault));
            return;
        }

        if (flushing || fault is DirectoryFlushException)
        {
            Stop(fault, "the disk did not confirm a write, and what it holds is only known once it is read again.");
            FailAll(() => Stopped(stopped!));
            return;
        }

        logger.WriteFailed(fault, active.Path, requests.Count);
        FailAll(() => DiskFault.NotStored(description, fault));
    }

    /// <summary>Seals the active segment and goes on in a new one.</summary>
    private void BeginSegment()
    {
        var full = log.Segments.Active;
        full.File.Flush();
        log.Segments.Add(names.CreateEmpty(full.Header.LastId + 1, log.Counters));
    }

    private Task BeginCompaction()
    {
        if (stopped is { } reason)
        {
            return Task.FromException(Stopped(reason));
        }

        try
        {
            var current = log.Segments.Current;
            if (current.Length == 1 || (current.Length == 2 && current[0].IsCompacted) || !log.Segments.Active.IsEmpty)
            {
                BeginSegment();
            }

            current = log.Segments.Current;
            return compactor.Start(current[..^1], current[^1].Header.Base);
        }
        catch (DirectoryFlushException fault)
        {
            Stop(fault, "a new segment's name may not be durable.");
            return Task.FromException(fault);
        }
        catch (Exception fault) when (DiskFault.Is(fault))
        {
            compactor.Postpone(fault);
            return Task.FromException(fault);
        }
    }

    private static void Answer(WriteRequest request)
    {
        if (request.Refusal is { } refusal)
        {
            request.Fail(refusal);
        }
        else
        {
            request.Succeed();
        }
    }

    private void FailAll(Func<Exception> reason) => requests.ForEach(request => request.Fail(reason()));

    private void Stop(Exception fault, string reason)
    {
        stopped = reason;
        logger.WritesStopped(fault, log.Segments.Active.Path, reason);
    }

    private RegistryException Stopped(string reason) => new(
        RegistryError.Unavailable, $"The {description} takes no more writes until the registry is restarted: {reason} Reads go on.")
    {
        RetryAfter = TimeSpan.FromSeconds(60),
    };
}
