using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace EmbeddedOrleans;

/// <summary>Makes references, for callers outside and for grains alike.</summary>
internal sealed class GrainFactory(IServiceProvider services, Catalog catalog, GrainClasses classes, ILogger<LocalObserver> log) : IClusterClient
{
    private readonly ConcurrentDictionary<(Type, string?), GrainReference> _prototypes = new();

    public IServiceProvider ServiceProvider => services;

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(primaryKey);
        return (TGrainInterface)(object)Prototype(typeof(TGrainInterface), grainClassNamePrefix).To(IdSpan.Create(primaryKey));
    }

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(grainPrimaryKey);
        return (IGrain)(object)Prototype(grainInterfaceType, null).To(IdSpan.Create(grainPrimaryKey));
    }

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable => Refer<TGrainInterface>(grainId);

    public T Refer<T>(GrainId id) => (T)(object)GrainReference.Prototype(typeof(T), catalog, classes.Get(id.Type)).To(id.Key);

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver =>
        (TGrainObserverInterface)(object)ObserverReference.Create(typeof(TGrainObserverInterface), new LocalObserver(obj, log));

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        if ((object)obj is not ObserverReference reference)
        {
            throw new ArgumentException($"Not a reference made by {nameof(CreateObjectReference)}.", nameof(obj));
        }

        reference.Observer.Delete();
    }

    private GrainReference Prototype(Type type, string? prefix) => _prototypes.TryGetValue((type, prefix), out var prototype)
        ? prototype
        : _prototypes.GetOrAdd((type, prefix), GrainReference.Prototype(type, catalog, classes.Implementing(type, prefix)));
}
