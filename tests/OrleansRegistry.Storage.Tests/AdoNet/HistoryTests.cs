using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage.AdoNet;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Storage.Tests.AdoNet;

/// <summary>A database that goes back to an earlier state is noticed here too, where writes are the provider's.</summary>
public sealed class HistoryTests
{
    [Fact]
    public async Task A_restored_database_is_noticed_and_the_feed_begins_anew()
    {
        await using var database = await TestDatabase.CreateAdoNetAsync();
        await using var store = new AdoNetStore(
            database.Options() with { FeedPollInterval = TimeSpan.FromMilliseconds(50) },
            AgentKind.Kind,
            Kinds.All,
            NullLoggerFactory.Instance);
        await store.OpenAsync(CancellationToken.None);
        await store.PutAsync("kept", 0, "1");
        await using var backup = await database.BackUpAsync();
        for (var i = 1; i <= 3; i++)
        {
            await store.PutAsync($"a{i}", 0, "1");
        }

        Assert.Equal(0, store.History);
        await database.RestoreAsync(backup);
        await Eventually.TrueAsync(() => store.History == 1, "another history to be noticed");
        Assert.Equal("kept", Assert.Single(await store.AllAsync()).Key.Id);
        Assert.Equal(2, await store.PutAsync("new", 0, "2"));
        Assert.Equal("new", Assert.Single(await store.ChangesAsync(1)).Key.Id);
        Assert.Equal(1, store.History);
    }
}
