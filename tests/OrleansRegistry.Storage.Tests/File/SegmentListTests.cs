using OrleansRegistry.Storage.Files;

namespace OrleansRegistry.Storage.Tests.Files;

public sealed class SegmentListTests
{
    [Fact]
    public async Task The_active_segment_is_the_last_one_added_while_older_ones_are_replaced()
    {
        var list = new SegmentList([SegmentOf(1)]);
        using var ended = new CancellationTokenSource();
        var compactor = Task.Run(() =>
        {
            var compacted = SegmentOf(0);
            var replaced = 0;
            while (!ended.IsCancellationRequested)
            {
                if (list.Current.Length > 2)
                {
                    list.ReplaceOldest(2, compacted);
                    replaced++;
                }
            }

            return replaced;
        });

        try
        {
            var spare = Enumerable.Range(2, 64).Select(SegmentOf).ToArray();
            for (var i = 0; i < 100_000; i++)
            {
                var added = spare[i % spare.Length];
                SpinWait.SpinUntil(() => list.Current.Length < 8);
                list.Add(added);
                for (var read = 0; read < 20; read++)
                {
                    Assert.Same(added, list.Active);
                }
            }
        }
        finally
        {
            await ended.CancelAsync();
        }

        Assert.InRange(await compactor, 1, int.MaxValue);
    }

    private static Segment SegmentOf(int id) => new(null!, $"log-{id}.seg", new SegmentHeader(id, id, new VersionCounters()), SegmentHeader.Bytes);
}
