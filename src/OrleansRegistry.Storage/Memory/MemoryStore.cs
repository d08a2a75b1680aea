using OrleansRegistry.Model;

namespace OrleansRegistry.Storage.Memory;

/// <summary>Keeps records in this process only: for tests, and for registries that may forget. Gone when the process ends.</summary>
public sealed class MemoryStore : IRecordStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<(RecordKind Kind, RecordKey Key), StoredRecord> records = [];
    private readonly Dictionary<RecordKind, long> sequences = [];
    private readonly RecordIndexes indexes = new();
    private readonly ChangeLogLimits limits;
    private readonly ChangeLog feed;
    private bool disposed;

    /// <param name="feedLimits">How far back the change feed reaches; null for the defaults.</param>
    public MemoryStore(ChangeLogLimits? feedLimits = null)
    {
        limits = feedLimits ?? new ChangeLogLimits();
        feed = new ChangeLog(limits);
    }

    public string Name => "memory store";

    public string Description => "memory store (nothing is kept across restarts)";

    public bool IsShared => false;

    public Task OpenAsync(CancellationToken cancellationToken)
    {
        limits.Validate();
        return Task.CompletedTask;
    }

    public bool? Has(RecordKind kind, RecordKey key)
    {
        lock (gate)
        {
            return records.ContainsKey((kind, key));
        }
    }

    public ValueTask<StoredRecord?> ReadAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RecordRules.CheckKey(kind, key);
        lock (gate)
        {
            ThrowIfDisposed();
            return ValueTask.FromResult(records.GetValueOrDefault((kind, key)));
        }
    }

    public ValueTask<long> WriteAsync(
        RecordKind kind, RecordKey key, long expectedVersion, RecordBody body, CancellationToken cancellationToken = default)
    {
        RecordRules.CheckBody(body);
        return ValueTask.FromResult(Change(kind, key, expectedVersion, RecordIndexes.WithFields(kind, body), cancellationToken));
    }

    public ValueTask<long> DeleteAsync(RecordKind kind, RecordKey key, long expectedVersion, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Change(kind, key, expectedVersion, body: null, cancellationToken));

    public ValueTask<RecordSnapshot> SnapshotAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            ThrowIfDisposed();
            var agents = records.Where(entry => entry.Key.Kind == RecordKind.Agent).Select(entry => entry.Value).ToArray();
            return ValueTask.FromResult(new RecordSnapshot(feed.Revision, agents.ToAsyncEnumerable()));
        }
    }

    public ValueTask<long> CurrentRevisionAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (gate)
        {
            ThrowIfDisposed();
            return ValueTask.FromResult(feed.Revision);
        }
    }

    public ValueTask<ChangeBatch> ReadChangesAsync(long revision, CancellationToken cancellationToken = default) =>
        feed.ReadAsync(revision, cancellationToken);

    public ValueTask<IReadOnlyList<StoredRecord>> ListTasksAsync(
        TaskFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        Serving().ListTasksAsync(this, filter, after, limit, cancellationToken);

    public ValueTask<IReadOnlyList<RecordPosition>> ListTaskKeysAsync(
        TaskFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Serving().ListTaskKeys(filter, after, limit, cancellationToken));

    public ValueTask<IReadOnlyList<RecordPosition>> ListContextKeysAsync(
        ContextFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Serving().ListContextKeys(filter, after, limit, cancellationToken));

    public ValueTask<IReadOnlyDictionary<TaskState, long>> CountTasksAsync(TaskFilter filter, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Serving().CountTasks(filter));
    }

    public ValueTask<IReadOnlyList<ContextTasks>> SummarizeContextsAsync(
        string tenant, string owner, IReadOnlyList<string> contextIds, int newest, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Serving().SummarizeContexts(tenant, owner, contextIds, newest));
    }

    public ValueTask<IReadOnlyList<StoredRecord>> ListContextsAsync(
        ContextFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        Serving().ListContextsAsync(this, filter, after, limit, cancellationToken);

    public ValueTask DisposeAsync()
    {
        lock (gate)
        {
            disposed = true;
        }

        feed.Close(() => RecordRules.Stopping(Name));
        return ValueTask.CompletedTask;
    }

    private long Change(RecordKind kind, RecordKey key, long expectedVersion, RecordBody? body, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RecordRules.CheckKey(kind, key);
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        lock (gate)
        {
            ThrowIfDisposed();
            var stored = records.GetValueOrDefault((kind, key))?.Version ?? 0;
            if (stored != expectedVersion || (body is null && stored == 0))
            {
                throw RecordRules.Conflict(kind, key, stored, expectedVersion);
            }

            var version = sequences[kind] = sequences.GetValueOrDefault(kind) + 1;
            if (body is { } written)
            {
                records[(kind, key)] = new StoredRecord(key, version, written with { Source = null });
            }
            else
            {
                records.Remove((kind, key));
            }

            indexes.Set(kind, key, version, body);

            if (kind == RecordKind.Agent)
            {
                feed.Publish([new RecordChange(key, version, body)]);
            }

            return version;
        }
    }

    private RecordIndexes Serving()
    {
        lock (gate)
        {
            ThrowIfDisposed();
            return indexes;
        }
    }

    private void ThrowIfDisposed()
    {
        if (disposed)
        {
            throw RecordRules.Stopping(Name);
        }
    }
}
