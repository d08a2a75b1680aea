using OrleansRegistry.Tests.Transfer;

namespace OrleansRegistry.Tests.Backups;

/// <summary>Tests that share a store with everything in it, as it takes a registry to fill one.</summary>
[CollectionDefinition(Name)]
public sealed class BackupCollection : ICollectionFixture<FilledStore>
{
    public const string Name = "backups";
}
