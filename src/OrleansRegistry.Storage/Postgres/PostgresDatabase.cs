using Microsoft.Extensions.Logging;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>The one pool of connections of a store, and the rules of trying again.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    // So that a batch is mostly sent in one piece: in Npgsql's usual pieces of 8 KiB, a tenth fewer updates were seen to be answered.
    private const int WriteBufferBytes = 256 * 1024;

    private readonly PostgresStoreOptions options;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly LogPace retries;
    private readonly LogPace failures;
    private readonly LogPace emptyColumns;

    /// <exception cref="StoreStartException">An option or the connection string is wrong.</exception>
    public PostgresDatabase(PostgresStoreOptions options, ILogger logger, TimeProvider time)
    {
        options.Validate();
        this.options = options;
        this.logger = logger;
        this.time = time;
        retries = new LogPace(time, logger);
        failures = new LogPace(time, logger);
        emptyColumns = new LogPace(time, logger);
        var settings = PostgresConnectionString.Parse(options.ConnectionString);
        settings.ApplicationName ??= "orleans-registry";
        var session = new DatabaseSession(settings, options.Schema);
        settings.Pooling = true;
        settings.MinPoolSize = options.PoolMin;
        settings.MaxPoolSize = options.PoolMax;
        settings.Timeout = Seconds(options.Timeout, settings.ShouldSerialize("Timeout") ? settings.Timeout : 60);
        settings.CommandTimeout = Seconds(options.CommandTimeout, settings.ShouldSerialize("Command Timeout") ? settings.CommandTimeout : 30);
        settings.MaxAutoPrepare = 32;
        settings.AutoPrepareMinUsages = 2;
        settings.NoResetOnClose = true;
        settings.WriteBufferSize = Math.Max(settings.WriteBufferSize, WriteBufferBytes);
        settings.KeepAlive = 15;
        settings.IncludeErrorDetail = false;
        settings.Enlist = false;
        Source = new NpgsqlDataSourceBuilder(settings.ConnectionString).UsePhysicalConnectionInitializer(session.Begin, session.BeginAsync).Build();
        Description = $"PostgreSQL store at {settings.Host}:{settings.Port}, database {settings.Database ?? settings.Username}, user "
            + $"{settings.Username}{(options.Schema is { } schema ? $", schema {schema}" : "")}";
    }

    /// <summary>The store's name in answers to callers.</summary>
    public const string Name = "PostgreSQL store";

    public NpgsqlDataSource Source { get; }

    /// <summary>Host, port, database and user.</summary>
    public string Description { get; }

    public StoreTelemetry Telemetry { get; } = new("postgres");

    /// <summary>The schema that options name; null for the user's own.</summary>
    public string? Schema => options.Schema;

    public int MaxRetries => options.MaxRetries;

    /// <summary>Runs what may be run twice, again where it failed for what may pass.</summary>
    /// <exception cref="RegistryException">It failed, and not for what passes in time.</exception>
    public async Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await RunRawAsync(work, cancellationToken);
        }
        catch (Exception fault) when (PostgresFaults.Is(fault))
        {
            throw Translate(fault);
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

    /// <summary>The message about a fault for callers; the log has the details.</summary>
    public RegistryException Translate(Exception fault)
    {
        failures.Write(() => logger.CannotAnswer(fault, Description));
        return PostgresFaults.Translate(fault);
    }

    /// <summary>Logs that the columns for queries stay empty, of a record that its author may send again and again.</summary>
    public void LogColumnsLeftEmpty(RecordKind kind, RecordKey key, PostgresException refused) => emptyColumns.Write(
        () => logger.ColumnsLeftEmpty(Description, kind, LogText.Id(key.Tenant), LogText.Id(key.Id), refused.MessageText));

    /// <summary>Waits before the next try, longer each time and never as long as others do.</summary>
    public Task PauseAsync(Exception fault, int attempt, CancellationToken cancellationToken)
    {
        var share = Math.Min(1, Math.Pow(2, attempt) / 4) * (0.5 + (Random.Shared.NextDouble() / 2));
        var pause = options.RetryDelay * share;
        retries.Write(() => logger.Retrying(Description, fault.Message, attempt + 1, options.MaxRetries, pause.TotalMilliseconds));
        return Task.Delay(pause, time, cancellationToken);
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();

    private static int Seconds(TimeSpan? named, int unset) => named is { } time ? (int)time.TotalSeconds : unset;
}
