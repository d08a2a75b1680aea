namespace OrleansRegistry.Storage.Tests.Sql;

/// <summary>Two who take from one queue: the second only where many wait.</summary>
public sealed class WaitQueueTests
{
    private const int Crowd = 3;

    private readonly Numbers queue = new();

    [Fact]
    public async Task Few_are_left_to_the_first()
    {
        var second = TakeAsync(Crowd);
        queue.Add(1);
        queue.Add(2);

        Assert.Equal([1, 2], await TakeAsync(1));
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task A_crowd_wakes_the_second()
    {
        var second = TakeAsync(Crowd);
        queue.AddAll([1, 2]);
        queue.Add(3);

        Assert.Equal([1, 2, 3], await second);
    }

    [Fact]
    public async Task What_is_left_at_the_end_is_taken_however_few_there_are()
    {
        var second = TakeAsync(Crowd);
        queue.Add(1);
        queue.Complete();

        Assert.Equal([1], await second);
        Assert.False(await queue.TakeAsync([], Crowd));
        Assert.False(await queue.TakeAsync([]));
    }

    private async Task<List<int>> TakeAsync(int atLeast)
    {
        var batch = new List<int>();
        await queue.TakeAsync(batch, atLeast);
        return batch;
    }

    private sealed class Numbers() : WaitQueue<int>("test", "numbers")
    {
        protected override bool HasRoom(int count, int item) => true;

        protected override void Fill(LinkedListNode<int>? first, List<int> batch)
        {
            for (var node = first; node is not null;)
            {
                var following = node.Next;
                batch.Add(node.Value);
                Take(node);
                node = following;
            }
        }
    }
}
