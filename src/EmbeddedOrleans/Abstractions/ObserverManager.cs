using System.Collections;
using Microsoft.Extensions.Logging;

namespace Orleans.Utilities;

public class ObserverManager<TObserver>(TimeSpan expiration, ILogger log) : ObserverManager<IAddressable, TObserver>(expiration, log);

/// <summary>
/// A grain's subscribers. One that has not subscribed again within <see cref="ExpirationDuration"/>, or that throws, is dropped.
/// Safe to change while a notification runs; not safe on several threads.
/// </summary>
public partial class ObserverManager<TIdentity, TObserver> : IEnumerable<TObserver>
    where TIdentity : notnull
{
    private readonly ILogger _log;
    private readonly Dictionary<TIdentity, (TObserver Observer, DateTime LastSeen)> _observers = [];

    public ObserverManager(TimeSpan expiration, ILogger log)
    {
        ArgumentNullException.ThrowIfNull(log);
        ExpirationDuration = expiration;
        _log = log;
    }

    public Func<DateTime> GetDateTime { get; set; } = () => DateTime.UtcNow;
    public TimeSpan ExpirationDuration { get; set; }
    public int Count => _observers.Count;
    public IReadOnlyDictionary<TIdentity, TObserver> Observers => _observers.ToDictionary(pair => pair.Key, pair => pair.Value.Observer);

    public void Clear() => _observers.Clear();
    public void Subscribe(TIdentity id, TObserver observer) => _observers[id] = (observer, GetDateTime());
    public void Unsubscribe(TIdentity id) => _observers.Remove(id);
    public void ClearExpired() => Live();

    public async Task Notify(Func<TObserver, Task> notification, Func<TObserver, bool>? predicate = null)
    {
        foreach (var (id, observer) in Live())
        {
            if (predicate is not null && !predicate(observer))
            {
                continue;
            }

            try
            {
                await notification(observer);
            }
            catch (Exception exception)
            {
                Drop(id, exception);
            }
        }
    }

    public void Notify(Action<TObserver> notification, Func<TObserver, bool>? predicate = null)
    {
        foreach (var (id, observer) in Live())
        {
            if (predicate is not null && !predicate(observer))
            {
                continue;
            }

            try
            {
                notification(observer);
            }
            catch (Exception exception)
            {
                Drop(id, exception);
            }
        }
    }

    public IEnumerator<TObserver> GetEnumerator() => Observers.Values.GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private List<KeyValuePair<TIdentity, TObserver>> Live()
    {
        var now = GetDateTime();
        var live = new List<KeyValuePair<TIdentity, TObserver>>(_observers.Count);
        foreach (var (id, entry) in _observers)
        {
            if (entry.LastSeen + ExpirationDuration < now)
            {
                _observers.Remove(id);
            }
            else
            {
                live.Add(new(id, entry.Observer));
            }
        }

        return live;
    }

    private void Drop(TIdentity id, Exception exception)
    {
        LogDropped(_log, exception, id);
        _observers.Remove(id);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Observer {Id} failed and is dropped.")]
    private static partial void LogDropped(ILogger log, Exception exception, TIdentity id);
}
