using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace EmbeddedOrleans;

/// <summary>The receiving end of an observer reference: takes its calls one after another, in the order in which they were sent.</summary>
internal sealed partial class LocalObserver(IGrainObserver observer, ILogger log) : IThreadPoolWorkItem
{
    private static readonly GrainType ObserverType = GrainType.Create("observer");
    private readonly WeakReference<IGrainObserver> _observer = new(observer);
    private readonly Queue<Request> _queue = new();
    private bool _running;
    private bool _deleted;

    public GrainId Id { get; } = GrainId.Create(ObserverType, Guid.NewGuid().ToString("N"));

    public void Receive(Request request)
    {
        lock (_queue)
        {
            _queue.Enqueue(request);
            if (_running)
            {
                return;
            }

            _running = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    public void Delete()
    {
        lock (_queue)
        {
            _deleted = true;
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = RunAll();

    private async Task RunAll()
    {
        while (Next() is { } request)
        {
            try
            {
                if (_deleted || !_observer.TryGetTarget(out var target))
                {
                    throw new OrleansMessageRejectionException($"Observer {Id} is gone.");
                }

                var task = request.Invoke(target);
                await task;
                request.Succeed(task);
            }
            catch (Exception exception)
            {
                if (request.OneWay)
                {
                    LogFailed(log, exception, Id, request);
                }

                request.Fail(exception);
            }
        }
    }

    private Request? Next()
    {
        lock (_queue)
        {
            _running = _queue.TryDequeue(out var request);
            return request;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Observer {Id} failed in {Request}.")]
    private static partial void LogFailed(ILogger log, Exception exception, GrainId id, Request request);
}
