using System.Collections.Concurrent;
using EmbeddedOrleans.Tests.Grains;
using EmbeddedOrleans.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Utilities;

namespace EmbeddedOrleans.Tests;

/// <summary>Objects outside the grains that grains call.</summary>
public abstract class Observers(Engine engine)
{
    private readonly INewsGrain _news = engine.Grains.GetGrain<INewsGrain>(Engine.NewKey());

    // Orleans does not promise the order of calls that nobody awaits, and on a busy machine it does not keep it.
    [Fact]
    public async Task All_news_arrives_once()
    {
        var reader = new Reader();
        await _news.Subscribe(Refer(reader)).InTime();

        await _news.Publish(200).InTime();

        await Eventually.True(() => reader.Read.Count >= 200);
        Assert.Equal(Enumerable.Range(1, 200), reader.Read.Order());
        GC.KeepAlive(reader);
    }

    [Fact]
    public async Task Awaited_news_arrives_in_order()
    {
        var reader = new Reader();
        await _news.Subscribe(Refer(reader)).InTime();

        await _news.PublishAndAwait(200).InTime();

        Assert.Equal(Enumerable.Range(1, 200), reader.Read);
        GC.KeepAlive(reader);
    }

    [Fact]
    public async Task One_reader_that_fails_hurts_no_other()
    {
        var (good, bad) = (new Reader(), new Reader { Fails = true });
        await _news.Subscribe(Refer(bad)).InTime();
        await _news.Subscribe(Refer(good)).InTime();

        await _news.Publish(20).InTime();

        await Eventually.True(() => good.Read.Count == 20 && bad.Read.Count == 20);
    }

    [Fact]
    public async Task A_reader_that_answers_with_an_error_is_dropped()
    {
        var (good, bad) = (new Reader(), new Reader { Fails = true });
        await _news.Subscribe(Refer(bad)).InTime();
        await _news.Subscribe(Refer(good)).InTime();

        Assert.Equal(1, await _news.AskAll().InTime());

        Assert.Single(good.Read);
        GC.KeepAlive(bad);
    }

    [Fact]
    public async Task An_unsubscribed_reader_gets_no_more()
    {
        var (stays, leaves) = (new Reader(), new Reader());
        var leaving = Refer(leaves);
        await _news.Subscribe(Refer(stays)).InTime();
        await _news.Subscribe(leaving).InTime();
        await _news.Publish(1).InTime();
        await Eventually.True(() => leaves.Read.Count == 1);

        await _news.Unsubscribe(leaving).InTime();
        await _news.Publish(1).InTime();

        await Eventually.True(() => stays.Read.Count == 2);
        Assert.Single(leaves.Read);
    }

    [Fact]
    public async Task A_reader_that_subscribes_again_is_there_once()
    {
        var reader = new Reader();
        var reference = Refer(reader);
        await _news.Subscribe(reference).InTime();
        await _news.Subscribe(reference).InTime();

        Assert.Equal(1, await _news.AskAll().InTime());
        Assert.Single(reader.Read);
    }

    [Fact]
    public async Task A_deleted_reference_delivers_nothing()
    {
        var (stays, deleted) = (new Reader(), new Reader());
        var reference = Refer(deleted);
        await _news.Subscribe(reference).InTime();
        await _news.Subscribe(Refer(stays)).InTime();

        engine.Grains.DeleteObjectReference<IReader>(reference);
        await _news.Publish(3).InTime();

        await Eventually.True(() => stays.Read.Count == 3);
        Assert.Empty(deleted.Read);
    }

    [Fact]
    public void A_manager_drops_who_does_not_subscribe_again()
    {
        var now = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var manager = new ObserverManager<string, Reader>(TimeSpan.FromMinutes(5), NullLogger.Instance) { GetDateTime = () => now };
        var (early, late) = (new Reader(), new Reader());
        manager.Subscribe("early", early);
        now += TimeSpan.FromMinutes(3);
        manager.Subscribe("late", late);
        now += TimeSpan.FromMinutes(3);

        manager.Notify(reader => reader.OnNews(1));
        Assert.Equal(1, manager.Count);
        Assert.Empty(early.Read);
        Assert.Single(late.Read);

        now += TimeSpan.FromMinutes(3);
        manager.ClearExpired();
        Assert.Equal(0, manager.Count);
    }

    [Fact]
    public void A_manager_drops_who_throws_and_asks_only_whom_the_predicate_names()
    {
        var manager = new ObserverManager<string, Reader>(TimeSpan.FromMinutes(5), NullLogger.Instance);
        var (good, bad) = (new Reader(), new Reader { Fails = true });
        manager.Subscribe("bad", bad);
        manager.Subscribe("good", good);

        manager.Notify(reader => reader.OnNews(1), reader => !reader.Fails);
        Assert.Equal(2, manager.Count);
        manager.Notify(reader => reader.OnNews(2));

        Assert.Equal([good], manager);
        Assert.Equal([1, 2], good.Read);
        Assert.Equal([2], bad.Read);
    }

    private IReader Refer(Reader reader) => engine.Grains.CreateObjectReference<IReader>(reader);

    private sealed class Reader : IReader
    {
        public bool Fails { get; init; }

        public ConcurrentQueue<int> Read { get; } = new();

        public void OnNews(int number)
        {
            Read.Enqueue(number);
            if (Fails)
            {
                throw new InvalidOperationException("The reader fails, as the test asks.");
            }
        }

        public Task Ask(int number)
        {
            OnNews(number);
            return Task.CompletedTask;
        }
    }
}
