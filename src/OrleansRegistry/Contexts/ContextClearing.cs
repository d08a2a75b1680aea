namespace OrleansRegistry.Contexts;

/// <summary>Clears or deletes a context, and waits until that is done.</summary>
internal static class ContextClearing
{
    /// <param name="progress">Receives the number of tasks deleted so far, every few seconds.</param>
    /// <returns>How many tasks were deleted; null where there is no such context.</returns>
    public static async Task<long?> RunAsync(
        GrainReferences<IContextGrain> contexts,
        Caller caller,
        string id,
        bool delete,
        CancellationToken cancellationToken,
        Action<long>? progress = null)
    {
        var run = DerivedId.Random();
        var tasks = (long?)null;
        var grain = contexts.Get(caller.Tenant, id);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var cleared = await GrainCalls.ReadAsync(grain, context => context.Clear(caller, delete, run));
                tasks = cleared.Tasks;
                progress?.Invoke(cleared.Tasks);
                if (cleared.Done)
                {
                    return tasks;
                }

                if (cleared.Stopping)
                {
                    await Task.Delay(GrainCalls.StoppingPause, cancellationToken);
                }
            }
        }
        catch (RegistryException gone) when (gone.Error == RegistryError.NotFound)
        {
            // With a count known, it went while nobody was asking.
            return tasks;
        }
    }
}
