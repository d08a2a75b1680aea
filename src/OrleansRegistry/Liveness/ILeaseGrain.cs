using System.Runtime.InteropServices;
using Orleans.Concurrency;

namespace OrleansRegistry.Liveness;

/// <summary>
/// Takes the beats of a share of all agents (<see cref="LeaseShare"/>) and says whose health has changed, in memory alone. It knows of leases by what
/// it is told, and writes nothing: whoever asks does. Its key is <see cref="LeaseShare.KeyOf"/>.
/// </summary>
[Alias("registry.ILeaseGrain")]
internal interface ILeaseGrain : IGrainWithStringKey
{
    /// <summary>Takes beats, each with what the caller knows of the lease. The answers are in their order.</summary>
    [Alias("Beat")]
    Task<LeaseBeaten[]> Beat([Immutable] LeaseTold[] beats);

    /// <summary>Takes in what the caller knows of leases, and tells what is to be written. Every process with a directory asks every second.</summary>
    /// <param name="most">The most verdicts that the caller takes.</param>
    [Alias("Judge")]
    Task<LeaseJudgement> Judge(LeaseNews news, int most);

    /// <summary>What is known of one lease.</summary>
    [Alias("Look")]
    Task<LeaseSeen> Look(LeaseKey key);
}

/// <summary>Whose lease it is.</summary>
/// <param name="Instance">Which of the agent's instances; null for the agent itself.</param>
[GenerateSerializer, Immutable, Alias("registry.LeaseKey")]
internal readonly record struct LeaseKey(
    [property: Id(0)] string Tenant, [property: Id(1)] string AgentId, [property: Id(2)] string? Instance = null)
{
    /// <summary>What is written together: an agent's own lease, or all of its instances.</summary>
    public LeaseKey Written => Instance is null ? this : this with { Instance = "" };

    /// <summary>The lease of its holder; null where the agent has no such instance, or the holder no lease.</summary>
    public AgentLease? LeaseIn(AgentRecord? agent) => Instance is null ? agent?.Lease : agent?.Instances.Find(Instance)?.Lease;
}

/// <summary>A lease as a directory has it. Where two differ, that of the later position is right.</summary>
/// <param name="History">Of the store (<see cref="IRecordStore.History"/>).</param>
/// <param name="Revision">Of the record with the lease.</param>
[GenerateSerializer, Immutable, Alias("registry.LeaseTold")]
internal sealed record LeaseTold(
    [property: Id(0)] LeaseKey Key,
    [property: Id(1)] AgentLease Lease,
    [property: Id(2)] long History,
    [property: Id(3)] long Revision)
{
    public bool IsNewerThan(LeaseTold other) => (History, Revision).CompareTo((other.History, other.Revision)) > 0;
}

/// <summary>What has changed for the caller since it asked last.</summary>
/// <param name="Told">New leases, and those that are others now.</param>
/// <param name="Gone">What was told once and is no lease any more.</param>
[GenerateSerializer, Immutable, Alias("registry.LeaseNews")]
internal sealed record LeaseNews([property: Id(0)] IReadOnlyList<LeaseTold> Told, [property: Id(1)] IReadOnlyList<LeaseTold> Gone);

/// <param name="Epoch">Of the activation: another one knows nothing of what was told before.</param>
[GenerateSerializer, Immutable, Alias("registry.LeaseJudgement")]
internal sealed record LeaseJudgement([property: Id(0)] long Epoch, [property: Id(1)] IReadOnlyList<LeaseVerdict> Verdicts);

/// <param name="Of">The lease that was judged: where there is another by now, the verdict is void.</param>
/// <param name="Health">What it is to become.</param>
[GenerateSerializer, Immutable, Alias("registry.LeaseVerdict")]
internal sealed record LeaseVerdict([property: Id(0)] LeaseTold Of, [property: Id(1)] AgentHealth Health);

/// <param name="Lease">As the grain knows it; where it is not healthy, that is to be written.</param>
/// <param name="IsOver">The beat came too late: an ephemeral agent, which is being removed.</param>
[StructLayout(LayoutKind.Auto)]
[GenerateSerializer, Immutable, Alias("registry.LeaseBeaten")]
internal readonly record struct LeaseBeaten([property: Id(0)] AgentLease Lease, [property: Id(1)] bool IsOver);

/// <param name="SinceBeat">How long ago it beat last; null where no beat is known of.</param>
/// <param name="Left">What is left of it, negative where it is over; null where it is not known.</param>
[StructLayout(LayoutKind.Auto)]
[GenerateSerializer, Immutable, Alias("registry.LeaseSeen")]
internal readonly record struct LeaseSeen([property: Id(0)] TimeSpan? SinceBeat, [property: Id(1)] TimeSpan? Left);
