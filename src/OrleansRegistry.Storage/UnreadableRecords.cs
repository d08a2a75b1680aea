using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage;

/// <summary>
/// The stored records that this process met and could not read: each is logged once, and health tells of them until they are gone or can be read.
/// </summary>
public sealed partial class UnreadableRecords(ILogger<UnreadableRecords> logger)
{
    /// <summary>The most that are remembered; of others only the first meeting with each of these is logged.</summary>
    private const int Most = 1_000;

    private readonly ConcurrentDictionary<(RecordKind Kind, RecordKey Key), byte> known = new();

    /// <summary>True where none is known.</summary>
    public bool IsEmpty => known.IsEmpty;

    /// <summary>Those that are known, in no order.</summary>
    public IReadOnlyCollection<(RecordKind Kind, RecordKey Key)> Known => [.. known.Keys];

    /// <summary>Tells of one that was met.</summary>
    public void Report(RecordKind kind, RecordKey key, RegistryException reason)
    {
        // To count them takes all locks, and one may be met with each read of others.
        if (!known.ContainsKey((kind, key)) && known.Count < Most && known.TryAdd((kind, key), 0))
        {
            LogUnreadable(kind, LogText.Id(key.Tenant), LogText.Id(key.Id), LogText.Escape(reason.InnerException?.Message ?? reason.Message));
        }
    }

    /// <summary>The record as a codec reads it; null, with a log entry, when it cannot.</summary>
    public T? TryRead<T>(RecordKind kind, StoredRecord stored, Func<StoredRecord, T> read)
        where T : class
    {
        try
        {
            return read(stored);
        }
        catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
        {
            Report(kind, stored.Key, unreadable);
            return null;
        }
    }

    /// <summary>It is gone, or can be read.</summary>
    public void Forget(RecordKind kind, RecordKey key) => known.TryRemove((kind, key), out _);

    /// <summary>A record as log and health name it: <c>task default/t1</c>.</summary>
    public static string Name(RecordKind kind, RecordKey key) => $"{kind} {LogText.Id(key.Tenant)}/{LogText.Id(key.Id)}";

    [LoggerMessage(LogLevel.Error, "The stored {Kind} {Tenant}/{Id} cannot be read ({Reason}). It is left out of lists; the rest goes on. Delete it "
        + "through the API, or repair it in the store.")]
    private partial void LogUnreadable(RecordKind kind, string tenant, string id, string reason);
}
