using Microsoft.Extensions.Time.Testing;

namespace OrleansRegistry.Http.Tests.Limits;

/// <summary>The places of a process, and who gets the next.</summary>
public sealed class ServerPlacesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider time = new();

    private static CancellationToken Never => CancellationToken.None;

    [Fact]
    public async Task Those_that_wait_get_a_place_in_their_order()
    {
        var places = new ServerPlaces(1, 2, Patience, time);
        await places.EnterAsync("acme", Never);
        var (first, second) = (places.EnterAsync("acme", Never).AsTask(), places.EnterAsync("acme", Never).AsTask());
        Assert.Equal((1, 2), (places.Running, places.Waiting));
        var refusal = await Assert.ThrowsAsync<LimitException>(() => places.EnterAsync("acme", Never).AsTask());
        Assert.Equal((LimitedBy.Server, 503, Patience), (refusal.By, refusal.StatusCode, refusal.RetryAfter));
        places.Leave();
        await first;
        Assert.False(second.IsCompleted);
        places.Leave();
        await second;
        places.Leave();
        Assert.Equal((0, 0), (places.Running, places.Waiting));
    }

    [Fact]
    public async Task Tenants_take_turns()
    {
        var places = new ServerPlaces(1, 100, Patience, time);
        await places.EnterAsync("flood", Never);
        var flood = Enumerable.Range(0, 50).Select(_ => places.EnterAsync("flood", Never).AsTask()).ToList();
        var other = Enumerable.Range(0, 3).Select(_ => places.EnterAsync("other", Never).AsTask()).ToList();
        for (var i = 0; i < 6; i++)
        {
            places.Leave();
        }

        await Task.WhenAll([.. other, .. flood.Take(3)]);
        Assert.All(flood.Skip(3), task => Assert.False(task.IsCompleted));
    }

    [Fact]
    public async Task A_tenant_that_fills_the_queue_gives_way_to_another_and_not_to_itself()
    {
        var places = new ServerPlaces(1, 4, Patience, time);
        await places.EnterAsync("flood", Never);
        var flood = Enumerable.Range(0, 4).Select(_ => places.EnterAsync("flood", Never).AsTask()).ToList();
        var other = places.EnterAsync("other", Never).AsTask();
        await Assert.ThrowsAsync<LimitException>(() => flood[3]);
        Assert.False(other.IsCompleted);
        await Assert.ThrowsAsync<LimitException>(() => places.EnterAsync("flood", Never).AsTask());
        var again = places.EnterAsync("other", Never).AsTask();
        await Assert.ThrowsAsync<LimitException>(() => flood[2]);
        await Assert.ThrowsAsync<LimitException>(() => places.EnterAsync("other", Never).AsTask());
        places.Leave();
        await flood[0];
        places.Leave();
        await other;
        Assert.False(again.IsCompleted);
        Assert.Equal(2, places.Waiting);
    }

    [Fact]
    public async Task Nobody_waits_longer_than_the_setting_says_and_who_leaves_frees_the_queue()
    {
        var places = new ServerPlaces(1, 2, Patience, time);
        await places.EnterAsync("acme", Never);
        using var leaving = new CancellationTokenSource();
        var (late, left) = (places.EnterAsync("acme", Never).AsTask(), places.EnterAsync("other", leaving.Token).AsTask());
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        time.Advance(Patience);
        await Assert.ThrowsAsync<LimitException>(() => late);
        Assert.Equal(0, places.Waiting);
        places.Leave();
        Assert.Equal(0, places.Running);
        Assert.True(places.EnterAsync("acme", Never).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task No_place_is_lost_however_turns_and_departures_meet()
    {
        var places = new ServerPlaces(3, 20, TimeSpan.FromMilliseconds(1), TimeProvider.System);
        var most = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++)
            {
                using var leaving = new CancellationTokenSource();
                try
                {
                    var entering = places.EnterAsync($"{caller % 3}", leaving.Token);
                    if (i % 5 == 0)
                    {
                        await leaving.CancelAsync();
                    }

                    await entering;
                }
                catch (Exception fault) when (fault is LimitException or OperationCanceledException)
                {
                    continue;
                }

                most = Math.Max(most, places.Running);
                await Task.Yield();
                places.Leave();
            }
        })));
        Assert.Equal((0, 0), (places.Running, places.Waiting));
        Assert.InRange(most, 1, 3);
    }
}
