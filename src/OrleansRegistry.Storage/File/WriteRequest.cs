using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;

namespace OrleansRegistry.Storage.Files;

/// <summary>One caller's write or deletion on its way to the disk. Reused once its caller has its answer.</summary>
internal sealed class WriteRequest : IValueTaskSource<long>
{
    private const int MaxPooled = 4096;

    private static readonly ConcurrentQueue<WriteRequest> Pool = new();

    private ManualResetValueTaskSourceCore<long> source = new() { RunContinuationsAsynchronously = true };

    public RecordKind Kind { get; private set; }

    public RecordKey Key { get; private set; }

    public long ExpectedVersion { get; private set; }

    /// <summary>Null for a deletion.</summary>
    public RecordBody? Body { get; private set; }

    /// <summary>The record's length on disk.</summary>
    public int Length { get; private set; }

    public CancellationToken CancellationToken { get; private set; }

    /// <summary>What its batch gave it; 0 while it has none.</summary>
    public long Version { get; set; }

    /// <summary>Where the record begins in its batch's frame.</summary>
    public int FrameOffset { get; set; }

    /// <summary>Why its batch left it out; null where it did not.</summary>
    public Exception? Refusal { get; set; }

    public ValueTask<long> Answer => new(this, source.Version);

    public static WriteRequest Rent(
        RecordKind kind, RecordKey key, long expectedVersion, RecordBody? body, int length, CancellationToken cancellationToken)
    {
        var request = Pool.TryDequeue(out var pooled) ? pooled : new WriteRequest();
        (request.Kind, request.Key, request.ExpectedVersion, request.Body) = (kind, key, expectedVersion, body);
        (request.Length, request.CancellationToken) = (length, cancellationToken);
        return request;
    }

    public void Succeed() => source.SetResult(Version);

    public void Fail(Exception reason) => source.SetException(reason);

    /// <summary>Gives it back without an answer; nobody waits for it.</summary>
    public void Return()
    {
        source.Reset();
        (Key, Body, CancellationToken, Refusal, Version) = (default, null, default, null, 0);
        if (Pool.Count < MaxPooled)
        {
            Pool.Enqueue(this);
        }
    }

    long IValueTaskSource<long>.GetResult(short token)
    {
        try
        {
            return source.GetResult(token);
        }
        finally
        {
            Return();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<long>.GetStatus(short token) => source.GetStatus(token);

    void IValueTaskSource<long>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        source.OnCompleted(continuation, state, token, flags);
}
