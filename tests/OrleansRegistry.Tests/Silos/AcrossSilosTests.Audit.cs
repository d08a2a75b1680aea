using OrleansRegistry.Trust.Audit;

namespace OrleansRegistry.Tests.Silos;

public sealed partial class AcrossSilosTests
{
    private async Task CallAudit()
    {
        var grain = silos.Grain<IAuditGrain>(GrainKeys.For("acme", AuditGrainNames.Id));
        var note = new AuditNote("alice", "registry.test", "ok", "a")
        {
            Credential = "key:1",
            Address = "192.0.2.1",
            Trace = new string('a', 32),
            Late = true,
            Skipped = 2,
        };
        await grain.Append(new AuditBatch("b1", DateTimeOffset.UtcNow, [note], Again: false));
        await grain.Append(new AuditBatch("b1", DateTimeOffset.UtcNow, [note], Again: true));
        await grain.Append(new AuditBatch("b2", DateTimeOffset.UtcNow, [note with { Late = false }], Again: false));
        Assert.Equal(1, await grain.Trim(DateTimeOffset.UtcNow.AddMinutes(1)));
        Assert.Equal(0, await grain.Trim(DateTimeOffset.UtcNow.AddMinutes(-1)));
    }
}
