namespace OrleansRegistry.Storage.Tests;

/// <summary>A store that does what another one does, until a test makes it do something else.</summary>
internal abstract class DelegatingStore(IRecordStore inner) : IRecordStore
{
    public string Description => inner.Description;

    public virtual bool IsShared => inner.IsShared;

    public virtual long History => inner.History;

    public string? WritesStopped => inner.WritesStopped;

    public virtual Task OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

    public virtual ValueTask<bool?> HasAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default) =>
        inner.HasAsync(kind, key, cancellationToken);

    public virtual long HeardRevision(RecordKind kind) => inner.HeardRevision(kind);

    public virtual ValueTask<RecordUsage> GetUsageAsync(RecordKind kind, string tenant, CancellationToken cancellationToken = default) =>
        inner.GetUsageAsync(kind, tenant, cancellationToken);

    public virtual ValueTask<IReadOnlyList<VersionedKey>> ListKeysAsync(
        RecordKind kind, string tenant, RecordKey? after, int limit, CancellationToken cancellationToken = default) =>
        inner.ListKeysAsync(kind, tenant, after, limit, cancellationToken);

    public virtual ValueTask<long?> GetSizeAsync(CancellationToken cancellationToken = default) => inner.GetSizeAsync(cancellationToken);

    public virtual ValueTask<StoredRecord?> ReadAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(kind, key, cancellationToken);

    public virtual ValueTask<long> WriteAsync(
        RecordKind kind, RecordKey key, long expectedVersion, RecordBody body, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(kind, key, expectedVersion, body, cancellationToken);

    public virtual ValueTask<long> DeleteAsync(RecordKind kind, RecordKey key, long expectedVersion, CancellationToken cancellationToken = default) =>
        inner.DeleteAsync(kind, key, expectedVersion, cancellationToken);

    public virtual ValueTask<IReadOnlyList<ListedRecord>> QueryAsync(
        RecordQuery query, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        inner.QueryAsync(query, after, limit, cancellationToken);

    public virtual ValueTask<IReadOnlyList<RecordPosition>> QueryKeysAsync(
        RecordQuery query, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        inner.QueryKeysAsync(query, after, limit, cancellationToken);

    public virtual ValueTask<IReadOnlyList<RecordGroup>> GroupAsync(
        RecordQuery query, RecordColumn column, IReadOnlyList<string> values, int first, CancellationToken cancellationToken = default) =>
        inner.GroupAsync(query, column, values, first, cancellationToken);

    public virtual ValueTask<RecordSnapshot> ScanAsync(RecordKind kind, RecordKey? after = null, CancellationToken cancellationToken = default) =>
        inner.ScanAsync(kind, after, cancellationToken);

    public virtual ValueTask<RecordPicture> PictureAsync(RecordKind kind, CancellationToken cancellationToken = default) =>
        inner.PictureAsync(kind, cancellationToken);

    public virtual ValueTask<IReadOnlyList<ImportedRecord>> ImportAsync(
        RecordKind kind, IReadOnlyList<RecordChange> records, bool replace, CancellationToken cancellationToken = default) =>
        inner.ImportAsync(kind, records, replace, cancellationToken);

    public virtual ValueTask<long> CurrentRevisionAsync(RecordKind kind, CancellationToken cancellationToken = default) =>
        inner.CurrentRevisionAsync(kind, cancellationToken);

    public virtual ValueTask<ChangeBatch> ReadChangesAsync(RecordKind kind, long revision, CancellationToken cancellationToken = default) =>
        inner.ReadChangesAsync(kind, revision, cancellationToken);

    public virtual ValueTask DisposeAsync() => inner.DisposeAsync();
}
