using Orleans.Storage;
using OrleansRegistry.Model;

namespace OrleansRegistry.Storage;

/// <summary>The kinds of record that a store keeps apart. The numbers are on disk: never reuse one.</summary>
public enum RecordKind : byte
{
    Agent = 1,

    /// <summary>A task's head; its fields are <see cref="TaskFields"/>.</summary>
    Task = 2,

    /// <summary>A context's head; its fields are <see cref="ContextFields"/>.</summary>
    Context = 3,

    /// <summary>The feedback of one task.</summary>
    Feedback = 4,

    /// <summary>A page of some head's history: written once, never queried.</summary>
    Page = 5,
}

/// <summary>Names one record of a kind: its tenant, and its id within that tenant.</summary>
public readonly record struct RecordKey(string Tenant, string Id);

/// <summary>What is stored under a key.</summary>
/// <param name="Document">The author's JSON, byte for byte as it was sent.</param>
/// <param name="Fields">What the registry keeps beside it, and what stores may index: one small JSON object.</param>
public readonly record struct RecordBody(RawJson Document, RawJson Fields)
{
    /// <summary>
    /// What this process encoded as this body, if it did, so that nobody need decode it again: an <see cref="AgentWrite"/>,
    /// <see cref="TaskFields"/> or <see cref="ContextFields"/>.
    /// </summary>
    public object? Source { get; init; }

    public bool Equals(RecordBody other) => Document == other.Document && Fields == other.Fields;

    public override int GetHashCode() => HashCode.Combine(Document, Fields);
}

/// <summary>A record as read, with the version to send back with the next write.</summary>
public sealed record StoredRecord(RecordKey Key, long Version, RecordBody Body)
{
    /// <summary>In a list of a store that lists records whatever their fields are: the time by which it has its place; else null.</summary>
    public DateTimeOffset? ListedAt { get; init; }
}

/// <summary>One committed change of an agent. <paramref name="Body"/> is null where it was deleted.</summary>
public readonly record struct RecordChange(RecordKey Key, long Revision, RecordBody? Body)
{
    /// <summary>How many of the newest changes a feed holds with their <see cref="RecordBody.Source"/>, which can be far larger than the body: few readers are farther behind.</summary>
    internal const int KeptWithSource = 1_024;

    internal RecordChange WithoutSource() => this with { Body = Body is { } body ? body with { Source = null } : null };
}

/// <summary>
/// A run of changes in commit order. Who knows all up to where it begins, and takes in the whole of it, knows the state of every agent as
/// of <see cref="Revision"/> or later. A change that a later one of the same agent has overtaken may be left out.
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
/// For <see cref="RecordKind.Agent"/> it is the registry revision of that change: one sequence for all agents, in commit order.
/// A store that is down, full or too busy throws a <see cref="RegistryException"/> that says so.
/// </remarks>
public interface IRecordStore : IAsyncDisposable
{
    /// <summary>What serves and where, for the log: <c>file store in /srv/data</c>. Holds no password.</summary>
    string Description { get; }

    /// <summary>What serves, for callers, who need not know where: <c>file store</c>.</summary>
    string Name => "store";

    /// <summary>True where another process on another machine can serve the same records.</summary>
    bool IsShared { get; }

    /// <summary>Why the store takes no writes until it is restarted; null while it does.</summary>
    string? WritesStopped => null;

    /// <summary>
    /// Another number, a larger one, once the store was found to have gone back to an earlier state, or to be another one, while this process ran: a backup
    /// was restored, or a server took over that lacks the newest writes. What was read before is then no longer so, and its revisions and versions say nothing.
    /// </summary>
    long History => 0;

    /// <summary>Opens the store and reads what it needs to serve. Called once, before anything else.</summary>
    /// <exception cref="StoreStartException">It cannot be opened: what is wrong, where, and what to do.</exception>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Whether there is such a record, where the store knows without reading it; else null.</summary>
    bool? Has(RecordKind kind, RecordKey key) => null;

    /// <summary>The record, or null.</summary>
    ValueTask<StoredRecord?> ReadAsync(RecordKind kind, RecordKey key, CancellationToken cancellationToken = default);

    /// <summary>Writes the record if its version is still <paramref name="expectedVersion"/> (0: if there is none).</summary>
    /// <returns>The new version.</returns>
    /// <exception cref="InconsistentStateException">Its version is another one.</exception>
    ValueTask<long> WriteAsync(RecordKind kind, RecordKey key, long expectedVersion, RecordBody body, CancellationToken cancellationToken = default);

    /// <summary>Deletes the record if its version is still <paramref name="expectedVersion"/>.</summary>
    /// <returns>The version of the deletion itself: for an agent, its revision.</returns>
    /// <exception cref="InconsistentStateException">Its version is another one, or there is none.</exception>
    ValueTask<long> DeleteAsync(RecordKind kind, RecordKey key, long expectedVersion, CancellationToken cancellationToken = default);

    /// <summary>All agents and the revision at which that picture holds; changes after it come from <see cref="ReadChangesAsync"/>.</summary>
    ValueTask<RecordSnapshot> SnapshotAsync(CancellationToken cancellationToken = default);

    /// <summary>The newest revision that is committed; 0 where nothing ever was.</summary>
    ValueTask<long> CurrentRevisionAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// The changes of agents after <paramref name="revision"/>, oldest first; waits until there is one. Of an agent that changed more than
    /// once it tells the newest change at least: memory and file stores tell each one, a shared store may not.
    /// </summary>
    /// <exception cref="RevisionCompactedException">Changes that old are no longer held: take a new <see cref="SnapshotAsync"/>.</exception>
    /// <exception cref="HistoryChangedException"><see cref="History"/> has changed while this waited.</exception>
    ValueTask<ChangeBatch> ReadChangesAsync(long revision, CancellationToken cancellationToken = default);

    /// <summary>Tasks that match, in the filter's order, from after <paramref name="after"/> (null: from the first). Committed writes are always seen.</summary>
    /// <param name="limit">1 to 1,000.</param>
    ValueTask<IReadOnlyList<StoredRecord>> ListTasksAsync(TaskFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="ListTasksAsync"/>, but reads no records: where each task stands in the list, by its status timestamp.</summary>
    ValueTask<IReadOnlyList<RecordPosition>> ListTaskKeysAsync(TaskFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>How many tasks match, exactly, by state; states that none has are left out.</summary>
    ValueTask<IReadOnlyDictionary<TaskState, long>> CountTasksAsync(TaskFilter filter, CancellationToken cancellationToken = default);

    /// <summary>What tasks of an owner's each of some contexts has, in the order in which they are asked for. Committed writes are always seen.</summary>
    /// <param name="contextIds">Up to 1,000.</param>
    /// <param name="newest">The most ids that are told of a context's tasks, 1 to 1,000.</param>
    ValueTask<IReadOnlyList<ContextTasks>> SummarizeContextsAsync(
        string tenant, string owner, IReadOnlyList<string> contextIds, int newest, CancellationToken cancellationToken = default);

    /// <summary>Contexts that match, in the filter's order, from after <paramref name="after"/>.</summary>
    /// <param name="limit">1 to 1,000.</param>
    ValueTask<IReadOnlyList<StoredRecord>> ListContextsAsync(ContextFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default);

    /// <summary>As <see cref="ListContextsAsync"/>, but reads no records: where each context stands in the list, by the time of its last change.</summary>
    ValueTask<IReadOnlyList<RecordPosition>> ListContextKeysAsync(ContextFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default);
}

/// <summary>
/// A picture of all agents. It may hold changes later than <paramref name="Revision"/>, which the feed then brings again, and leave out
/// a record that is changed while the picture is read, whose change the feed holds once the last record was read.
/// </summary>
public sealed record RecordSnapshot(long Revision, IAsyncEnumerable<StoredRecord> Records);

/// <summary>The tasks of a context: how many, exactly, and the ids of those with the newest status, newest first.</summary>
public sealed record ContextTasks(long Count, IReadOnlyList<string> NewestIds);

/// <summary>A store refused to open. The message says what is wrong, where, and what to do.</summary>
public sealed class StoreStartException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The feed no longer reaches back to the revision that was asked for.</summary>
public sealed class RevisionCompactedException(long asked, long oldest)
    : Exception($"Changes after revision {asked} are no longer held; the oldest that can be asked for is {oldest}.");

/// <summary>The store went back to an earlier state, or is another one: forget what it told, and take a new <see cref="IRecordStore.SnapshotAsync"/>.</summary>
public sealed class HistoryChangedException() : Exception("The store went back to an earlier state, or is another one: what was read from it is no longer so.");

/// <summary>The connection was lost at commit: the write may or may not be stored. Read the record to know.</summary>
public sealed class RecordOutcomeUnknownException(string message, Exception? innerException = null) : Exception(message, innerException);
