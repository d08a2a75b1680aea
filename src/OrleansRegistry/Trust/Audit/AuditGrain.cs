using Orleans.Concurrency;

namespace OrleansRegistry.Trust.Audit;

/// <summary>What comes from several processes while a page is written, goes into the next together.</summary>
[GrainType("registry.audit"), Reentrant]
internal sealed class AuditGrain : Grain, IAuditGrain
{
    /// <summary>More batches than all processes of a cluster send at once: they are sent again later.</summary>
    private const int MostWaiting = 1_000;

    private readonly GroupCommit<AuditBatch> commits;
    private readonly AuditTrim trim;

    public AuditGrain(IRecordStore store, AuditLog log, [RegistryTime] TimeProvider time)
    {
        var (tenant, _) = GrainKeys.Parse(this.GetPrimaryKeyString());
        commits = new GroupCommit<AuditBatch>(new AuditChain(tenant, store, time, log.Tell).AppendAsync, MostWaiting);
        trim = new AuditTrim(tenant, store);
    }

    public Task Append(AuditBatch batch) => commits.TryAdd(batch, out var done) ? done : throw new RegistryException(
        RegistryError.Unavailable, "Too many entries of the audit trail wait for the store.");

    public Task<int> Trim(DateTimeOffset before) => trim.RunAsync(before, (action, about) =>
        Append(new AuditBatch(Guid.NewGuid().ToString("N"), default, [AuditNote.OfRegistry(action, about)], Again: false)));
}
