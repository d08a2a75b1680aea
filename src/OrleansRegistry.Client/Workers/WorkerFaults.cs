namespace OrleansRegistry.Client;

/// <summary>What a worker does about refusals and failures of the registry.</summary>
internal static class WorkerFaults
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>The registry cannot answer now, or may have carried out what it could not answer.</summary>
    public static bool IsTransient(RegistryException fault) => fault.Error is RegistryError.Busy or RegistryError.Unavailable;

    /// <summary>Of a claim: another may go better, with nothing changed here.</summary>
    public static bool MayPass(RegistryException fault) =>
        fault.Error is not (RegistryError.Invalid or RegistryError.Forbidden or RegistryError.NotSupported or RegistryError.KeyReused);

    /// <summary>The task is no longer this worker's.</summary>
    public static bool IsLoss(RegistryException fault) =>
        fault.Error is RegistryError.Conflict or RegistryError.NotFound or RegistryError.Terminal or RegistryError.Forbidden;

    public static Task PauseAsync(RegistryException? fault, int tries, TimeProvider time, CancellationToken cancellationToken)
    {
        var grown = ShortestPause * Math.Pow(2, Math.Min(tries, 16)) * (0.5 + (Random.Shared.NextDouble() / 2));
        var pause = fault?.RetryAfter ?? grown;
        return Task.Delay(pause < LongestPause ? pause : LongestPause, time, cancellationToken);
    }
}
