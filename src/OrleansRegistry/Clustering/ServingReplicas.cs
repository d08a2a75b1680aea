using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Clustering;

/// <summary>
/// Tells how many processes serve. Where that cannot be found out the last count goes on, and fewer count only once they were fewer for a while: a grain
/// that has moved has not heard of all at once, and nobody is to take more than its part.
/// </summary>
internal sealed class ServingReplicas(IGrainFactory grains, BackgroundLoops loops, [RegistryTime] TimeProvider time)
    : BackgroundService, IServingReplicas
{
    /// <summary>The key of the <see cref="IPresenceGrain"/>: no name of a model.</summary>
    public const string Key = "/serving";

    public static readonly TimeSpan FewerAfter = PresenceGrain.Often * 3;

    private readonly string own = Guid.NewGuid().ToString("N");
    private volatile int count = 1;
    private long? fewerSince;

    public int Count => count;

    /// <summary>Says that this process serves, and takes in how many do.</summary>
    internal async Task JoinAsync(CancellationToken cancellationToken)
    {
        var grain = grains.GetGrain<IPresenceGrain>(Key);
        var told = await GrainCalls.ReadAsync(grain, serving => serving.Join(own)).WaitAsync(cancellationToken);
        Take(told.Length);
    }

    /// <summary>Takes in how many there are said to be.</summary>
    internal void Take(int told)
    {
        if (told < count)
        {
            fewerSince ??= time.GetTimestamp();
            if (time.GetElapsedTime(fewerSince.Value) < FewerAfter)
            {
                return;
            }
        }

        (count, fewerSince) = (told, null);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        loops.RepeatAsync("the count of the processes that serve", PresenceGrain.Often, JoinAsync, stoppingToken);
}
