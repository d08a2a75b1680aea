namespace OrleansRegistry.Storage.Postgres;

/// <summary>Which PostgreSQL database, and how it is used. A wrong value stops the start with its name.</summary>
public sealed record PostgresStoreOptions
{
    /// <summary>A <c>postgresql://</c> URL or an Npgsql string; see <see cref="PostgresConnectionString"/>.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The schema with the registry's tables, created if it does not exist; null for the first of the user's <c>search_path</c>.</summary>
    public string? Schema { get; init; }

    /// <summary>The connections kept open: 0 to <see cref="PoolMax"/>.</summary>
    public int PoolMin { get; init; } = 2;

    /// <summary>The most connections at once: 2 to 1,000. One of them listens for changes.</summary>
    public int PoolMax { get; init; } = 10;

    /// <summary>How long to wait for a connection: 1 s to 10 min, in whole seconds. Null: as the connection string says, else 60 s.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long a statement may take: 1 s to 1 h, in whole seconds. Null: as the connection string says, else 30 s.</summary>
    public TimeSpan? CommandTimeout { get; init; }

    /// <summary>How often what may pass (a lost connection, a deadlock) is tried again: 0 to 100.</summary>
    public int MaxRetries { get; init; } = 3;

    /// <summary>The longest wait before a retry, zero to 5 min; the first ones are shorter.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Bring the schema up to date when the store opens; else a schema that is behind stops the start.</summary>
    public bool RunMigrations { get; init; } = true;

    /// <summary>How long deletions stay in the change feed: 1 min to 10 years. A reader further behind must start over.</summary>
    public TimeSpan TombstoneAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How often the feed polls, in case a notification was lost: 10 ms to 10 min.</summary>
    public TimeSpan FeedPollInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most writes that wait for the database; more are refused as busy. 1 or more.</summary>
    public int MaxQueuedWrites { get; init; } = 65_536;

    /// <summary>The most bytes that wait for the database; more are refused as busy (one write is always taken). 1 or more.</summary>
    public long MaxQueuedBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Names no password.</summary>
    public override string ToString() => $"{nameof(PostgresStoreOptions)} {{ PoolMin = {PoolMin}, PoolMax = {PoolMax} }}";

    /// <exception cref="StoreStartException">A value is out of its range.</exception>
    internal void Validate()
    {
        Require(!string.IsNullOrWhiteSpace(ConnectionString), nameof(ConnectionString), "empty", "a postgresql:// URL or an Npgsql string");
        Require(
            Schema is null || (Schema.Length is > 0 and <= 63 && Schema.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')),
            nameof(Schema),
            "not what it can be",
            "1 to 63 letters, digits, '_' or '-'");
        Require(PoolMax is >= 2 and <= 1000, nameof(PoolMax), PoolMax, "2 to 1000");
        Require(PoolMin >= 0 && PoolMin <= PoolMax, nameof(PoolMin), PoolMin, $"0 to {nameof(PoolMax)} ({PoolMax})");
        Require(Timeout is null or { TotalSeconds: >= 1 and <= 600 }, nameof(Timeout), Timeout, "1 s to 10 min");
        Require(CommandTimeout is null or { TotalSeconds: >= 1 and <= 3600 }, nameof(CommandTimeout), CommandTimeout, "1 s to 1 h");
        Require(MaxRetries is >= 0 and <= 100, nameof(MaxRetries), MaxRetries, "0 to 100");
        Require(RetryDelay.TotalMinutes is >= 0 and <= 5, nameof(RetryDelay), RetryDelay, "zero to 5 min");
        Require(TombstoneAge.TotalMinutes >= 1 && TombstoneAge.TotalDays <= 3660, nameof(TombstoneAge), TombstoneAge, "1 min to 10 years");
        Require(FeedPollInterval.TotalMilliseconds is >= 10 and <= 600_000, nameof(FeedPollInterval), FeedPollInterval, "10 ms to 10 min");
        Require(MaxQueuedWrites >= 1, nameof(MaxQueuedWrites), MaxQueuedWrites, "1 or more");
        Require(MaxQueuedBytes >= 1, nameof(MaxQueuedBytes), MaxQueuedBytes, "1 or more (bytes)");
    }

    private static void Require(bool holds, string name, object? value, string rule)
    {
        if (!holds)
        {
            throw new StoreStartException($"{nameof(PostgresStoreOptions)}.{name} is {value}: it must be {rule}.");
        }
    }
}
