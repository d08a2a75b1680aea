namespace OrleansRegistry.Storage;

/// <summary>The writes that wait for the database.</summary>
/// <param name="oneKind">
/// True where a batch holds writes of one kind, each of another key: of several writes of one key it takes the oldest, and the others are for later
/// batches, in their order. Else it takes them as they come.
/// </param>
internal sealed class WriteQueue(string store, int maxWrites, long maxBytes, bool oneKind) : WaitQueue<PendingWrite>(store, "writes")
{
    /// <summary>The most writes of a batch.</summary>
    public const int MaxBatchWrites = 1_000;

    private const long MaxBatchBytes = 8 * 1024 * 1024;

    private readonly HashSet<RecordKey> taken = [];
    private long bytes;

    protected override bool HasRoom(int count, PendingWrite item) => count < maxWrites && (count == 0 || bytes + item.Bytes <= maxBytes);

    protected override void Added(PendingWrite item) => bytes += item.Bytes;

    protected override void Take(LinkedListNode<PendingWrite> node)
    {
        bytes -= node.Value.Bytes;
        base.Take(node);
    }

    protected override void Fill(LinkedListNode<PendingWrite>? first, List<PendingWrite> batch)
    {
        var batchBytes = 0L;
        var passedOver = 0;
        for (var node = first; node is not null && batch.Count < MaxBatchWrites && passedOver < MaxBatchWrites;)
        {
            var write = node.Value;
            var following = node.Next;
            if (write.CancellationToken.IsCancellationRequested)
            {
                Take(node);
                write.Cancel();
            }
            else if (oneKind && ((batch.Count > 0 && batch[0].Kind != write.Kind) || !taken.Add(write.Key)))
            {
                passedOver++;
            }
            else if (batch.Count > 0 && batchBytes + write.Bytes > MaxBatchBytes)
            {
                break;
            }
            else
            {
                Take(node);
                batch.Add(write);
                batchBytes += write.Bytes;
            }

            node = following;
        }

        taken.Clear();
    }
}
