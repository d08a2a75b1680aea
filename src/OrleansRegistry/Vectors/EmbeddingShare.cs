using Orleans.Runtime;

namespace OrleansRegistry.Vectors;

/// <summary>
/// Which agents this process embeds: of each, the process whose name and the agent's give the highest hash, so that the others' stay where they are when
/// one comes or goes. An agent that two take for theirs for a moment is embedded twice, which does no harm.
/// </summary>
internal sealed class EmbeddingShare(IGrainFactory grains, IRecordStore store, VectorDirectory vectors, [RegistryTime] TimeProvider time)
{
    public static readonly TimeSpan Often = PresenceGrain.Often;

    private readonly string here = Guid.NewGuid().ToString("N");
    private string[] present = [];
    private long? asked;

    /// <summary>What is this process's as of now. Called by one thread at a time.</summary>
    public async Task<Predicate<RecordKey>> NowAsync(CancellationToken cancellationToken)
    {
        if (!store.IsShared)
        {
            return static _ => true;
        }

        if (asked is null || time.GetElapsedTime(asked.Value) > Often)
        {
            // Processes with another model have others to embed.
            var grain = grains.GetGrain<IPresenceGrain>(vectors.Model ?? "");
            present = await GrainCalls.ReadAsync(grain, share => share.Join(here)).WaitAsync(cancellationToken);
            asked = time.GetTimestamp();
        }

        var processes = present;
        return key => processes.MaxBy(process => StableHash.ComputeHash($"{process}/{key.Tenant}/{key.Id}")) == here;
    }
}
