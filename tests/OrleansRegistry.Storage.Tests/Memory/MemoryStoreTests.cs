using OrleansRegistry.Storage.Memory;

namespace OrleansRegistry.Storage.Tests.Memory;

public sealed class MemoryStoreTests : WholeFeedConformance
{
    protected override IRecordStore Create(ChangeLogLimits feed) => new MemoryStore(feed);
}
