using System.Runtime.InteropServices;
using Orleans.Storage;

namespace OrleansRegistry.Storage;

/// <summary>Names one record of a kind: its tenant, and its id within that tenant.</summary>
public readonly record struct RecordKey(string Tenant, string Id);

/// <summary>A key, and the version of the record under it.</summary>
public readonly record struct VersionedKey(RecordKey Key, long Version);

/// <summary>What some records are together.</summary>
/// <param name="Bytes">Of their documents and fields.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RecordUsage(long Count, long Bytes);

/// <summary>What is stored under a key.</summary>
/// <param name="Document">The author's JSON, byte for byte as it was sent.</param>
/// <param name="Fields">What the registry keeps beside it: one small JSON object. The kind's columns are its members.</param>
public readonly record struct RecordBody(RawJson Document, RawJson Fields);

/// <summary>A record as read, with the version to send back with the next write.</summary>
public sealed record StoredRecord(RecordKey Key, long Version, RecordBody Body);

/// <summary>One committed change of a record. <paramref name="Body"/> is null where it was deleted.</summary>
public readonly record struct RecordChange(RecordKey Key, long Revision, RecordBody? Body);

/// <summary>
/// Changes in commit order. A reader that knows everything up to where the batch begins, and applies all of it, knows the state of every record as
/// of <see cref="Revision"/> or later. A change may be left out where a later one of the same record follows.
/// </summary>
/// <param name="Changes">Never empty.</param>
public sealed record ChangeBatch(IReadOnlyList<RecordChange> Changes)
{
    /// <summary>The revision of the last change: what to ask for the next batch with.</summary>
    public long Revision => Changes[^1].Revision;
}

/// <summary>
/// Where records live. All members may be called by any number of callers at once.
/// A write or delete is answered only once it is durable, as far as the store is; what fails with an exception was not stored,
/// unless the exception is <see cref="RecordOutcomeUnknownException"/>.
/// </summary>
/// <remarks>
/// A version is a positive number that rises with every write of the record, also across a delete and a new create.
/// For a kind with a feed it is the revision of that change: one sequence for all records of the kind, in commit order.
/// A store that is down, full or too busy throws a <see cref="RegistryException"/> that says so.
/// </remarks>
public interface IRecordStore : IAsyncDisposable
{
    /// <summary>What serves and where, for the log: <c>SQLite database /srv/data/registry.db</c>. Holds no password.</summary>
    string Description { get; }

    /// <summary>What serves, for callers, who need not know where: <c>database</c>.</summary>
    string Name => "store";

    /// <summary>True where another process on another machine can serve the same records.</summary>
    bool IsShared { get; }

    /// <summary>Why the store takes no writes until it is restarted; null while it does.</summary>
    string? WritesStopped => null;

    /// <summary>
    /// Another number, a larger one, once the store was found to have gone back to an earlier state, or to be another one, while this process ran: a
    /// backup was restored, or a server took over that lacks the newest writes. What was read before is then no longer so, and its revisions and
    /// versions say nothing.
    /// </summary>
    long History => 0;

    /// <summary>Opens the store and reads what it needs to serve. Called once, before anything else.</summary>
    /// <exception cref="StoreStartException">It cannot be opened: what is wrong, where, and what to do.</exception>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Whether there is such a record, where the store knows without asking another machine; else null.</summary>
    ValueTask<bool?> HasAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default) => ValueTask.FromResult<bool?>(null);

    /// <summary>The record, or null.</summary>
    ValueTask<StoredRecord?> ReadAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default);

    /// <summary>Writes the record if its version is still <paramref name="expectedVersion"/> (0: if there is none).</summary>
    /// <returns>The new version.</returns>
    /// <exception cref="InconsistentStateException">Its version is another one.</exception>
    /// <exception cref="RegistryException"><see cref="RegistryError.Conflict"/>: another record has the same value where the kind demands
    /// uniqueness.</exception>
    ValueTask<long> WriteAsync(RecordKind kind, RecordKey key, long expectedVersion, RecordBody body, CancellationToken cancellationToken = default);

    /// <summary>Deletes the record if its version is still <paramref name="expectedVersion"/>.</summary>
    /// <returns>The version of the deletion itself: for a kind with a feed, its revision.</returns>
    /// <exception cref="InconsistentStateException">The record has another version, or does not exist.</exception>
    ValueTask<long> DeleteAsync(RecordKind kind, RecordKey key, long expectedVersion, CancellationToken cancellationToken = default);

    /// <summary>
    /// Records that match, in the query's order, from after <paramref name="after"/> (null: from the first). Committed writes are always seen.
    /// </summary>
    /// <param name="limit">1 to 1,000.</param>
    ValueTask<IReadOnlyList<ListedRecord>> QueryAsync(
        RecordQuery query,
        RecordPosition? after,
        int limit,
        CancellationToken cancellationToken = default);

    /// <summary>As <see cref="QueryAsync"/>, but reads no records: where each stands in the list, all as of one moment.</summary>
    /// <param name="limit">1 to 10,000.</param>
    ValueTask<IReadOnlyList<RecordPosition>> QueryKeysAsync(
        RecordQuery query,
        RecordPosition? after,
        int limit,
        CancellationToken cancellationToken = default);

    /// <summary>Of each value, the records that match the query and have that value in a column. Committed writes are always seen.</summary>
    /// <param name="column">A text column of the query's kind.</param>
    /// <param name="values">Up to 1,000; the answer is in their order.</param>
    /// <param name="first">The most keys returned for a value, 0 to 1,000. 0 only counts.</param>
    ValueTask<IReadOnlyList<RecordGroup>> GroupAsync(
        RecordQuery query, RecordColumn column, IReadOnlyList<string> values, int first, CancellationToken cancellationToken = default);

    /// <summary>How much a tenant has of a kind. Looks at all keys of the kind. Committed writes are always seen.</summary>
    ValueTask<RecordUsage> GetUsageAsync(RecordKind kind, string tenant, CancellationToken cancellationToken = default);

    /// <summary>The keys of a tenant's records, and their versions, in an order of their own. Looks at all keys of the kind.</summary>
    /// <param name="after">The last key of the page before; null for the first.</param>
    /// <param name="limit">1 to 10,000.</param>
    ValueTask<IReadOnlyList<VersionedKey>> ListKeysAsync(
        RecordKind kind, string tenant, RecordKey? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>All records of a kind, as a stream.</summary>
    /// <param name="after">
    /// The key after which to go on, in the order of (id, tenant); the records then come in that order. Null: all of them, in any order.
    /// </param>
    ValueTask<RecordSnapshot> ScanAsync(RecordKind kind, RecordKey? after = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// All records of a kind with a feed, exactly as of one revision and in the order of their versions, while others write. A store on a disk holds
    /// that state of the database until the picture is disposed; one in memory copies all of it.
    /// </summary>
    ValueTask<RecordPicture> PictureAsync(RecordKind kind, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores what another store holds or held: records, and deletions where there is no body. Each stands for itself, and what is here already with
    /// the same document and fields stays as it is, so the same call can be made again.
    /// </summary>
    /// <param name="records">
    /// Up to 1,000, each of another key; those of a kind with a feed in ascending order of their revisions. Such a record keeps its revision where this
    /// store has not come so far, else it gets the next; a deletion of what is not here is one of no record, which brings the store to its revision.
    /// Records of other kinds get versions of this store.
    /// </param>
    /// <param name="replace">Whether what is here with another content is replaced, or deleted. Else it stays.</param>
    /// <returns>What became of each, in their order. All that was stored is durable, and the feed has it.</returns>
    /// <exception cref="RegistryException">The store cannot be written to: some may be stored.</exception>
    ValueTask<IReadOnlyList<ImportedRecord>> ImportAsync(
        RecordKind kind, IReadOnlyList<RecordChange> records, bool replace, CancellationToken cancellationToken = default);

    /// <summary>The newest committed revision of a kind with a feed; 0 where nothing ever was.</summary>
    ValueTask<long> CurrentRevisionAsync(RecordKind kind, CancellationToken cancellationToken = default);

    /// <summary>
    /// The newest revision of a kind with a feed that this process has heard of, without asking: the feed may not have come to it yet.
    /// </summary>
    long HeardRevision(RecordKind kind) => 0;

    /// <summary>What the records take where they lie, with indexes and logs, in bytes; null where the store cannot tell.</summary>
    ValueTask<long?> GetSizeAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<long?>(null);

    /// <summary>
    /// The changes of a kind with a feed after <paramref name="revision"/>, oldest first; waits until there is one. Of a record that changed more
    /// than once it tells the newest change at least: a store of one process tells each one, a shared store may not.
    /// </summary>
    /// <exception cref="RevisionCompactedException">Changes that old are no longer held: take a new <see cref="ScanAsync"/>.</exception>
    /// <exception cref="HistoryChangedException"><see cref="History"/> has changed while this waited.</exception>
    ValueTask<ChangeBatch> ReadChangesAsync(RecordKind kind, long revision, CancellationToken cancellationToken = default);
}

/// <summary>
/// All records of a kind. For a kind with a feed, the picture holds at <paramref name="Revision"/>: it may contain later changes, which the feed then
/// brings again, and miss a record that is changed while the picture is read, whose change the feed holds once the last record was read. For other
/// kinds the revision is 0.
/// </summary>
public sealed record RecordSnapshot(long Revision, IAsyncEnumerable<StoredRecord> Records);

/// <summary>All records of a kind as of <paramref name="revision"/>, in the order of their versions. Read once, then dispose it.</summary>
public sealed class RecordPicture(long revision, IAsyncEnumerable<StoredRecord> records, Func<ValueTask>? end = null) : IAsyncDisposable
{
    /// <summary>The newest revision that is in it.</summary>
    public long Revision { get; } = revision;

    public IAsyncEnumerable<StoredRecord> Records { get; } = records;

    public ValueTask DisposeAsync() => end?.Invoke() ?? ValueTask.CompletedTask;
}

/// <summary>What an import did with a record.</summary>
public enum ImportResult
{
    /// <summary>It was not here.</summary>
    Created,

    /// <summary>Another content was here, and was replaced.</summary>
    Replaced,

    /// <summary>It is deleted, or the revision of a deletion was taken over.</summary>
    Deleted,

    /// <summary>It was here already, or, of a deletion, gone already.</summary>
    Same,

    /// <summary>Another content is here, and stayed.</summary>
    Kept,

    /// <summary>The store does not take it; <see cref="ImportedRecord.Refusal"/> says why.</summary>
    Refused,
}

/// <summary>What became of one record of an import.</summary>
/// <param name="Version">That of what is stored now; 0 where nothing is.</param>
public readonly record struct ImportedRecord(ImportResult Result, long Version, RegistryException? Refusal = null);

/// <summary>A store refused to open. The message says what is wrong, where, and what to do.</summary>
public sealed class StoreStartException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The feed no longer reaches back to the revision that was asked for.</summary>
public sealed class RevisionCompactedException(long asked, long oldest)
    : Exception($"Changes after revision {asked} are no longer held; the oldest that can be asked for is {oldest}.");

/// <summary>
/// The store returned to an earlier state, or is another one: discard what was read from it, and take a new <see cref="IRecordStore.ScanAsync"/>.
/// </summary>
public sealed class HistoryChangedException() : Exception(
    "The store went back to an earlier state, or is another one: what was read from it is no longer so.");

/// <summary>The connection was lost at commit: the write may or may not be stored. Read the record to know.</summary>
public sealed class RecordOutcomeUnknownException(string message, Exception? innerException = null) : Exception(message, innerException);
