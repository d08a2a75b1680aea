using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage.Sqlite;

namespace OrleansRegistry.Storage.Tests;

/// <summary>Ways to make a store that tests share.</summary>
internal static class TestStores
{
    public static SqliteStore InMemory(ChangeLogLimits? feed = null) => Sqlite(new SqliteStoreOptions { Feed = feed ?? new ChangeLogLimits() });

    public static SqliteStore Sqlite(SqliteStoreOptions options, ILogger<SqliteStore>? logger = null) =>
        new(options, Kinds.All, logger ?? NullLogger<SqliteStore>.Instance);
}
