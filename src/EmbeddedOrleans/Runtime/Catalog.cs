using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Configuration;
using Orleans.Runtime;

namespace EmbeddedOrleans;

/// <summary>The activations of this process: at most one for each grain.</summary>
internal sealed class Catalog(
    IServiceProvider services,
    IOptions<GrainCollectionOptions> collection,
    IOptions<SiloMessagingOptions> messaging,
    ILogger<Activation> log,
    TimeProvider? time = null)
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private volatile bool _stopping;

    public IServiceProvider Services => services;
    public GrainCollectionOptions Collection { get; } = collection.Value;
    public SiloMessagingOptions Messaging { get; } = messaging.Value;
    public ILogger Log => log;
    public TimeProvider Time { get; } = time ?? TimeProvider.System;
    public GrainFactory Factory => field ??= services.GetRequiredService<GrainFactory>();

    public void Send(GrainId id, GrainClass grainClass, Request request)
    {
        request.Sent = request.OneWay ? null : Time.GetTimestamp();
        Deliver(id, grainClass, request);
    }

    /// <summary>Sends on a call whose activation went away before it ran.</summary>
    public void Forward(Activation from, Request request)
    {
        if (request.Forwarded++ < Messaging.MaxForwardCount)
        {
            Deliver(from.GrainId, from.Class, request);
        }
        else
        {
            request.Fail(new OrleansMessageRejectionException($"{request} of {from.GrainId} met {request.Forwarded} activations that were going away."));
        }
    }

    public void Remove(Activation activation) => _activations.TryRemove(new(activation.GrainId, activation));

    public void CollectIdle()
    {
        var now = Time.GetTimestamp();
        foreach (var (_, activation) in _activations)
        {
            activation.DeactivateIfIdle(now);
        }
    }

    public void FailOverdue()
    {
        var now = Time.GetTimestamp();
        foreach (var (_, activation) in _activations)
        {
            activation.FailOverdue(now);
        }
    }

    /// <summary>Deactivates everything; no grain activates afterwards.</summary>
    public async Task Stop(CancellationToken cancellationToken)
    {
        _stopping = true;
        while (!_activations.IsEmpty)
        {
            var going = _activations.Values.ToArray();
            Array.ForEach(going, activation => activation.Deactivate(new(DeactivationReasonCode.ShuttingDown, "The process is stopping."), cancellationToken));
            await Task.WhenAll(going.Select(activation => activation.Deactivated)).WaitAsync(cancellationToken);
        }
    }

    private void Deliver(GrainId id, GrainClass grainClass, Request request)
    {
        while (true)
        {
            if (!_activations.TryGetValue(id, out var activation))
            {
                if (_stopping)
                {
                    request.Fail(new SiloUnavailableException($"{id} cannot activate: the process is stopping."));
                    return;
                }

                var fresh = new Activation(id, grainClass, this);
                activation = _activations.GetOrAdd(id, fresh);
                if (ReferenceEquals(activation, fresh))
                {
                    activation.Begin();
                }
            }

            if (activation.Receive(request))
            {
                return;
            }

            Remove(activation);
        }
    }
}
