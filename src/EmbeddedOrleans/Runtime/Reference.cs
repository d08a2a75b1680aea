using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Orleans.Runtime;

namespace EmbeddedOrleans;

/// <summary>A typed stand-in for a grain or an observer. Two with the same identity are equal, as in Orleans.</summary>
internal abstract class Reference : DispatchProxy
{
    public GrainId GrainId { get; protected set; }

    [AllowNull]
    protected FrozenDictionary<MethodInfo, GrainMethod> Methods { get; set; }

    public abstract void Dispatch(Request request);

    public sealed override bool Equals(object? obj) => obj is Reference other && other.GrainId == GrainId;

    public sealed override int GetHashCode() => GrainId.GetHashCode();

    public sealed override string ToString() => GrainId.ToString();

    protected sealed override object? Invoke(MethodInfo? targetMethod, object?[]? args) => Methods[targetMethod!].Send(this, args ?? []);
}

[SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
internal class GrainReference : Reference
{
    [AllowNull]
    private Catalog _catalog;

    [AllowNull]
    private GrainClass _class;

    /// <summary>A reference to no grain yet, from which <see cref="To"/> makes the others cheaply.</summary>
    public static GrainReference Prototype(Type type, Catalog catalog, GrainClass grainClass)
    {
        var prototype = (GrainReference)Create(type, typeof(GrainReference));
        prototype.Methods = GrainMethod.Of(type);
        prototype._catalog = catalog;
        prototype._class = grainClass;
        return prototype;
    }

    public GrainReference To(IdSpan key)
    {
        var reference = (GrainReference)MemberwiseClone();
        reference.GrainId = GrainId.Create(_class.GrainType, key);
        return reference;
    }

    public T As<T>() => _catalog.Factory.Refer<T>(GrainId);

    public override void Dispatch(Request request) => _catalog.Send(GrainId, _class, request);
}

[SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it.")]
internal class ObserverReference : Reference
{
    [AllowNull]
    public LocalObserver Observer { get; private set; }

    public static ObserverReference Create(Type type, LocalObserver observer)
    {
        var reference = (ObserverReference)Create(type, typeof(ObserverReference));
        reference.Methods = GrainMethod.Of(type);
        reference.GrainId = observer.Id;
        reference.Observer = observer;
        return reference;
    }

    public override void Dispatch(Request request) => Observer.Receive(request);
}
