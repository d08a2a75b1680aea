using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Telemetry;

/// <summary>
/// What this process can tell of the registry's state whenever it is asked, from memory. Counts of what only the store knows are found at most every
/// 30 s, and only while somebody asks.
/// </summary>
internal sealed partial class RegistryFigures : IHostedService, IDisposable
{
    private readonly IRecordStore store;
    private readonly AgentDirectory? directory;
    private readonly ProbeSchedule? probes;
    private readonly BackupStatus backups;
    private readonly RegistryOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<RegistryFigures> logger;
    private readonly Sampled<IReadOnlyList<Measurement<long>>> tasks;
    private readonly Sampled<StoreSize> size;
    private readonly LogPace pace;
    private Meter? meter;

    public RegistryFigures(
        IRecordStore store,
        IServiceProvider services,
        BackupStatus backups,
        RegistryOptions options,
        [RegistryTime] TimeProvider time,
        ILogger<RegistryFigures> logger)
    {
        this.store = store;
        this.backups = backups;
        this.options = options;
        this.time = time;
        this.logger = logger;
        directory = services.GetService<AgentDirectory>();
        probes = services.GetService<ProbeSchedule>();
        pace = new LogPace(time, logger);
        tasks = new(CountTasksAsync, LogNotFound, time);
        size = new(async token => new StoreSize(await store.GetSizeAsync(token)), LogNotFound, time);
    }

    /// <summary>Has all that costs a query found anew when it is asked for next.</summary>
    internal void Expire()
    {
        tasks.Expire();
        size.Expire();
    }

    /// <summary>Runs once the store is open and the directory filled.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        meter = new Meter(new MeterOptions(RegistryTelemetry.Name) { Scope = this });
        if (directory is { } agents)
        {
            // The first three names are those that document 000 asks for.
            meter.CreateObservableGauge("total_agents", () => agents.Count, "{agent}", "Agents in this process's directory, of all tenants.");
            meter.CreateObservableGauge(
                "registry.revision", () => agents.Revision, unit: null, "The revision of agents that this process's directory has come to.");
            meter.CreateObservableGauge(
                "registry.revision.lag",
                () => Math.Max(0, store.HeardRevision(AgentKind.Kind) - agents.Revision),
                unit: null,
                "By how many revisions this process's directory is behind the newest that it has heard of.");
        }

        if (probes is { } turns)
        {
            meter.CreateObservableGauge(
                "registry.probes.lag", () => turns.Lag.TotalSeconds, "s", "For how long the agent waits for its probe whose turn came first.");
        }

        meter.CreateObservableGauge(
            "storage_type", () => One(1, "type", TypeOfStore()), unit: null, "1, with the store's type as a label.");
        meter.CreateObservableGauge(
            "storage_size",
            () => size.Value?.Bytes is { } bytes ? [new Measurement<long>(bytes)] : (Measurement<long>[])[],
            "By",
            "What the records take where they lie, with indexes and logs.");
        meter.CreateObservableGauge("registry.tasks", () => tasks.Value ?? [], "{task}", "Tasks of all tenants, by state.");
        meter.CreateObservableGauge(
            "last_backup_age",
            () => Of(backups.Last, backup => (time.GetUtcNow() - backup.At).TotalSeconds),
            "s",
            "How long ago the newest known backup was made.");
        meter.CreateObservableGauge("last_backup_size", () => Of(backups.Last, backup => backup.Bytes), "By", "What the newest known backup takes.");
        meter.CreateObservableCounter<long>(
            "registry.backups",
            () => [One(backups.Made, "outcome", "made"), One(backups.NotMade, "outcome", "failed")],
            "{backup}",
            "Backups that this process made, and those that it could not make.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        meter?.Dispose();
        tasks.Dispose();
        size.Dispose();
    }

    private static Measurement<long> One(long figure, string label, string value) => new(figure, new KeyValuePair<string, object?>(label, value));

    private static IEnumerable<Measurement<T>> Of<T>(BackupStatus.Backup? backup, Func<BackupStatus.Backup, T> figure)
        where T : struct => backup is null ? [] : [new Measurement<T>(figure(backup))];

    private async Task<IReadOnlyList<Measurement<long>>> CountTasksAsync(CancellationToken cancellationToken)
    {
        string[] states = [.. TaskStates.All.Select(state => state.ToV03())];
        var groups = await store.GroupAsync(new RecordQuery(TaskKind.Kind, Tenant: null), TaskKind.State, states, first: 0, cancellationToken);
        return [.. states.Zip(groups, (state, group) => One(group.Count, "state", state))];
    }

    private void LogNotFound(Exception fault) => pace.Write(() => LogNotFound(fault, store.Description));

    private string TypeOfStore() => options.StorageType.ToString().ToLowerInvariant();

    [LoggerMessage(LogLevel.Warning, "Figures of the {Store} could not be found; they are left out of the metrics until they can.")]
    private partial void LogNotFound(Exception fault, string store);

    private sealed record StoreSize(long? Bytes);
}
