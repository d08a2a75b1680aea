using Orleans.Runtime;

namespace EmbeddedOrleans;

/// <summary>A timer of one activation. Its tick is a request like any other; the next is set when this one has ended.</summary>
internal sealed class GrainTimer : Request, IGrainTimer
{
    private readonly CancellationTokenSource _disposed = new();
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private TimeSpan _next;
    private TimeSpan _period;
    private bool _firing;

    public GrainTimer(Activation activation, TimeProvider time, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        _activation = activation;
        _callback = callback;
        AlwaysInterleave = options.Interleave;
        KeepsAlive = options.KeepAlive;
        OneWay = true;

        // The timer outlives the call that makes it, and must not carry that call's ambient values.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(static state => ((GrainTimer)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        Change(options.DueTime, options.Period);
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            _period = period;
            _next = dueTime;
            if (!_firing)
            {
                _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _timer.Dispose();
        _activation.Forget(this);
    }

    public override Task Invoke(object target)
    {
        lock (_lock)
        {
            _next = _period;
        }

        return _disposed.IsCancellationRequested ? Task.CompletedTask : _callback(_disposed.Token);
    }

    public override void Succeed(Task completed) => Rearm();

    public override void Fail(Exception exception) => Rearm();

    public override string ToString() => $"timer {_callback.Method.Name}";

    private void Fire()
    {
        lock (_lock)
        {
            _firing = true;
        }

        _activation.Receive(this);
    }

    private void Rearm()
    {
        lock (_lock)
        {
            _firing = false;
            _timer.Change(_next, Timeout.InfiniteTimeSpan);
        }
    }
}
