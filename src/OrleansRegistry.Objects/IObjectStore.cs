namespace OrleansRegistry.Objects;

/// <summary>
/// Objects by name. What was put is there whole or not at all, and stays after a loss of power. All members may be called by any number of callers at
/// once, and throw <see cref="ObjectStoreException"/> for what they cannot do.
/// </summary>
/// <remarks>
/// <see cref="ObjectName"/> has the rules for names. A name is not also the folder of another (<c>a</c> and <c>a/b</c>): a file system cannot have
/// both. What the caller's own stream throws while it is put comes through as it is, and nothing is stored.
/// </remarks>
public interface IObjectStore : IAsyncDisposable
{
    /// <summary>What serves and where, for the log: <c>S3 bucket snapshots</c>. Holds no key or password.</summary>
    string Description { get; }

    /// <summary>
    /// Stores an object, or takes the place of the one with that name. Read to its end, in parts where it is long: never whole in memory. Of puts of
    /// one name at the same time, one is stored; others may fail as <see cref="ObjectStoreError.Unavailable"/>, as theirs is not there.
    /// </summary>
    /// <returns>What is stored, as the store tells it after the write.</returns>
    Task<ObjectInfo> PutAsync(string name, Stream content, CancellationToken cancellationToken = default);

    /// <summary>The bytes of an object, or a part of them. The stream throws <see cref="ObjectStoreException"/> where reading on fails.</summary>
    /// <param name="from">The first byte, from 0. At or past the end, the stream is empty.</param>
    /// <param name="count">How many at most; null: to the end.</param>
    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.NotFound"/>.</exception>
    Task<Stream> OpenAsync(string name, long from = 0, long? count = null, CancellationToken cancellationToken = default);

    /// <summary>What is known of an object; null where there is none.</summary>
    Task<ObjectInfo?> FindAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Deletes an object. One that is not there is no error.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>
    /// The objects whose names begin so, in the ordinal order of their names. Hidden ones (<see cref="ObjectName.IsHidden"/>) are listed only by a
    /// prefix that begins with a dot.
    /// </summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>
    /// Begins an object that comes in parts, which other calls and processes may bring. Of several uploads of one name, the first that is completed may
    /// end the others.
    /// </summary>
    /// <returns>The upload's id.</returns>
    Task<string> BeginUploadAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Stores a part, or takes the place of the one with that number.</summary>
    /// <param name="number">From 1 to <see cref="UploadLimits.MaxParts"/>; parts are joined by their numbers.</param>
    /// <param name="part">At least <see cref="UploadLimits.MinPartBytes"/> unless it is the last, at most <see cref="UploadLimits.MaxPartBytes"/>.</param>
    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.InvalidUpload"/>, or <see cref="ObjectStoreError.NotFound"/>.</exception>
    Task PutPartAsync(string name, string upload, int number, Stream part, CancellationToken cancellationToken = default);

    /// <summary>The parts that are there, by number: what a sender who was cut off need not send again.</summary>
    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.NotFound"/>.</exception>
    Task<IReadOnlyList<ObjectPart>> ListPartsAsync(string name, string upload, CancellationToken cancellationToken = default);

    /// <summary>Joins the parts; the object is then there.</summary>
    /// <exception cref="ObjectStoreException">
    /// <see cref="ObjectStoreError.InvalidUpload"/>: a part is missing or too small; or <see cref="ObjectStoreError.NotFound"/>.
    /// </exception>
    Task<ObjectInfo> CompleteUploadAsync(string name, string upload, CancellationToken cancellationToken = default);

    /// <summary>Drops the parts. An upload that is not there is no error.</summary>
    Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken = default);

    /// <summary>Drops the uploads, and whatever else a crash left half done, that nobody has written to since then.</summary>
    /// <returns>How many.</returns>
    Task<int> SweepAsync(DateTimeOffset untouchedSince, CancellationToken cancellationToken = default);
}

/// <summary>An object that is stored.</summary>
/// <param name="Size">In bytes.</param>
/// <param name="ChangedAt">When it was put.</param>
public sealed record ObjectInfo(string Name, long Size, DateTimeOffset ChangedAt);

/// <summary>A part of an object that is not whole yet.</summary>
/// <param name="Size">In bytes.</param>
public sealed record ObjectPart(int Number, long Size);
