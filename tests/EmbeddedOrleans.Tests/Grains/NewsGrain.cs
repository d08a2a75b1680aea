using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Utilities;

namespace EmbeddedOrleans.Tests.Grains;

public interface IReader : IGrainObserver
{
    void OnNews(int number);

    Task Ask(int number);
}

public interface INewsGrain : IGrainWithStringKey
{
    Task Subscribe(IReader reader);

    Task Unsubscribe(IReader reader);

    /// <summary>Sends the numbers from 1 to <paramref name="count"/> to all subscribers.</summary>
    Task Publish(int count);

    /// <summary>The same, each number only when all have taken the one before.</summary>
    Task PublishAndAwait(int count);

    /// <summary>Asks each subscriber and waits for the answers; one that throws is dropped. Returns how many are left.</summary>
    Task<int> AskAll();
}

public class NewsGrain(ILogger<NewsGrain> log) : Grain, INewsGrain
{
    private readonly ObserverManager<IReader> _readers = new(TimeSpan.FromMinutes(1), log);

    public Task Subscribe(IReader reader)
    {
        _readers.Subscribe(reader, reader);
        return Task.CompletedTask;
    }

    public Task Unsubscribe(IReader reader)
    {
        _readers.Unsubscribe(reader);
        return Task.CompletedTask;
    }

    public Task Publish(int count)
    {
        for (var i = 1; i <= count; i++)
        {
            var number = i;
            _readers.Notify(reader => reader.OnNews(number));
        }

        return Task.CompletedTask;
    }

    public async Task PublishAndAwait(int count)
    {
        for (var i = 1; i <= count; i++)
        {
            var number = i;
            await _readers.Notify(reader => reader.Ask(number));
        }
    }

    public async Task<int> AskAll()
    {
        await _readers.Notify(reader => reader.Ask(1));
        return _readers.Count;
    }
}
