namespace OrleansRegistry.Clustering;

/// <inheritdoc cref="IPresenceGrain"/>
[GrainType("registry.embedding-share")]
internal sealed class PresenceGrain([RegistryTime] TimeProvider time) : Grain, IPresenceGrain
{
    /// <summary>How often a process says that it is there.</summary>
    public static readonly TimeSpan Often = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = Often * 3;

    private readonly Dictionary<string, long> present = new(StringComparer.Ordinal);

    public Task<string[]> Join(string process)
    {
        present[process] = time.GetTimestamp();
        foreach (var (other, last) in present)
        {
            if (time.GetElapsedTime(last) > Patience)
            {
                present.Remove(other);
            }
        }

        return Task.FromResult<string[]>([.. present.Keys.Order(StringComparer.Ordinal)]);
    }
}
