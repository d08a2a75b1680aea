using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests;

/// <summary>The feed of stores that keep every recent change in memory, within <see cref="ChangeLogLimits"/>.</summary>
public abstract class WholeFeedConformance : ChangeFeedConformance
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
    public async Task Readers_beside_many_writers_see_every_revision()
    {
        var reader = Task.Run(async () =>
        {
            var seen = new List<long>();
            while (seen.Count < 800)
            {
                seen.AddRange((await Store.ReadChangesAsync(AgentKind.Kind, seen.Count)).Changes.Select(change => change.Revision));
            }

            return seen;
        });
        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            var version = 0L;
            for (var i = 0; i < 50; i++)
            {
                version = await Store.PutAsync($"a{writer}", version, $"{i}");
            }
        })));
        Assert.Equal(Enumerable.Range(1, 800).Select(i => (long)i), await reader);
    }

    [Fact]
    public async Task A_reader_too_far_behind_is_told_so()
    {
        await ReplaceAsync(new ChangeLogLimits { MaxChanges = 10 });
        for (var i = 1; i <= 25; i++)
        {
            await Store.PutAsync($"a{i}", 0, "1");
        }

        await Assert.ThrowsAsync<RevisionCompactedException>(async () => await Store.ReadChangesAsync(AgentKind.Kind, 14));
        Assert.Equal(10, (await Store.ReadChangesAsync(AgentKind.Kind, 15)).Changes.Count);
    }

    [Fact]
    public async Task The_feed_is_bounded_by_bytes_but_holds_the_newest()
    {
        await ReplaceAsync(new ChangeLogLimits { MaxBytes = 100_000 });
        for (var i = 1; i <= 5; i++)
        {
            await Store.WriteAsync(AgentKind.Kind, Key($"a{i}"), 0, BodyOf(40_000));
        }

        await Assert.ThrowsAsync<RevisionCompactedException>(async () => await Store.ReadChangesAsync(AgentKind.Kind, 2));
        Assert.Equal(2, (await Store.ReadChangesAsync(AgentKind.Kind, 3)).Changes.Count);

        await Store.WriteAsync(AgentKind.Kind, Key("big"), 0, BodyOf(200_000));
        Assert.Equal("big", Assert.Single((await Store.ReadChangesAsync(AgentKind.Kind, 5)).Changes).Key.Id);
    }

    [Fact]
    public async Task The_feed_hands_out_bounded_batches()
    {
        await ReplaceAsync(new ChangeLogLimits { MaxBatch = 3 });
        for (var i = 1; i <= 8; i++)
        {
            await Store.PutAsync($"a{i}", 0, "1");
        }

        Assert.Equal([1, 2, 3], (await Store.ReadChangesAsync(AgentKind.Kind, 0)).Changes.Select(change => (int)change.Revision));
        Assert.Equal(8, (await Store.ChangesAsync(0)).Count);
    }

    [Fact]
    public async Task A_feed_limit_out_of_range_stops_the_start()
    {
        var refusal = await Assert.ThrowsAsync<StoreStartException>(() => ReplaceAsync(new ChangeLogLimits { MaxChanges = 0 }));
        Assert.Contains("MaxChanges", refusal.Message);
    }
}
