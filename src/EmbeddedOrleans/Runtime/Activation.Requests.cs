using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace EmbeddedOrleans;

/// <summary>One turn at a time: a request waits while one that it may not interleave with is under way.</summary>
internal sealed partial class Activation
{
    private readonly RequestQueue _requests = new();
    private Request? _blocking;
    private long _lastUsed;
    private long _keptUntil;

    /// <summary>Takes a request; false: this activation is closed, and the request belongs to the next.</summary>
    public bool Receive(Request request)
    {
        lock (_requests)
        {
            if (_stage == Stage.Closed)
            {
                return false;
            }

            if (_stage == Stage.Valid && MayStart(request))
            {
                Admit(request);
            }
            else if (_catalog.Messaging.MaxEnqueuedRequestsHardLimit is > 0 and var limit && _requests.Waiting.Count >= limit)
            {
                request.Fail(new LimitExceededException($"{limit} requests wait for {GrainId} already."));
            }
            else
            {
                _requests.Waiting.Add(request);
            }

            return true;
        }
    }

    /// <summary>Runs the first turn of a request, on this activation's scheduler.</summary>
    public void Start(Request request)
    {
        Task task;
        try
        {
            task = request.Invoke(_grain!);
        }
        catch (Exception exception)
        {
            task = Task.FromException(exception);
        }

        if (task.IsCompletedSuccessfully)
        {
            request.Succeed(task);
            Finish(request);
        }
        else
        {
            _ = AwaitEnd(request, task);
        }
    }

    public void DelayDeactivation(TimeSpan span)
    {
        var time = _catalog.Time;
        lock (_requests)
        {
            _keptUntil = span == Timeout.InfiniteTimeSpan || span == TimeSpan.MaxValue
                ? long.MaxValue
                : time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency);
        }
    }

    public void DeactivateIfIdle(long now)
    {
        lock (_requests)
        {
            var idle = _stage == Stage.Valid && _requests.Running == 0 && now >= _keptUntil
                && _catalog.Time.GetElapsedTime(_lastUsed, now) >= Class.Age;
            if (idle)
            {
                Deactivate(new(DeactivationReasonCode.ActivationIdle, "Nothing called it for its collection age."));
            }
        }
    }

    public void FailOverdue(long now)
    {
        lock (_requests)
        {
            foreach (var request in _requests.TakeOverdue(sent => _catalog.Time.GetElapsedTime(sent, now) > _catalog.Messaging.ResponseTimeout))
            {
                request.Fail(new TimeoutException($"{request} of {GrainId} did not answer within {_catalog.Messaging.ResponseTimeout}."));
            }
        }
    }

    private async Task AwaitEnd(Request request, Task task)
    {
        try
        {
            await task;
            request.Succeed(task);
        }
        catch (Exception exception)
        {
            if (request.OneWay)
            {
                LogOneWayFailed(_catalog.Log, exception, GrainId, request);
            }

            if (exception is InconsistentStateException { IsSourceActivation: true } inconsistent)
            {
                inconsistent.IsSourceActivation = false;
                Deactivate(new(DeactivationReasonCode.ApplicationError, exception, "The stored state is not the one in memory."));
            }

            request.Fail(exception);
        }

        Finish(request);
    }

    private bool MayStart(Request request) =>
        _blocking is null || request.AlwaysInterleave || Class.Reentrant || (_blocking.ReadOnly && request.ReadOnly);

    private void Admit(Request request)
    {
        _requests.Start(request);
        if (_blocking is null && !request.AlwaysInterleave)
        {
            _blocking = request;
        }

        _scheduler.Enqueue(request);
    }

    private void Finish(Request request)
    {
        lock (_requests)
        {
            _requests.End(request);
            if (ReferenceEquals(_blocking, request))
            {
                _blocking = null;
            }

            if (request.KeepsAlive)
            {
                _lastUsed = _catalog.Time.GetTimestamp();
            }

            if (_stage == Stage.Valid)
            {
                StartWaiting(all: false);
            }
            else if (_stage == Stage.Deactivating && _requests.Running == 0)
            {
                _scheduler.Enqueue(() => _ = DeactivateNow());
            }
        }
    }

    // What always interleaves never waits on a valid activation, so behind a call that changes things all others wait too.
    private void StartWaiting(bool all)
    {
        var waiting = _requests.Waiting;
        for (var i = 0; i < waiting.Count;)
        {
            if (MayStart(waiting[i]))
            {
                var request = waiting[i];
                waiting.RemoveAt(i);
                Admit(request);
            }
            else if (all || _blocking!.ReadOnly)
            {
                i++;
            }
            else
            {
                return;
            }
        }
    }
}
