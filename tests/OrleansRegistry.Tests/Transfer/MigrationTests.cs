using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Snapshots;
using OrleansRegistry.Storage.AdoNet;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Sqlite;
using OrleansRegistry.Storage.Tests.Postgres;

namespace OrleansRegistry.Tests.Transfer;

/// <summary>Moving between stores.</summary>
public sealed class MigrationTests(FilledStore filled) : IClassFixture<FilledStore>, IDisposable
{
    private readonly TempFolder folder = new();

    [Theory]
    [InlineData("sqlite", true)]
    [InlineData("postgres", true)]
    [InlineData("adonet", false)]
    public async Task Another_store_holds_the_same_and_the_way_back_is_the_same(string type, bool keepsRevisions)
    {
        await using var database = type switch
        {
            "postgres" => await TestDatabase.CreateAsync(),
            "adonet" => await TestDatabase.CreateAdoNetAsync(),
            _ => null,
        };
        await using IRecordStore target = type switch
        {
            "postgres" => new PostgresStore(database!.Options(), Kinds.All, NullLogger<PostgresStore>.Instance),
            "adonet" => new AdoNetStore(database!.Options(), AgentKind.Kind, Kinds.All, NullLoggerFactory.Instance),
            _ => TestStores.Sqlite(new SqliteStoreOptions { Directory = folder["data"] }),
        };
        await target.OpenAsync(CancellationToken.None);
        var snapshot = new RecordKey("acme", "an index entry");
        var entry = new RecordBody(RawJson.FromValid("{}"u8), RawJson.FromValid("""{"owner":"alice"}"""u8));
        var version = await filled.Store.WriteAsync(SnapshotKind.Kind, snapshot, 0, entry);
        var migration = new RegistryMigration(filled.Store, target);
        await migration.CopyAsync();
        var report = await migration.FinishAsync();
        Assert.Equal(entry, (await target.ReadAsync(SnapshotKind.Kind, snapshot))!.Body);
        await filled.Store.DeleteAsync(SnapshotKind.Kind, snapshot, version);
        Assert.Equal((true, keepsRevisions), (report.Matches, report.KeepsRevisions));
        Assert.Equal(FullStore.Tasks, report.Target.Counts["tasks"]);
        if (keepsRevisions)
        {
            Assert.Equal(filled.File, await target.ExportAsync());
        }

        // And back, onto what has changed since.
        await using var first = TestStores.InMemory();
        await first.OpenAsync(CancellationToken.None);
        await first.ImportAsync(filled.File);
        await target.DeleteAsync(TaskKind.Kind, new RecordKey("acme", "task 10/ü"), await VersionAsync(target, TaskKind.Kind, "task 10/ü"));
        var agent = (await target.ReadAsync(AgentKind.Kind, new RecordKey("acme", "agent-4")))!;
        await target.WriteAsync(AgentKind.Kind, agent.Key, agent.Version, AgentKind.Write(AgentKind.Read(agent) with { Enabled = false }));
        await target.DeleteAsync(AgentKind.Kind, new RecordKey("acme", "agent-6"), await VersionAsync(target, AgentKind.Kind, "agent-6"));
        var back = new RegistryMigration(target, first);
        var taken = await Assert.ThrowsAsync<RegistryException>(() => back.CopyAsync());
        Assert.Equal(RegistryError.Conflict, taken.Error);
        Assert.Contains("is not empty: it holds agents, such as", taken.Message, StringComparison.Ordinal);
        await back.CopyAsync(replace: true);
        Assert.True((await back.FinishAsync(replace: true)).Matches);
        Assert.Null(await first.ReadAsync(TaskKind.Kind, new RecordKey("acme", "task 10/ü")));
        Assert.Null(await first.ReadAsync(PageKind.Kind, new RecordKey("acme", "h/1/task 10/ü")));
        Assert.Null(await first.ReadAsync(AgentKind.Kind, new RecordKey("acme", "agent-6")));
        if (keepsRevisions)
        {
            Assert.Equal(await target.ExportAsync(), await first.ExportAsync());
        }
    }

    [Fact]
    public async Task Killed_at_any_write_it_goes_on()
    {
        await using var inner = TestStores.InMemory();
        await inner.OpenAsync(CancellationToken.None);
        var kills = 0;
        MigrationReport? report = null;
        for (var writes = 1; report is null; writes++)
        {
            try
            {
                var migration = new RegistryMigration(filled.Store, new FailingStore(inner, writes));
                if (kills % 2 == 0)
                {
                    await migration.CopyAsync();
                }

                report = await migration.FinishAsync();
            }
            catch (IOException)
            {
                kills++;
            }
        }

        Assert.True(kills > 5, $"{kills}");
        Assert.True(report.Matches && report.KeepsRevisions);
        Assert.Equal(filled.File, await inner.ExportAsync());
    }

    [Fact]
    public async Task The_source_serves_meanwhile()
    {
        await using var source = TestStores.InMemory();
        await source.OpenAsync(CancellationToken.None);
        await source.ImportAsync(filled.File);
        await using var target = TestStores.Sqlite(new SqliteStoreOptions { Directory = folder["data"] });
        await target.OpenAsync(CancellationToken.None);
        var migration = new RegistryMigration(source, target);
        await using (var registry = await RegistryHost.StartAsync(store: new StoreProbe(source, isOpen: true)))
        {
            var alice = new Caller("acme", "alice");
            var copying = Task.Run(async () =>
            {
                for (var i = 0; i < 2; i++)
                {
                    await migration.CopyAsync();
                }
            });
            for (var i = 0; i < 20; i++)
            {
                await registry.Agents.RegisterAsync(alice, Cards.Registration($"later {i}", id: $"agent-{i}"));
                await registry.Tasks.UpdateAsync(alice, "task 10/ü", new TaskUpdate
                {
                    Messages = [Tasks.Messages.Message($"later {i}")],
                    Artifacts = [Tasks.Messages.Artifact("a1", new string('x', 9_000))],
                });
                await Tasks.Messages.Submit(registry.Tasks, alice, $"new {i}", $"new-{i}");
            }

            await registry.Agents.RemoveAsync(alice, "agent-7");
            await registry.Tasks.DeleteAsync(alice, "task 20/ü");
            await copying;
            await registry.Agents.RemoveAsync(alice, "agent-8");
        }

        var report = await migration.FinishAsync();
        Assert.True(report.Matches && report.KeepsRevisions);
        Assert.Equal(await source.ExportAsync(), await target.ExportAsync());
    }

    [Fact]
    public async Task A_folder_is_read_beside_the_process_that_serves_it()
    {
        await using var serving = TestStores.Sqlite(new SqliteStoreOptions { Directory = folder["served"] });
        await serving.OpenAsync(CancellationToken.None);
        await serving.ImportAsync(filled.File);
        await using var source = TestStores.Sqlite(new SqliteStoreOptions { Directory = folder["served"], ReadOnly = true });
        await source.OpenAsync(CancellationToken.None);
        await using var target = TestStores.InMemory();
        await target.OpenAsync(CancellationToken.None);
        var migration = new RegistryMigration(source, target);
        await migration.CopyAsync();
        await serving.WriteAsync(AgentKind.Kind, new RecordKey("acme", "late"), 0, LateAgent());
        await serving.DeleteAsync(AgentKind.Kind, new RecordKey("acme", "agent-4"), await VersionAsync(serving, AgentKind.Kind, "agent-4"));
        await migration.CopyAsync();
        await serving.WriteAsync(AgentKind.Kind, new RecordKey("acme", "later"), 0, LateAgent());
        Assert.True((await migration.FinishAsync()).Matches);
        Assert.Equal(await serving.CurrentRevisionAsync(AgentKind.Kind), await source.CurrentRevisionAsync(AgentKind.Kind));

        var write = await Assert.ThrowsAsync<RegistryException>(
            async () => await source.WriteAsync(AgentKind.Kind, new RecordKey("acme", "x"), 0, LateAgent()));
        var import = await Assert.ThrowsAsync<RegistryException>(() => source.ImportAsync(filled.File));
        Assert.Equal((RegistryError.NotSupported, RegistryError.NotSupported), (write.Error, import.Error));
        Assert.Equal("The database is open to be read only, and takes no writes.", write.Message);
        await using var nothing = TestStores.Sqlite(new SqliteStoreOptions { Directory = folder["nothing"], ReadOnly = true });
        await Assert.ThrowsAsync<StoreStartException>(() => nothing.OpenAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_target_of_another_migration_is_told()
    {
        await using var target = TestStores.InMemory();
        await target.OpenAsync(CancellationToken.None);
        await Assert.ThrowsAsync<IOException>(() => new RegistryMigration(filled.Store, new FailingStore(target, 2)).CopyAsync());
        await using var other = TestStores.Sqlite(new SqliteStoreOptions { Directory = folder["other"] });
        await other.OpenAsync(CancellationToken.None);
        var told = await Assert.ThrowsAsync<RegistryException>(() => new RegistryMigration(other, target).CopyAsync());
        Assert.Contains("holds a part of another migration, {\"from\":\"SQLite database in memory\"}", told.Message, StringComparison.Ordinal);
        await new RegistryMigration(other, target).CopyAsync(replace: true);
        Assert.True((await new RegistryMigration(other, target).FinishAsync(replace: true)).Matches);
        Assert.Equal(2, Transfers.Lines(await target.ExportAsync()).Length);
    }

    [Fact]
    public async Task A_write_to_the_source_after_its_end_shows()
    {
        await using var source = TestStores.InMemory();
        await source.OpenAsync(CancellationToken.None);
        await source.ImportAsync(filled.File);
        await using var target = TestStores.InMemory();
        await target.OpenAsync(CancellationToken.None);
        var migration = new RegistryMigration(source, target);
        await migration.CopyAsync();
        var progress = new ReportNow(report =>
        {
            if (report.Stage == MigrationStage.Verifying)
            {
                source.WriteAsync(AgentKind.Kind, new RecordKey("acme", "late"), 0, LateAgent()).AsTask().Wait();
            }
        });
        var report = await migration.FinishAsync(progress: progress);
        Assert.False(report.Matches);
        Assert.Equal(report.Source.Counts["agents"], report.Target.Counts["agents"] + 1);
        Assert.True((await migration.FinishAsync()).Matches);
    }

    public void Dispose() => folder.Dispose();

    private static RecordBody LateAgent() => AgentKind.Write(new AgentRecord
    {
        Tenant = "acme",
        Id = "late",
        Card = RawJson.FromValid(Encoding.UTF8.GetBytes("""{"name":"late"}""")),
        Enabled = true,
        CreatedAt = DateTimeOffset.UnixEpoch,
        UpdatedAt = DateTimeOffset.UnixEpoch,
        ExtensionOrigins = [],
        Workers = [],
        Requests = [],
    });

    private static async Task<long> VersionAsync(IRecordStore store, RecordKind kind, string id) =>
        (await store.ReadAsync(kind, new RecordKey("acme", id)))!.Version;

    private sealed class ReportNow(Action<MigrationProgress> report) : IProgress<MigrationProgress>
    {
        public void Report(MigrationProgress value) => report(value);
    }

    /// <summary>Fails at some import: what was asked of it is stored or not, as the number is even or odd.</summary>
    private sealed class FailingStore(IRecordStore inner, int at) : DelegatingStore(inner)
    {
        private int imports;

        public override async ValueTask<IReadOnlyList<ImportedRecord>> ImportAsync(
            RecordKind kind, IReadOnlyList<RecordChange> records, bool replace, CancellationToken cancellationToken = default)
        {
            var fails = ++imports == at;
            if (fails && at % 2 == 1)
            {
                throw new IOException("killed");
            }

            var imported = await base.ImportAsync(kind, records, replace, cancellationToken);
            return fails ? throw new IOException("killed") : imported;
        }
    }
}
