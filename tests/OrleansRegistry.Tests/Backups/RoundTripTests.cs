using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Backups;
using OrleansRegistry.Objects;
using OrleansRegistry.Objects.Local;
using OrleansRegistry.Storage.Sqlite;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Tests.Transfer;

namespace OrleansRegistry.Tests.Backups;

[Collection(BackupCollection.Name)]
public sealed class BackupRoundTripTests(FilledStore filled) : IDisposable
{
    private readonly TempFolder folder = new();

    [Fact]
    public async Task What_is_in_memory_becomes_a_database_in_a_folder()
    {
        using var backups = new TestBackups(filled.Store);
        var backup = await backups.All.MakeAsync();
        Assert.Equal((BackupForm.Sqlite, "memory", null), (backup.Form, backup.Store, backup.Fault));
        Assert.Equal(await filled.Store.CurrentRevisionAsync(AgentKind.Kind), backup.Revision);
        Assert.Equal(FullStore.Tasks, backup.Counts["tasks"]);
        Assert.True(backup.Parts.Count > 2);
        Assert.Equal("+" + TestBackups.ManifestOf(backup), backups.Objects.Calls.Last());
        Assert.Equal((backup.BegunAt, backup.Size), (backups.Status.Last!.At, backups.Status.Last.Bytes));
        Assert.True((await backups.All.VerifyAsync(backup.Name)).IsGood);
        Assert.Equivalent(backup, Assert.Single(await backups.All.ListAsync()), strict: true);

        var target = Target("restored");
        var restored = await StoreBackups.RestoreAsync(target, backups.Objects, backup.Name, new BackupRestore());
        Assert.Equal((null, null), (restored.Kept, restored.Import));
        await using var store = RegistryStores.Create(target);
        await store.OpenAsync(CancellationToken.None);
        Assert.Equal(filled.File, await store.ExportAsync());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(Path.Combine(target.DataDirectory, SqliteDatabase.FileName)));
        }
    }

    [Fact]
    public async Task A_file_is_backed_up_while_it_is_written_to()
    {
        var source = Target("source");
        await using var store = RegistryStores.Create(source);
        await store.OpenAsync(CancellationToken.None);
        await store.ImportAsync(filled.File);
        using var backups = new TestBackups(store, place: new LocalObjectStore(folder["place"]));
        using var stop = new CancellationTokenSource();
        var written = 0L;
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var body = new RecordBody(default, RawJson.FromValid("{}"u8.ToArray()));
                await store.WriteAsync(FeedbackKind.Kind, new RecordKey("writing", $"{i}"), 0, body);
                Interlocked.Increment(ref written);
            }
        });
        await Eventually.TrueAsync(() => Interlocked.Read(ref written) > 50, "the backup");
        var before = Interlocked.Read(ref written);
        var backup = await backups.All.MakeAsync();
        var after = Interlocked.Read(ref written);
        await stop.CancelAsync();
        await writing;
        Assert.True((await backups.All.VerifyAsync(backup.Name)).IsGood);

        // All that was acknowledged before, and a state that there was.
        var others = Transfers.Lines(filled.File).Count(line => line.Contains("\"kind\":\"feedback\"", StringComparison.Ordinal));
        Assert.InRange(backup.Counts["feedback"] - others, before, after);
        Assert.Equal(FullStore.Tasks, backup.Counts["tasks"]);
    }

    [Theory]
    [InlineData(StorageType.Memory)]
    [InlineData(StorageType.Postgres)]
    public async Task An_export_is_restored_with_the_same_bytes(StorageType type)
    {
        await using var database = type == StorageType.Postgres ? await PostgresAsync() : null;
        await using var postgres = database is null ? null : await database.OpenAsync();
        if (postgres is not null)
        {
            await postgres.ImportAsync(filled.File);
        }

        IRecordStore source = postgres is null ? new StoreProbe(filled.Store, isOpen: true) : postgres;
        using var backups = new TestBackups(source);
        var backup = await backups.All.MakeAsync();
        Assert.Equal((BackupForm.Export, await source.CurrentRevisionAsync(AgentKind.Kind)), (backup.Form, backup.Revision));
        Assert.True(backup.Parts.Count > 2);
        Assert.Empty((await backups.All.VerifyAsync(backup.Name)).Faults);

        // Into a new folder, on which no server runs.
        var target = Target("restored");
        var restored = await StoreBackups.RestoreAsync(target, backups.Objects, backup.Name, new BackupRestore());
        Assert.Equal((0, 0), (restored.Import!.FaultCount, restored.Import.NewVersions));
        await using var store = RegistryStores.Create(target);
        await store.OpenAsync(CancellationToken.None);
        Assert.Equal(filled.File, await store.ExportAsync());
    }

    [Fact]
    public async Task What_cannot_be_read_is_counted_and_the_rest_is_in_the_backup()
    {
        await using var store = TestStores.InMemory();
        await store.OpenAsync(CancellationToken.None);
        await store.ImportAsync(filled.File);
        var broken = new RecordBody(default, RawJson.FromValid("""{"generation":"none"}"""u8.ToArray()));
        await store.WriteAsync(ContextKind.Kind, new RecordKey("acme", "broken"), 0, broken);
        using var backups = new TestBackups(new StoreProbe(store, isOpen: true));
        var backup = await backups.All.MakeAsync();
        Assert.Equal((BackupForm.Export, 1, FullStore.Tasks), (backup.Form, backup.Unreadable, backup.Counts["tasks"]));
        Assert.True((await backups.All.VerifyAsync(backup.Name)).IsGood);
    }

    [Fact]
    public async Task A_database_is_restored_into_a_registry_that_runs()
    {
        using var backups = new TestBackups(filled.Store);
        var backup = await backups.All.MakeAsync();
        await using var store = TestStores.InMemory();
        await store.OpenAsync(CancellationToken.None);
        await using var registry = await RegistryHost.StartAsync(
            store: new StoreProbe(store, isOpen: true),
            services: services => services.AddKeyedSingleton<IObjectStore>(BackupServices.StoreKey, backups.Objects));
        var running = registry.Services.GetRequiredService<IRegistryBackups>();
        await running.RestoreAsync(backup.Name, new BackupRestore());
        Assert.Equal(filled.File, await store.ExportAsync());

        var refusal = await Assert.ThrowsAsync<RegistryException>(() => running.RestoreAsync(backup.Name, new BackupRestore()));
        Assert.Equal(RegistryError.Conflict, refusal.Error);
        var again = await running.RestoreAsync(backup.Name, new BackupRestore { Replace = true });
        Assert.Equal((0, 0), (again.Import!.Created, again.Import.Replaced));

        // The registry's own backup is an export, as a probe has no copy to offer.
        Assert.Equal(BackupForm.Export, (await running.MakeAsync()).Form);
        Assert.Equal(2, (await running.ListAsync()).Count);
    }

    [Fact]
    public async Task A_folder_that_has_a_database_is_left_alone_unless_told_otherwise()
    {
        using var backups = new TestBackups(filled.Store);
        var backup = await backups.All.MakeAsync();
        var target = Target("restored");
        await using (var store = RegistryStores.Create(target))
        {
            await store.OpenAsync(CancellationToken.None);
            await store.WriteAsync(AgentKind.Kind, new RecordKey("t", "a"), 0, new RecordBody(default, RawJson.FromValid("{}"u8.ToArray())));
            var inUse = await Assert.ThrowsAsync<StoreStartException>(
                () => StoreBackups.RestoreAsync(target, backups.Objects, backup.Name, new BackupRestore { Replace = true }));
            Assert.Contains("in use by process", inUse.Message, StringComparison.Ordinal);
        }

        var refusal = await Assert.ThrowsAsync<RegistryException>(
            () => StoreBackups.RestoreAsync(target, backups.Objects, backup.Name, new BackupRestore()));
        Assert.Equal(RegistryError.Conflict, refusal.Error);

        var restored = await StoreBackups.RestoreAsync(target, backups.Objects, backup.Name, new BackupRestore { Replace = true });
        Assert.True(File.Exists(Path.Combine(target.DataDirectory, restored.Kept!)));
        await using var after = RegistryStores.Create(target);
        await after.OpenAsync(CancellationToken.None);
        Assert.Equal(filled.File, await after.ExportAsync());
    }

    public void Dispose() => folder.Dispose();

    private RegistryOptions Target(string name) => new() { StorageType = StorageType.Sqlite, DataDirectory = Path.Combine(folder.Path, name) };

    private static async Task<TestDatabase> PostgresAsync()
    {
        TestServer.SkipWhereMissing();
        return await TestDatabase.CreateAsync();
    }
}
