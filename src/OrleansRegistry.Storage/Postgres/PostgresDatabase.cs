using Microsoft.Extensions.Logging;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>The one pool of connections of a store, and the rules of trying again.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    // The batches are small and every lookup has its index: whatever the statistics say, anything but an index scan is wrong. A list that is
    // sorted rather than read in the order of its index may be sorted whole for each page.
    // A connection lost without a word must not hold the revision counter for hours.
    private const string Session =
        "-c enable_seqscan=off -c enable_mergejoin=off -c enable_sort=off -c plan_cache_mode=force_generic_plan -c jit=off -c work_mem=32MB "
        + @"-c default_transaction_isolation=read\ committed -c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3";

    // So that a batch is mostly sent in one piece: in Npgsql's usual pieces of 8 KiB, a tenth fewer updates were seen to be answered.
    private const int WriteBufferBytes = 256 * 1024;

    private readonly PostgresStoreOptions options;
    private readonly ILogger logger;
    private readonly TimeProvider time;

    /// <exception cref="StoreStartException">An option or the connection string is wrong.</exception>
    public PostgresDatabase(PostgresStoreOptions options, ILogger logger, TimeProvider time)
    {
        options.Validate();
        (this.options, this.logger, this.time) = (options, logger, time);
        var settings = PostgresConnectionString.Parse(options.ConnectionString);
        settings.ApplicationName ??= "orleans-registry";
        settings.Options = string.IsNullOrEmpty(settings.Options) ? Session : $"{Session} {settings.Options}";
        (settings.Pooling, settings.MinPoolSize, settings.MaxPoolSize) = (true, options.PoolMin, options.PoolMax);
        (settings.Timeout, settings.CommandTimeout) = ((int)options.Timeout.TotalSeconds, (int)options.CommandTimeout.TotalSeconds);
        (settings.MaxAutoPrepare, settings.AutoPrepareMinUsages, settings.NoResetOnClose) = (32, 2, true);
        settings.WriteBufferSize = Math.Max(settings.WriteBufferSize, WriteBufferBytes);
        (settings.KeepAlive, settings.IncludeErrorDetail, settings.Enlist) = (15, false, false);
        Source = new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
        Description = $"PostgreSQL store at {settings.Host}:{settings.Port}, database {settings.Database ?? settings.Username}, user {settings.Username}";
    }

    public NpgsqlDataSource Source { get; }

    /// <summary>Host, port, database and user.</summary>
    public string Description { get; }

    public int MaxRetries => options.MaxRetries;

    /// <summary>Runs what may be run twice, again where it failed for what may pass.</summary>
    /// <exception cref="Model.RegistryException">It failed, and not for what passes in time.</exception>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await RunRawAsync(work, cancellationToken);
        }
        catch (Exception fault) when (PostgresFaults.Is(fault))
        {
            throw PostgresFaults.Translate(Description, fault);
        }
    }

    /// <summary>As <see cref="RunAsync"/>, with the database's own exception in the end.</summary>
    public async Task<T> RunRawAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var connection = await Source.OpenConnectionAsync(cancellationToken);
                return await work(connection, cancellationToken);
            }
            catch (Exception fault) when (attempt < options.MaxRetries && PostgresFaults.MayPass(fault))
            {
                await PauseAsync(fault, attempt, cancellationToken);
            }
        }
    }

    /// <summary>Waits before the next try, longer each time and never as long as others do.</summary>
    public Task PauseAsync(Exception fault, int attempt, CancellationToken cancellationToken)
    {
        var share = Math.Min(1, Math.Pow(2, attempt) / 4) * (0.5 + (Random.Shared.NextDouble() / 2));
        var pause = options.RetryDelay * share;
        logger.Retrying(Description, fault.Message, attempt + 1, options.MaxRetries, pause.TotalMilliseconds);
        return Task.Delay(pause, time, cancellationToken);
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
