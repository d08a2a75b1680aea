using System.Collections.Concurrent;

namespace OrleansRegistry.Tests;

/// <summary>A store that counts what it is asked for, and fails when it is told to.</summary>
/// <param name="isOpen">The store was opened before: it is shared, or outlives the registry.</param>
internal sealed class StoreProbe(IRecordStore inner, bool isOpen = false) : DelegatingStore(inner)
{
    private readonly ConcurrentDictionary<(RecordKind Kind, string Operation), int> counts = new();

    /// <summary>Awaited before each read.</summary>
    public Func<RecordKind, RecordKey, Task>? BeforeRead { get; set; }

    /// <summary>Called before each write and delete; what it throws is thrown, and nothing is stored.</summary>
    public Action<RecordKind, RecordKey>? BeforeWrite { get; set; }

    /// <summary>Called once a write or delete is stored; what it throws is thrown to the writer.</summary>
    public Action<RecordKind, RecordKey>? AfterWrite { get; set; }

    /// <summary>Awaited before each delete.</summary>
    public Func<RecordKind, Task>? DeleteGate { get; set; }

    /// <summary>Awaited before each scan.</summary>
    public Func<Task>? BeforeSnapshot { get; set; }

    /// <summary>Called before each list of tasks.</summary>
    public Action? BeforeList { get; set; }

    /// <summary>Awaited before each list of tasks.</summary>
    public Func<RecordQuery, Task>? ListGate { get; set; }

    public int Reads(RecordKind kind) => counts.GetValueOrDefault((kind, "read"));

    public int Writes(RecordKind kind) => counts.GetValueOrDefault((kind, "write"));

    /// <summary>Lists, counts and groups.</summary>
    public int Lists => counts.Where(count => count.Key.Operation == "list").Sum(count => count.Value);

    public void Reset() => counts.Clear();

    /// <summary>Opens a store that is handed out as open.</summary>
    public Task OpenInnerAsync() => base.OpenAsync(CancellationToken.None);

    public override Task OpenAsync(CancellationToken cancellationToken) => isOpen ? Task.CompletedTask : base.OpenAsync(cancellationToken);

    public override async ValueTask<StoredRecord?> ReadAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default)
    {
        Count(kind, "read");
        if (BeforeRead is { } before)
        {
            await before(kind, key);
        }

        return await base.ReadAsync(kind, key, cancellationToken);
    }

    public override async ValueTask<long> WriteAsync(
        RecordKind kind, RecordKey key, long expectedVersion, RecordBody body, CancellationToken cancellationToken = default)
    {
        Count(kind, "write");
        BeforeWrite?.Invoke(kind, key);
        var version = await base.WriteAsync(kind, key, expectedVersion, body, cancellationToken);
        AfterWrite?.Invoke(kind, key);
        return version;
    }

    public override async ValueTask<long> DeleteAsync(
        RecordKind kind,
        RecordKey key,
        long expectedVersion,
        CancellationToken cancellationToken = default)
    {
        Count(kind, "write");
        BeforeWrite?.Invoke(kind, key);
        await (DeleteGate?.Invoke(kind) ?? Task.CompletedTask);
        var version = await base.DeleteAsync(kind, key, expectedVersion, cancellationToken);
        AfterWrite?.Invoke(kind, key);
        return version;
    }

    public override async ValueTask<RecordSnapshot> ScanAsync(RecordKind kind, RecordKey? after = null, CancellationToken cancellationToken = default)
    {
        await (BeforeSnapshot?.Invoke() ?? Task.CompletedTask);
        return await base.ScanAsync(kind, after, cancellationToken);
    }

    public override async ValueTask<IReadOnlyList<ListedRecord>> QueryAsync(
        RecordQuery query, RecordPosition? after, int limit, CancellationToken cancellationToken = default)
    {
        await ListedAsync(query);
        return await base.QueryAsync(query, after, limit, cancellationToken);
    }

    public override async ValueTask<IReadOnlyList<RecordPosition>> QueryKeysAsync(
        RecordQuery query, RecordPosition? after, int limit, CancellationToken cancellationToken = default)
    {
        await ListedAsync(query);
        return await base.QueryKeysAsync(query, after, limit, cancellationToken);
    }

    public override ValueTask<IReadOnlyList<RecordGroup>> GroupAsync(
        RecordQuery query, RecordColumn column, IReadOnlyList<string> values, int first, CancellationToken cancellationToken = default)
    {
        Count(query.Kind, "list");
        return base.GroupAsync(query, column, values, first, cancellationToken);
    }

    private async ValueTask ListedAsync(RecordQuery query)
    {
        Count(query.Kind, "list");
        if (query.Kind != TaskKind.Kind)
        {
            return;
        }

        BeforeList?.Invoke();
        if (ListGate is { } gate)
        {
            await gate(query);
        }
    }

    private void Count(RecordKind kind, string operation) => counts.AddOrUpdate((kind, operation), 1, (_, count) => count + 1);
}
