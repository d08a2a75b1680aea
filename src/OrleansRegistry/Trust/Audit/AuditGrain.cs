using Orleans.Concurrency;

namespace OrleansRegistry.Trust.Audit;

/// <summary>What comes from several processes while a page is written, goes into the next together.</summary>
[GrainType("registry.audit"), Reentrant]
internal sealed class AuditGrain : Grain, IAuditGrain
{
    private readonly GroupCommit<AuditBatch> commits;
    private readonly AuditTrim trim;

    public AuditGrain(IRecordStore store, [RegistryTime] TimeProvider time)
    {
        var (tenant, _) = GrainKeys.Parse(this.GetPrimaryKeyString());
        commits = new GroupCommit<AuditBatch>(new AuditChain(tenant, store, time).AppendAsync);
        trim = new AuditTrim(tenant, store);
    }

    public Task Append(AuditBatch batch) => commits.AddAsync(batch);

    public Task<int> Trim(DateTimeOffset before) => trim.RunAsync(before, (action, about) =>
        commits.AddAsync(new AuditBatch(Guid.NewGuid().ToString("N"), default, [AuditNote.OfRegistry(action, about)], Again: false)));
}
