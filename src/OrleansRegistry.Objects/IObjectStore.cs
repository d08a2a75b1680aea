namespace OrleansRegistry.Objects;

/// <summary>
/// Objects by name. What was put is there whole or not at all, and stays after a loss of power. All members may be called by any number of callers at
/// once, and throw <see cref="ObjectStoreException"/> for what they cannot do.
/// </summary>
/// <remarks>
/// A name is 1 to 512 characters of segments parted by <c>/</c>; a segment is of letters, digits and <c>-_.=+@</c>, and is neither <c>.</c> nor
/// <c>..</c>.
/// </remarks>
public interface IObjectStore : IAsyncDisposable
{
    /// <summary>What serves and where, for the log: <c>S3 bucket snapshots</c>. Holds no key or password.</summary>
    string Description { get; }

    /// <summary>Stores an object, or takes the place of the one with that name. Read to its end, in parts where it is long: never whole in memory.</summary>
    /// <returns>What is stored, as the store tells it after the write.</returns>
    Task<ObjectInfo> PutAsync(string name, Stream content, CancellationToken cancellationToken = default);

    /// <summary>The bytes of an object, or a part of them.</summary>
    /// <param name="from">The first byte, from 0.</param>
    /// <param name="count">How many at most; null: to the end.</param>
    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.NotFound"/>.</exception>
    Task<Stream> OpenAsync(string name, long from = 0, long? count = null, CancellationToken cancellationToken = default);

    /// <summary>What is known of an object; null where there is none.</summary>
    Task<ObjectInfo?> FindAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Deletes an object. One that is not there is no error.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The objects whose names begin so, in the ordinal order of their names.</summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>Begins an object that comes in parts, which other calls and processes may bring.</summary>
    /// <returns>The upload's id.</returns>
    Task<string> BeginUploadAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>Stores a part, or takes the place of the one with that number.</summary>
    /// <param name="number">From 1; parts are joined by their numbers.</param>
    /// <param name="part">At least 5 MiB, unless it is the last.</param>
    Task PutPartAsync(string name, string upload, int number, Stream part, CancellationToken cancellationToken = default);

    /// <summary>The parts that are there, by number: what a sender who was cut off need not send again.</summary>
    Task<IReadOnlyList<ObjectPart>> ListPartsAsync(string name, string upload, CancellationToken cancellationToken = default);

    /// <summary>Joins the parts; the object is then there.</summary>
    Task<ObjectInfo> CompleteUploadAsync(string name, string upload, CancellationToken cancellationToken = default);

    /// <summary>Drops the parts. An upload that is not there is no error.</summary>
    Task AbortUploadAsync(string name, string upload, CancellationToken cancellationToken = default);
}

/// <summary>An object that is stored.</summary>
/// <param name="Size">In bytes.</param>
/// <param name="ChangedAt">When it was put.</param>
public sealed record ObjectInfo(string Name, long Size, DateTimeOffset ChangedAt);

/// <summary>A part of an object that is not whole yet.</summary>
/// <param name="Size">In bytes.</param>
public sealed record ObjectPart(int Number, long Size);
