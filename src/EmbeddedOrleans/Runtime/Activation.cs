using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Core;
using Orleans.Runtime;
using Orleans.Storage;

namespace EmbeddedOrleans;

/// <summary>One grain in memory: its life from activation to deactivation. Which request may run when is in Activation.Requests.cs.</summary>
internal sealed partial class Activation : IGrainContext
{
    private enum Stage : byte
    {
        Activating,
        Valid,
        Deactivating,
        Closed,
    }

    private readonly Catalog _catalog;
    private readonly ActivationScheduler _scheduler;
    private AsyncServiceScope _scope;
    private object? _grain;
    private List<IStorage>? _states;
    private List<GrainTimer>? _timers;
    private TaskCompletionSource? _deactivated;
    private DeactivationReason _reason;
    private Stage _stage;

    public Activation(GrainId id, GrainClass grainClass, Catalog catalog)
    {
        GrainId = id;
        Class = grainClass;
        _catalog = catalog;
        _scheduler = new(this);
    }

    public GrainId GrainId { get; }
    public GrainClass Class { get; }
    public object? GrainInstance => _grain;
    public IServiceProvider ActivationServices => _scope.ServiceProvider;
    public GrainFactory Factory => _catalog.Factory;

    public Task Deactivated
    {
        get
        {
            lock (_requests)
            {
                _deactivated ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                if (_stage == Stage.Closed)
                {
                    _deactivated.TrySetResult();
                }

                return _deactivated.Task;
            }
        }
    }

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);

    public override bool Equals(object? obj) => ReferenceEquals(this, obj);

    public override int GetHashCode() => GrainId.GetHashCode();

    public void Begin() => _scheduler.Enqueue(() => _ = Activate());

    public void AddState(IStorage state) => (_states ??= []).Add(state);

    public GrainTimer AddTimer(Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        var timer = new GrainTimer(this, _catalog.Time, callback, options);
        lock (_requests)
        {
            (_timers ??= []).Add(timer);
        }

        return timer;
    }

    public void Forget(GrainTimer timer)
    {
        lock (_requests)
        {
            _timers?.Remove(timer);
        }
    }

    public void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default)
    {
        lock (_requests)
        {
            if (_reason.ReasonCode == DeactivationReasonCode.None)
            {
                _reason = deactivationReason;
            }

            if (_stage == Stage.Valid)
            {
                BeginDeactivating();
            }
        }
    }

    private async Task Activate()
    {
        try
        {
            using var timeout = new CancellationTokenSource(_catalog.Collection.ActivationTimeout, _catalog.Time);
            _scope = _catalog.Services.CreateAsyncScope();
            _grain = Class.Construct(this);
            if (_states is not null)
            {
                await Task.WhenAll(_states.Select(state => state.ReadStateAsync(timeout.Token))).WaitAsync(timeout.Token);
            }

            await ((IGrainBase)_grain).OnActivateAsync(timeout.Token).WaitAsync(timeout.Token);
        }
        catch (Exception exception)
        {
            LogActivationFailed(_catalog.Log, exception, GrainId);
            await Close(request => request.Fail(exception));
            return;
        }

        lock (_requests)
        {
            _lastUsed = _catalog.Time.GetTimestamp();
            if (_reason.ReasonCode == DeactivationReasonCode.None)
            {
                _stage = Stage.Valid;
                StartWaiting(all: true);
                return;
            }
        }

        await Close(Forward);
    }

    private void BeginDeactivating()
    {
        _stage = Stage.Deactivating;
        if (_requests.Running == 0)
        {
            _scheduler.Enqueue(() => _ = DeactivateNow());
        }
    }

    private async Task DeactivateNow()
    {
        DisposeTimers();
        try
        {
            using var timeout = new CancellationTokenSource(_catalog.Collection.DeactivationTimeout, _catalog.Time);
            await ((IGrainBase)_grain!).OnDeactivateAsync(_reason, timeout.Token).WaitAsync(timeout.Token);
        }
        catch (Exception exception)
        {
            LogDeactivationFailed(_catalog.Log, exception, GrainId);
        }

        await Close(Forward);
    }

    private async Task Close(Action<Request> left)
    {
        DisposeTimers();
        try
        {
            await DisposeGrain();
        }
        catch (Exception exception)
        {
            LogDisposeFailed(_catalog.Log, exception, GrainId);
        }

        List<Request> waiting;
        lock (_requests)
        {
            _stage = Stage.Closed;
            waiting = _requests.TakeAll();
            _deactivated?.TrySetResult();
        }

        _catalog.Remove(this);
        waiting.ForEach(left);
    }

    private async ValueTask DisposeGrain()
    {
        if (_grain is IAsyncDisposable later)
        {
            await later.DisposeAsync();
        }
        else if (_grain is IDisposable now)
        {
            now.Dispose();
        }

        await _scope.DisposeAsync();
    }

    private void DisposeTimers()
    {
        GrainTimer[] timers;
        lock (_requests)
        {
            timers = _timers is null ? [] : [.. _timers];
        }

        Array.ForEach(timers, timer => timer.Dispose());
    }

    private void Forward(Request request)
    {
        if (request is not GrainTimer)
        {
            _catalog.Forward(this, request);
        }
    }
}
