using System.Diagnostics.CodeAnalysis;
using EmbeddedOrleans;
using Orleans.Runtime;

namespace Orleans;

/// <summary>The base class of grains. Constructed by the runtime, which sets <see cref="GrainContext"/>.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    protected Grain()
        : this(RuntimeContext.Current!)
    {
    }

    protected Grain(IGrainContext grainContext) => GrainContext = grainContext;

    [AllowNull]
    public IGrainContext GrainContext { get; }

    public string IdentityString => GrainContext.GrainId.ToString();
    protected IGrainFactory GrainFactory => Activation.Factory;
    protected internal IServiceProvider ServiceProvider => GrainContext.ActivationServices;

    private Activation Activation => GrainContext as Activation
        ?? throw new InvalidOperationException("This grain was not created by the runtime, so it has none.");

    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;
    protected void DeactivateOnIdle() => GrainBaseExtensions.DeactivateOnIdle(this);
    protected void DelayDeactivation(TimeSpan timeSpan) => Activation.DelayDeactivation(timeSpan);
}
