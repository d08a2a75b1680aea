using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests;

/// <summary>What <see cref="IRecordStore"/> promises of its feed and its snapshot; every store runs it.</summary>
public abstract class ChangeFeedConformance : RecordStoreConformance
{
    [Fact]
    public async Task The_feed_tells_every_change_in_order()
    {
        await Store.PutAsync("a", 0, "1");
        await Store.PutAsync("a", 1, "2");
        await Store.DropAsync("a", 2);

        RecordChange[] expected = [new(Key("a"), 1, Body("1")), new(Key("a"), 2, Body("2")), new(Key("a"), 3, null)];
        Assert.Equal(expected, await Store.ChangesAsync(0));
        Assert.Equal(expected[2..], await Store.ChangesAsync(2));
    }

    [Fact]
    public async Task A_reader_waits_for_the_next_change()
    {
        await Store.PutAsync("a", 0, "1");
        var waiting = Store.ReadChangesAsync(1).AsTask();
        Assert.False(waiting.IsCompleted);

        await Store.PutAsync("b", 0, "1");
        var batch = await waiting;
        Assert.Equal((2, "b"), (batch.Revision, Assert.Single(batch.Changes).Key.Id));
    }

    [Fact]
    public async Task A_waiting_reader_can_be_cancelled()
    {
        using var source = new CancellationTokenSource();
        var waiting = Store.ReadChangesAsync(0, source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task A_change_is_in_the_feed_and_readable_when_its_writer_has_its_answer()
    {
        for (var i = 0; i < 50; i++)
        {
            var revision = await Store.PutAsync($"a{i}", 0, "1");
            Assert.True(Store.ReadChangesAsync(revision - 1).AsTask().IsCompletedSuccessfully);
            Assert.Equal(revision, (await Store.GetAsync($"a{i}"))!.Version);
        }
    }

    [Fact]
    public async Task Readers_beside_many_writers_see_every_revision_once_and_in_order()
    {
        const int Writers = 32, Each = 40;
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var seen = new List<RecordChange>();
            while (seen.Count < Writers * Each)
            {
                seen.AddRange((await Store.ReadChangesAsync(seen.Count)).Changes);
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
            Assert.Equal(Enumerable.Range(1, Writers * Each).Select(i => (long)i), seen.Select(change => change.Revision));
        }
    }

    [Fact]
    public async Task A_reader_too_far_behind_is_told_so()
    {
        await ReplaceAsync(new ChangeLogLimits { MaxChanges = 10 });
        for (var i = 1; i <= 25; i++)
        {
            await Store.PutAsync($"a{i}", 0, "1");
        }

        await Assert.ThrowsAsync<RevisionCompactedException>(async () => await Store.ReadChangesAsync(14));
        Assert.Equal(10, (await Store.ReadChangesAsync(15)).Changes.Count);
    }

    [Fact]
    public async Task The_feed_is_bounded_by_bytes_but_holds_the_newest()
    {
        await ReplaceAsync(new ChangeLogLimits { MaxBytes = 100_000 });
        for (var i = 1; i <= 5; i++)
        {
            await Store.WriteAsync(RecordKind.Agent, Key($"a{i}"), 0, BodyOf(40_000));
        }

        await Assert.ThrowsAsync<RevisionCompactedException>(async () => await Store.ReadChangesAsync(2));
        Assert.Equal(2, (await Store.ReadChangesAsync(3)).Changes.Count);

        await Store.WriteAsync(RecordKind.Agent, Key("big"), 0, BodyOf(200_000));
        Assert.Equal("big", Assert.Single((await Store.ReadChangesAsync(5)).Changes).Key.Id);
    }

    [Fact]
    public async Task The_feed_hands_out_bounded_batches()
    {
        await ReplaceAsync(new ChangeLogLimits { MaxBatch = 3 });
        for (var i = 1; i <= 8; i++)
        {
            await Store.PutAsync($"a{i}", 0, "1");
        }

        Assert.Equal([1, 2, 3], (await Store.ReadChangesAsync(0)).Changes.Select(change => (int)change.Revision));
        Assert.Equal(8, (await Store.ChangesAsync(0)).Count);
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
            var snapshot = await Store.SnapshotAsync();
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

    [Fact]
    public async Task A_feed_limit_out_of_range_stops_the_start()
    {
        var refusal = await Assert.ThrowsAsync<StoreStartException>(() => ReplaceAsync(new ChangeLogLimits { MaxChanges = 0 }));
        Assert.Contains("MaxChanges", refusal.Message);
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
