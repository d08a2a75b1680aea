using System.Buffers;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage.Files;

/// <summary>
/// Keeps records in an append-only log in one folder, and in memory only where each of them lies. Serves one process. A write is
/// answered once it is flushed to the disk (fsync) together with all that waited beside it.
/// </summary>
/// <remarks>After a crash at any moment every acknowledged write is there. See File/README.md for the format and the rules.</remarks>
public sealed class FileStore : IRecordStore
{
    private readonly FileStoreOptions options;
    private readonly ILogger<FileStore> logger;
    private readonly IFileSystem files;
    private readonly TimeProvider time;
    private readonly ChangeLog feed;
    private volatile Opened? opened;
    private int disposed;

    public FileStore(FileStoreOptions options, ILogger<FileStore> logger)
        : this(options, logger, new DiskFileSystem(), TimeProvider.System)
    {
    }

    internal FileStore(FileStoreOptions options, ILogger<FileStore> logger, IFileSystem files, TimeProvider time)
    {
        (this.options, this.logger, this.files, this.time) = (options, logger, files, time);
        feed = new ChangeLog(options.Feed);
    }

    public string Name => "file store";

    public string Description => $"file store in {Path.GetFullPath(options.Directory)}";

    public bool IsShared => false;

    public string? WritesStopped => opened?.Writer.WritesStopped;

    public Task OpenAsync(CancellationToken cancellationToken)
    {
        options.Validate();
        return Task.Run(Open, cancellationToken);
    }

    public bool? Has(RecordKind kind, RecordKey key) => Ready().Log.Index.TryGet(kind, key, out _);

    public ValueTask<StoredRecord?> ReadAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RecordRules.CheckKey(kind, key);
        var index = Ready().Log.Index;
        while (index.TryGet(kind, key, out var location))
        {
            // Where it is closed, a compaction has moved the record: the index knows the new place.
            if (location.Segment.TryAcquire())
            {
                return ValueTask.FromResult<StoredRecord?>(Read(kind, key, location));
            }

            Ready();
        }

        return ValueTask.FromResult<StoredRecord?>(null);
    }

    public ValueTask<long> WriteAsync(
        RecordKind kind, RecordKey key, long expectedVersion, RecordBody body, CancellationToken cancellationToken = default)
    {
        RecordRules.CheckBody(body);
        return Change(kind, key, expectedVersion, RecordIndexes.WithFields(kind, body), cancellationToken);
    }

    public ValueTask<long> DeleteAsync(RecordKind kind, RecordKey key, long expectedVersion, CancellationToken cancellationToken = default) =>
        Change(kind, key, expectedVersion, body: null, cancellationToken);

    public ValueTask<RecordSnapshot> SnapshotAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var log = Ready().Log;
        return ValueTask.FromResult(new RecordSnapshot(feed.Revision, SnapshotReader.ReadAsync(log, RecordKind.Agent, CancellationToken.None)));
    }

    public ValueTask<long> CurrentRevisionAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Ready();
        return ValueTask.FromResult(feed.Revision);
    }

    public ValueTask<ChangeBatch> ReadChangesAsync(long revision, CancellationToken cancellationToken = default)
    {
        Ready();
        return feed.ReadAsync(revision, cancellationToken);
    }

    public ValueTask<IReadOnlyList<StoredRecord>> ListTasksAsync(
        TaskFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        Ready().Log.Queries.ListTasksAsync(this, filter, after, limit, cancellationToken);

    public ValueTask<IReadOnlyList<RecordPosition>> ListTaskKeysAsync(
        TaskFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Ready().Log.Queries.ListTaskKeys(filter, after, limit, cancellationToken));

    public ValueTask<IReadOnlyList<RecordPosition>> ListContextKeysAsync(
        ContextFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Ready().Log.Queries.ListContextKeys(filter, after, limit, cancellationToken));

    public ValueTask<IReadOnlyDictionary<TaskState, long>> CountTasksAsync(TaskFilter filter, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Ready().Log.Queries.CountTasks(filter));
    }

    public ValueTask<IReadOnlyList<ContextTasks>> SummarizeContextsAsync(
        string tenant, string owner, IReadOnlyList<string> contextIds, int newest, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Ready().Log.Queries.SummarizeContexts(tenant, owner, contextIds, newest));
    }

    public ValueTask<IReadOnlyList<StoredRecord>> ListContextsAsync(
        ContextFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        Ready().Log.Queries.ListContextsAsync(this, filter, after, limit, cancellationToken);

    /// <summary>Compacts whatever is dead, now.</summary>
    internal Task CompactAsync() => Ready().Writer.CompactAsync();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0 && opened is { } serving)
        {
            await serving.Writer.CompleteAsync();
            await serving.Compactor.DisposeAsync();
            feed.Close(() => RecordRules.Stopping(Name));
            serving.Log.Segments.RetireAll();
            serving.Lock.Dispose();
            serving.Signal?.Dispose();
        }
    }

    private void Open()
    {
        var clock = Stopwatch.StartNew();
        var folder = Path.GetFullPath(options.Directory);
        StoreLock? taken = null;
        try
        {
            CreateFolder(folder);
            taken = StoreLock.Take(folder);
            var names = new SegmentFiles(folder, files);
            var log = new LogRecovery(names, logger).Run();
            feed.Start(log.Counters[RecordKind.Agent]);
            var compactor = new Compactor(options, names, log, logger, time);
            var writer = new LogWriter(options, names, log, feed, compactor, logger, Name);
            writer.Start();
            opened = new Opened(log, writer, compactor, taken, FileSizeSignal.Ignore());
            var segments = log.Segments.Current;
            logger.StoreOpened(
                folder, log.Index.Count, feed.Revision, segments.Length, segments.Sum(segment => segment.Length), clock.ElapsedMilliseconds);
        }
        catch (Exception fault) when (DiskFault.Is(fault))
        {
            taken?.Dispose();
            throw new StoreStartException(
                $"The data folder {folder} cannot be used ({fault.Message}). Make it a folder that this user may read and write, with space left, "
                + "or name another one.",
                fault);
        }
        catch
        {
            taken?.Dispose();
            throw;
        }
    }

    private void CreateFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            if (Path.GetDirectoryName(folder) is { } parent)
            {
                files.FlushDirectory(parent);
            }
        }
    }

    private ValueTask<long> Change(RecordKind kind, RecordKey key, long expectedVersion, RecordBody? body, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        var (tenantBytes, idBytes) = RecordRules.CheckKey(kind, key);
        var length = RecordFormat.Length(tenantBytes, idBytes, body);
        return Ready().Writer.Enqueue(WriteRequest.Rent(kind, key, expectedVersion, body, length, cancellationToken));
    }

    /// <summary>Reads one record from a segment that is held, and releases it.</summary>
    private StoredRecord Read(RecordKind kind, RecordKey key, in RecordLocation location)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(location.Length);
        try
        {
            var bytes = buffer.AsSpan(0, location.Length);
            return location.Segment.File.Read(bytes, location.Offset) == bytes.Length && RecordFormat.TryRead(bytes, out var record)
                && RecordFormat.IsIntact(record.Bytes) && record.Kind == kind && record.Version == location.Version
                ? new StoredRecord(key, record.Version, record.CopyBody())
                : throw new IOException($"{location.Segment.Path} no longer holds the record of version {location.Version} at offset {location.Offset}");
        }
        catch (Exception fault) when (DiskFault.Is(fault))
        {
            logger.ReadFailed(fault, location.Segment.Path);
            throw new RegistryException(RegistryError.Unavailable, $"The {Name} could not read a record; the registry's log says why.", innerException: fault);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            location.Segment.Release();
        }
    }

    private Opened Ready()
    {
        if (Volatile.Read(ref disposed) != 0)
        {
            throw RecordRules.Stopping(Name);
        }

        return opened ?? throw new InvalidOperationException($"The {Description} is not open: call {nameof(OpenAsync)} first.");
    }

    private sealed record Opened(OpenedLog Log, LogWriter Writer, Compactor Compactor, StoreLock Lock, IDisposable? Signal);
}
