namespace OrleansRegistry.Liveness;

[GrainType("registry.lease")]
internal sealed class LeaseGrain([RegistryTime] TimeProvider time) : Grain, ILeaseGrain
{
    private readonly long epoch = Random.Shared.NextInt64(1, long.MaxValue);
    private readonly LeaseTable leases = new(time);

    public Task<LeaseBeaten[]> Beat(LeaseTold[] beats) => Task.FromResult(Array.ConvertAll(beats, leases.Beat));

    public Task<LeaseJudgement> Judge(LeaseNews news, int most)
    {
        foreach (var told in news.Told)
        {
            leases.Learn(told);
        }

        foreach (var gone in news.Gone)
        {
            leases.Forget(gone);
        }

        return Task.FromResult(new LeaseJudgement(epoch, leases.Judge(most)));
    }

    public Task<LeaseSeen> Look(LeaseKey key) => Task.FromResult(leases.Look(key));
}
