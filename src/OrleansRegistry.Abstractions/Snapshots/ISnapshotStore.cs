namespace OrleansRegistry;

/// <summary>
/// Snapshots of agents' states: any JSON that an agent wants back, saved whole under an agent, a session and an index, and never changed. Every member
/// throws <see cref="RegistryException"/> for requests it cannot serve. Who saved a snapshot owns it; another owner's is
/// <see cref="RegistryError.NotFound"/>, like one that does not exist.
/// </summary>
/// <remarks>
/// The files are those of Persist (format version 1): gzip of <c>{"metadata":{…},"agent_state":…}</c>, with the SHA-256 of the state as the content
/// hash. A state that is not what was saved is <see cref="RegistryError.Unreadable"/>; the message has the hash that was expected and the one found.
/// </remarks>
public interface ISnapshotStore
{
    /// <summary>Saves a state. It can be read once this returns, and not before it is whole.</summary>
    /// <param name="state">One JSON value in UTF-8, up to the size that the settings allow; read to its end, never whole in memory where it is
    /// large.</param>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/>: it is not JSON, nests deeper than 126 levels, or has a member twice.
    /// <see cref="RegistryError.Conflict"/>: there is a snapshot with that index. <see cref="RegistryError.Forbidden"/>: another subject owns the
    /// agent.
    /// </exception>
    Task<SnapshotRecord> SaveAsync(Caller caller, SnapshotSave save, Stream state, CancellationToken cancellationToken = default);

    /// <summary>
    /// Saves a snapshot from a file that Persist or this registry wrote: it keeps its id, time, index and description. The same file again changes
    /// nothing.
    /// </summary>
    /// <param name="agentId">The agent that the file must be of; null takes the file's.</param>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/>: it is not such a file, of a newer format, lacks metadata (<see cref="RegistryException.Field"/> names the
    /// member), or its state is not the one that was hashed.
    /// </exception>
    Task<SnapshotRecord> ImportAsync(Caller caller, string? agentId, Stream file, CancellationToken cancellationToken = default);

    /// <summary>What is known of a snapshot, from the index; null where there is none.</summary>
    Task<SnapshotRecord?> GetAsync(Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default);

    /// <summary>The same by session and index.</summary>
    Task<SnapshotRecord?> FindAsync(Caller caller, string agentId, string sessionId, long index, CancellationToken cancellationToken = default);

    /// <summary>The newest snapshot of an agent; null where there is none.</summary>
    /// <param name="sessionId">Of this session alone; null: of all.</param>
    Task<SnapshotRecord?> GetLatestAsync(Caller caller, string agentId, string? sessionId = null, CancellationToken cancellationToken = default);

    /// <summary>Reads a state. The hash is compared as the stream is read: one that is not what was saved fails before its end.</summary>
    Task<SnapshotContent> OpenAsync(Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default);

    /// <summary>Reads the file as it is stored. Its state is not checked.</summary>
    Task<SnapshotContent> OpenFileAsync(Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default);

    /// <summary>Reads the whole file and compares all of it with what was saved.</summary>
    Task<SnapshotRecord> VerifyAsync(Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default);

    /// <summary>Deletes a snapshot.</summary>
    Task DeleteAsync(Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default);

    /// <summary>Lists snapshots, newest first.</summary>
    /// <param name="query">Null for all that the caller may see.</param>
    Task<SnapshotPage> ListAsync(Caller caller, SnapshotQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>Begins a snapshot whose state comes in parts. One that is not completed within a day is dropped.</summary>
    Task<SnapshotUpload> BeginUploadAsync(Caller caller, SnapshotSave save, CancellationToken cancellationToken = default);

    /// <summary>Stores a part of the state, or takes the place of the part with that number.</summary>
    /// <param name="number">1 to 10,000; the parts are joined by their numbers.</param>
    /// <param name="part">At least 5 MiB, unless it is the last.</param>
    Task PutPartAsync(
        Caller caller, string agentId, string snapshotId, int number, Stream part, CancellationToken cancellationToken = default);

    /// <summary>The parts that are there, by number: a sender who was cut off need not send them again.</summary>
    Task<IReadOnlyList<SnapshotPart>> ListPartsAsync(
        Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default);

    /// <summary>Joins the parts and saves the snapshot. Called again once it is saved, it answers the same.</summary>
    Task<SnapshotRecord> CompleteUploadAsync(Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default);

    /// <summary>Drops an upload with its parts.</summary>
    Task AbortUploadAsync(Caller caller, string agentId, string snapshotId, CancellationToken cancellationToken = default);
}
