using System.Collections.Concurrent;
using OrleansRegistry.Model;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Tests;

/// <summary>A store that counts what it is asked for, and fails when it is told to.</summary>
internal sealed class StoreProbe(IRecordStore inner) : IRecordStore
{
    private readonly ConcurrentDictionary<(RecordKind Kind, string Operation), int> counts = new();

    /// <summary>Awaited before each read.</summary>
    public Func<RecordKind, RecordKey, Task>? BeforeRead { get; set; }

    /// <summary>Called before each write and delete; what it throws is thrown, and nothing is stored.</summary>
    public Action<RecordKind, RecordKey>? BeforeWrite { get; set; }

    /// <summary>Called once a write or delete is stored; what it throws is thrown to the writer.</summary>
    public Action<RecordKind, RecordKey>? AfterWrite { get; set; }

    /// <summary>Awaited before each snapshot.</summary>
    public Func<Task>? BeforeSnapshot { get; set; }

    /// <summary>Called before each list of tasks.</summary>
    public Action? BeforeList { get; set; }

    /// <summary>Awaited before each list of tasks.</summary>
    public Func<TaskFilter, Task>? ListGate { get; set; }

    public string Description => inner.Description;

    public bool IsShared => inner.IsShared;

    public long History => inner.History;

    public bool? Has(RecordKind kind, RecordKey key) => inner.Has(kind, key);

    public string? WritesStopped => inner.WritesStopped;

    public int Reads(RecordKind kind) => counts.GetValueOrDefault((kind, "read"));

    public int Writes(RecordKind kind) => counts.GetValueOrDefault((kind, "write"));

    /// <summary>Lists, counts and summaries.</summary>
    public int Lists => counts.Where(count => count.Key.Operation == "list").Sum(count => count.Value);

    public void Reset() => counts.Clear();

    public Task OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

    public async ValueTask<StoredRecord?> ReadAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default)
    {
        Count(kind, "read");
        if (BeforeRead is { } before)
        {
            await before(kind, key);
        }

        return await inner.ReadAsync(kind, key, cancellationToken);
    }

    public async ValueTask<long> WriteAsync(RecordKind kind, RecordKey key, long expectedVersion, RecordBody body, CancellationToken cancellationToken = default)
    {
        Count(kind, "write");
        BeforeWrite?.Invoke(kind, key);
        var version = await inner.WriteAsync(kind, key, expectedVersion, body, cancellationToken);
        AfterWrite?.Invoke(kind, key);
        return version;
    }

    public async ValueTask<long> DeleteAsync(RecordKind kind, RecordKey key, long expectedVersion, CancellationToken cancellationToken = default)
    {
        Count(kind, "write");
        BeforeWrite?.Invoke(kind, key);
        var version = await inner.DeleteAsync(kind, key, expectedVersion, cancellationToken);
        AfterWrite?.Invoke(kind, key);
        return version;
    }

    public async ValueTask<RecordSnapshot> SnapshotAsync(CancellationToken cancellationToken = default)
    {
        await (BeforeSnapshot?.Invoke() ?? Task.CompletedTask);
        return await inner.SnapshotAsync(cancellationToken);
    }

    public ValueTask<long> CurrentRevisionAsync(CancellationToken cancellationToken = default) => inner.CurrentRevisionAsync(cancellationToken);

    public ValueTask<ChangeBatch> ReadChangesAsync(long revision, CancellationToken cancellationToken = default) => inner.ReadChangesAsync(revision, cancellationToken);

    public async ValueTask<IReadOnlyList<StoredRecord>> ListTasksAsync(TaskFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default)
    {
        Count(RecordKind.Task, "list");
        BeforeList?.Invoke();
        if (ListGate is { } gate)
        {
            await gate(filter);
        }

        return await inner.ListTasksAsync(filter, after, limit, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<RecordPosition>> ListTaskKeysAsync(TaskFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default)
    {
        Count(RecordKind.Task, "list");
        BeforeList?.Invoke();
        if (ListGate is { } gate)
        {
            await gate(filter);
        }

        return await inner.ListTaskKeysAsync(filter, after, limit, cancellationToken);
    }

    public ValueTask<IReadOnlyList<RecordPosition>> ListContextKeysAsync(ContextFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default)
    {
        Count(RecordKind.Context, "list");
        return inner.ListContextKeysAsync(filter, after, limit, cancellationToken);
    }

    public ValueTask<IReadOnlyDictionary<TaskState, long>> CountTasksAsync(TaskFilter filter, CancellationToken cancellationToken = default)
    {
        Count(RecordKind.Task, "list");
        return inner.CountTasksAsync(filter, cancellationToken);
    }

    public ValueTask<IReadOnlyList<ContextTasks>> SummarizeContextsAsync(
        string tenant, string owner, IReadOnlyList<string> contextIds, int newest, CancellationToken cancellationToken = default)
    {
        Count(RecordKind.Context, "list");
        return inner.SummarizeContextsAsync(tenant, owner, contextIds, newest, cancellationToken);
    }

    public ValueTask<IReadOnlyList<StoredRecord>> ListContextsAsync(ContextFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default)
    {
        Count(RecordKind.Context, "list");
        return inner.ListContextsAsync(filter, after, limit, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Count(RecordKind kind, string operation) => counts.AddOrUpdate((kind, operation), 1, (_, count) => count + 1);
}
