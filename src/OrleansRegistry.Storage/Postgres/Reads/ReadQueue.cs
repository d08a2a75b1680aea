namespace OrleansRegistry.Storage.Postgres;

/// <summary>The reads that wait for the database, in the order in which they came. Who gives up leaves it at once.</summary>
/// <param name="most">The most that wait.</param>
/// <param name="maxBatch">The most of a batch.</param>
internal sealed class ReadQueue(int most, int maxBatch) : WaitQueue<PendingRead>(PostgresDatabase.Name, "reads")
{
    /// <inheritdoc cref="WaitQueue{T}.Add"/>
    public void Enqueue(PendingRead read)
    {
        var node = Add(read);
        read.OnCancel(() =>
        {
            if (Leave(node))
            {
                read.Cancel();
            }
        });
    }

    protected override bool HasRoom(int count, PendingRead item) => count < most;

    protected override void Fill(LinkedListNode<PendingRead>? first, List<PendingRead> batch)
    {
        for (var node = first; node is not null && batch.Count < maxBatch;)
        {
            var following = node.Next;
            Take(node);
            batch.Add(node.Value);
            node = following;
        }
    }
}
