using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests;

/// <summary>What <see cref="IRecordStore"/> promises of its feed and its snapshot; every store runs it.</summary>
public abstract class ChangeFeedConformance : RecordStoreConformance
{
    [Fact]
    public async Task The_feed_tells_changes_in_order_and_the_newest_of_each_agent()
    {
        await Store.PutAsync("a", 0, "1");
        await Store.PutAsync("b", 0, "1");
        await Store.PutAsync("a", 1, "2");
        await Store.DropAsync("b", 2);

        var changes = await Store.ChangesAsync(0);
        Assert.Equal(changes.OrderBy(change => change.Revision), changes);
        Assert.Equal([new(Key("a"), 3, Body("2")), new(Key("b"), 4, null)], changes.GroupBy(change => change.Key).Select(agent => agent.Last()));
        Assert.Equal([new(Key("b"), 4, null)], await Store.ChangesAsync(3));
    }

    [Fact]
    public async Task A_reader_waits_for_the_next_change()
    {
        await Store.PutAsync("a", 0, "1");
        var waiting = Store.ReadChangesAsync(AgentKind.Kind, 1).AsTask();
        Assert.False(waiting.IsCompleted);

        await Store.PutAsync("b", 0, "1");
        var batch = await waiting;
        Assert.Equal((2, "b"), (batch.Revision, Assert.Single(batch.Changes).Key.Id));
    }

    [Fact]
    public async Task A_waiting_reader_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        var waiting = Store.ReadChangesAsync(AgentKind.Kind, 0, source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_change_is_in_the_feed_and_readable_when_its_writer_has_its_answer()
    {
        for (var i = 0; i < 50; i++)
        {
            var revision = await Store.PutAsync($"a{i}", 0, "1");
            Assert.True(Store.ReadChangesAsync(AgentKind.Kind, revision - 1).AsTask().IsCompletedSuccessfully);
            Assert.Equal(revision, (await Store.GetAsync($"a{i}"))!.Version);
        }
    }

    [Fact]
    public async Task Readers_beside_many_writers_see_changes_in_order_up_to_the_last()
    {
        const int Writers = 32, Each = 40;
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var seen = new List<RecordChange>();
            while (seen.Count == 0 || seen[^1].Revision < Writers * Each)
            {
                seen.AddRange((await Store.ReadChangesAsync(AgentKind.Kind, seen.Count == 0 ? 0 : seen[^1].Revision)).Changes);
            }

            return seen;
        })).ToArray();

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var version = 0L;
            for (var i = 0; i < Each; i++)
            {
                version = i % 7 == 6 ? await Store.DropAsync($"a{writer}", version) * 0 : await Store.PutAsync($"a{writer}", version, $"{i}");
            }
        })));

        foreach (var seen in await Task.WhenAll(readers))
        {
            Assert.Equal(seen.Select(change => change.Revision).Distinct().Order(), seen.Select(change => change.Revision));
            var last = seen.GroupBy(change => change.Key).ToDictionary(agent => agent.Key, agent => agent.Last());
            Assert.Equal(Writers, last.Count);
            foreach (var (key, stored) in await Store.AllAsync())
            {
                Assert.Equal((stored.Version, stored.Body), (last[key].Revision, last[key].Body));
            }
        }
    }

    [Fact]
    public async Task A_snapshot_and_the_feed_after_it_make_the_whole_picture_while_others_write()
    {
        var writing = Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            var version = 0L;
            for (var i = 0; i < 200; i++)
            {
                version = i % 5 == 4 ? await Store.DropAsync($"a{writer}", version) * 0 : await Store.PutAsync($"a{writer}", version, $"{i}");
            }
        })));

        do
        {
            var snapshot = await Store.ScanAsync(AgentKind.Kind);
            var picture = await snapshot.Records.ToDictionaryAsync(record => record.Key, record => (record.Version, record.Body));
            var changes = await Store.ChangesAsync(0);
            Apply(picture, changes.Where(change => change.Revision > snapshot.Revision));

            var expected = new Dictionary<RecordKey, (long, RecordBody)>();
            Apply(expected, changes);
            Assert.Equal(expected, picture);
        }
        while (!writing.IsCompleted);

        await writing;
        Assert.Empty(await Store.AllAsync());
    }

    private static void Apply(Dictionary<RecordKey, (long Version, RecordBody Body)> picture, IEnumerable<RecordChange> changes)
    {
        foreach (var change in changes)
        {
            if (change.Body is { } body)
            {
                picture[change.Key] = (change.Revision, body);
            }
            else
            {
                picture.Remove(change.Key);
            }
        }
    }
}
