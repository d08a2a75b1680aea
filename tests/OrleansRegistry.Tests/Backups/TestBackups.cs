using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Backups;
using OrleansRegistry.Objects;
using OrleansRegistry.Telemetry;
using OrleansRegistry.Tests.Transfer;

namespace OrleansRegistry.Tests.Backups;

/// <summary>What makes and reads backups, over a store without a registry on it.</summary>
internal sealed class TestBackups : IDisposable
{
    public TestBackups(IRecordStore store, BackupOptions? options = null, FakeTimeProvider? time = null, IObjectStore? place = null)
    {
        Time = time ?? new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        Objects = new MemoryObjects(Time);
        Options = new RegistryOptions { StorageType = StorageType.Memory, Backups = (options ?? new BackupOptions()) with { PartBytes = 50_000 } };
        Catalog = new BackupCatalog(new Lazy<IObjectStore>(place ?? Objects));
        Pruning = new BackupPruning(Catalog, Options, Time, NullLogger<BackupPruning>.Instance);
        Maker = new BackupMaker(
            store, Transfers.Over(store), Catalog, Pruning, Health, Status, Options, Time, NullLogger<BackupMaker>.Instance);
        Reader = new BackupReader(Catalog, Options.Backups);
        var restorer = new BackupRestorer(Reader, Options, Time, NullLoggerFactory.Instance);
        All = new RegistryBackups(store, Transfers.Over(store), Catalog, Maker, Pruning, Reader, restorer);
    }

    public FakeTimeProvider Time { get; }

    public MemoryObjects Objects { get; }

    public RegistryOptions Options { get; }

    public BackupHealth Health { get; } = new();

    public BackupStatus Status { get; } = new();

    public BackupCatalog Catalog { get; }

    public BackupPruning Pruning { get; }

    public BackupMaker Maker { get; }

    public BackupReader Reader { get; }

    public IRegistryBackups All { get; }

    public string? FaultInHealth
    {
        get
        {
            var result = Health.CheckHealthAsync(new HealthCheckContext()).GetAwaiter().GetResult();
            return result.Status == HealthStatus.Healthy ? null : result.Description;
        }
    }

    public string NameOf(BackupRecord backup, int part) => BackupCatalog.FolderOf(backup.Name) + backup.Parts[part].Name;

    public static string ManifestOf(BackupRecord backup) => BackupCatalog.FolderOf(backup.Name) + BackupManifest.FileName;

    /// <summary>Changes a stored object behind the registry's back; null removes it.</summary>
    public void Change(string name, Func<byte[], byte[]?> change)
    {
        var found = Objects.All[name];
        if (change(found.Content.ToArray()) is { } changed)
        {
            Objects.All[name] = (changed, found.ChangedAt);
        }
        else
        {
            Objects.All.TryRemove(name, out _);
        }
    }

    public void Dispose() => Maker.Dispose();
}
