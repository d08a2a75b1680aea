namespace OrleansRegistry.Grains;

/// <summary>
/// A grain that calls others. Orleans begins an activation while it holds the lock by which messages come to it, and holds that until something is
/// first waited for. Where nothing is, that includes the first call, and two new activations that called each other would wait for each other for
/// ever.
/// </summary>
internal abstract class CallingGrain : Grain
{
    public sealed override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        await ActivateAsync();
    }

    protected abstract Task ActivateAsync();
}
