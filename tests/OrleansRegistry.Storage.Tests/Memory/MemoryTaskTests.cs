using OrleansRegistry.Storage.Memory;

namespace OrleansRegistry.Storage.Tests.Memory;

public sealed class MemoryTaskTests : TaskConformance
{
    protected override IRecordStore Create(ChangeLogLimits feed) => new MemoryStore(feed);
}

public sealed class MemoryTaskFilterTests : TaskFilterConformance
{
    protected override IRecordStore Create(ChangeLogLimits feed) => new MemoryStore(feed);
}
