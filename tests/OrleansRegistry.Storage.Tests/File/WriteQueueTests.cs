using OrleansRegistry.Storage.Files;

namespace OrleansRegistry.Storage.Tests.Files;

public sealed class WriteQueueTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private readonly WriteQueue queue = new(1000, 1_000_000_000, Long);

    [Fact]
    public async Task A_batch_waits_for_as_many_as_the_two_before_it_had()
    {
        await TakeAll(4);
        await TakeAll(6);
        Add(4);
        var taking = Take(Long);
        await Waits(taking);

        Add(1);

        Assert.Equal(5, await taking);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_batch_waits_no_longer_once_there_is_something_else_to_do(bool ends)
    {
        await TakeAll(4);
        await TakeAll(4);
        Add(1);
        var taking = Take(Long);
        await Waits(taking);

        if (ends)
        {
            queue.Complete();
        }
        else
        {
            Assert.True(queue.TryAdd(() => { }));
        }

        Assert.Equal(1, await taking);
    }

    [Fact]
    public async Task A_batch_that_is_large_enough_in_bytes_waits_for_no_more()
    {
        await TakeAll(4);
        await TakeAll(4);
        Add(1, bytes: 3 * 1024 * 1024);
        var taking = Take(Long);
        await Waits(taking);

        Add(1, bytes: 1024 * 1024);

        Assert.Equal(2, await taking);
    }

    [Fact]
    public async Task A_small_batch_does_not_wait_where_a_flush_is_quick()
    {
        await TakeAll(40);
        await TakeAll(40);
        Add(1);

        Assert.Equal(1, await Take(TimeSpan.FromMilliseconds(0.4)));
    }

    [Fact]
    public async Task Others_that_do_not_come_are_waited_for_no_longer_than_a_flush_takes()
    {
        await TakeAll(4);
        await TakeAll(4);
        Add(1);

        Assert.Equal(1, await Take(TimeSpan.FromMilliseconds(2)));
    }

    [Fact]
    public async Task A_slow_flush_is_not_waited_for_in_full()
    {
        var impatient = new WriteQueue(1000, 1_000_000, TimeSpan.FromMilliseconds(1));
        Add(4, to: impatient);
        await Take(Long, impatient);
        Add(1, to: impatient);

        Assert.Equal(1, await Take(Long, impatient));
    }

    private async Task TakeAll(int count)
    {
        Add(count);
        Assert.Equal(count, await Take(TimeSpan.Zero));
    }

    private void Add(int count, int bytes = 100, WriteQueue? to = null)
    {
        for (var i = 0; i < count; i++)
        {
            var request = WriteRequest.Rent(RecordKind.Agent, new RecordKey("default", $"{i}"), 0, null, bytes, CancellationToken.None);
            Assert.Equal(WriteQueue.Entry.Taken, (to ?? queue).TryAdd(request));
        }
    }

    /// <summary>How many the next batch has. One that waits where it should not fails.</summary>
    private Task<int> Take(TimeSpan flush, WriteQueue? from = null) => Task.Run(() =>
    {
        List<WriteRequest> batch = [];
        Assert.True((from ?? queue).Take(batch, flush, out var errand));
        Assert.Null(errand);
        return batch.Count;
    }).WaitAsync(TimeSpan.FromSeconds(30));

    private static async Task Waits(Task taking) => Assert.NotSame(taking, await Task.WhenAny(taking, Task.Delay(50)));
}
