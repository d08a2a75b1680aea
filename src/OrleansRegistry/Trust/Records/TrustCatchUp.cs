namespace OrleansRegistry.Trust.Records;

/// <summary>
/// Has this process know all that is stored by now. However many ask, the store is asked at most every <see cref="Interval"/>: whoever tries unknown
/// credentials waits, and is no load.
/// </summary>
internal sealed class TrustCatchUp(TrustRecords records, IRecordStore store, [RegistryTime] TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private Task running = Task.CompletedTask;
    private Task? next;
    private Task resting = Task.CompletedTask;

    /// <exception cref="RegistryException"><see cref="RegistryError.Unavailable"/>: the store does not answer, or its changes do not come.</exception>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            // One that has begun may have asked before what is looked for was stored.
            next ??= running = AfterAsync(running);
            return next.WaitAsync(cancellationToken);
        }
    }

    private async Task AfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (gate)
        {
            next = null;
        }

        var began = time.GetTimestamp();
        try
        {
            await CatchUpAsync();
        }
        finally
        {
            var rest = Interval - time.GetElapsedTime(began);
            resting = rest > TimeSpan.Zero ? Task.Delay(rest, time) : Task.CompletedTask;
        }
    }

    private async Task CatchUpAsync()
    {
        await resting;
        var history = store.History;
        var revision = await RevisionAsync();
        for (var waited = TimeSpan.Zero; records.Position.History == history && records.Position.Revision < revision; waited += Step)
        {
            if (waited > Patience)
            {
                throw Behind();
            }

            await Task.Delay(Step);
        }

        if (records.Position.History != store.History)
        {
            throw Behind();
        }
    }

    private async Task<long> RevisionAsync()
    {
        try
        {
            return await store.CurrentRevisionAsync(TrustKind.Kind).AsTask().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw Behind();
        }
    }

    private static RegistryException Behind() =>
        new(RegistryError.Unavailable, "This node has not seen the newest changes of keys and users yet.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };
}
