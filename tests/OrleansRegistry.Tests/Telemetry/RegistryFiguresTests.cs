using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Hosting;
using OrleansRegistry.Storage.Tests;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Storage.Tests.Telemetry;
using OrleansRegistry.Telemetry;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Tests.Telemetry;

/// <summary>What a scrape of a server cannot show: what is behind, what fails, what is not there.</summary>
public sealed class RegistryFiguresTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 28, 12, 0, 0, TimeSpan.Zero));
    private readonly BackupStatus backups = new();
    private readonly LogCapture<RegistryFigures> log = new();
    private HeardStore? store;
    private RegistryFigures? figures;
    private FigureCapture? told;

    public async ValueTask InitializeAsync()
    {
        store = new HeardStore(TestStores.InMemory());
        await store.OpenAsync(CancellationToken.None);
        var services = new ServiceCollection().AddSingleton<AgentDirectory>().AddSingleton(new ExtensionPolicy()).AddLogging()
            .AddSingleton(new AgentDecoder(AgentKind.Kind, AgentKind.ReadBesideCard)).AddSingleton<UnreadableRecords>()
            .AddKeyedSingleton<TimeProvider>(RegistryTimeAttribute.ServiceKey, time).AddSingleton<IRecordStore>(store);
        figures = new RegistryFigures(
            store, services.BuildServiceProvider(), backups, new RegistryOptions { StorageType = StorageType.Memory }, time, log);
        await figures.StartAsync(CancellationToken.None);
        told = new FigureCapture(of: figures);
    }

    public async ValueTask DisposeAsync()
    {
        told!.Dispose();
        figures!.Dispose();
        await store!.DisposeAsync();
    }

    [Fact]
    public void A_directory_that_is_behind_says_by_how_much()
    {
        store!.Heard = 7;
        Assert.Equal((7, 0), (Ask("registry.revision.lag"), Ask("registry.revision")));
        store.Heard = 0;
        Assert.Equal(0, Ask("registry.revision.lag"));
    }

    [Fact]
    public void A_backup_is_told_of_once_there_is_one_and_the_newest_counts()
    {
        Assert.Null(Ask("last_backup_age"));
        Assert.Null(Ask("last_backup_size"));
        Assert.Equal(0, Ask("registry.backups", "outcome=failed"));
        backups.Found(time.GetUtcNow(), 10);
        time.Advance(TimeSpan.FromMinutes(2));
        backups.Failed();
        backups.Found(time.GetUtcNow() - TimeSpan.FromDays(1), 99);
        Assert.Equal((120, 10), (Ask("last_backup_age"), Ask("last_backup_size")));
        backups.Succeeded(time.GetUtcNow(), 11);
        Assert.Equal((0, 11), (Ask("last_backup_age"), Ask("last_backup_size")));
        Assert.Equal((1, 1), (Ask("registry.backups", "outcome=made"), Ask("registry.backups", "outcome=failed")));
    }

    [Fact]
    public async Task Tasks_are_counted_over_all_tenants_and_left_out_while_they_cannot_be()
    {
        await store!.WriteAsync(TaskKind.Kind, new RecordKey("one", "t"), 0, TaskKind.Write(Head("one", TaskState.Working)));
        await store.WriteAsync(TaskKind.Kind, new RecordKey("two", "t"), 0, TaskKind.Write(Head("two", TaskState.Working)));
        await store.WriteAsync(TaskKind.Kind, new RecordKey("two", "u"), 0, TaskKind.Write(Head("two", TaskState.InputRequired)));
        await Eventually.TrueAsync(() => Ask("registry.tasks", "state=working") == 2, "the count");
        Assert.Equal((1, 0), (Ask("registry.tasks", "state=input-required"), Ask("registry.tasks", "state=failed")));

        store.Counts = false;
        time.Advance(TimeSpan.FromMinutes(1));
        await Eventually.TrueAsync(() => Ask("registry.tasks", "state=working") is null, "the fault");
        await Eventually.TrueAsync(
            () => log.Entries.Any(entry => entry is (LogLevel.Warning, var said) && said.StartsWith("Figures of the", StringComparison.Ordinal)),
            "the entry in the log");
        await Eventually.TrueAsync(() => Ask("storage_size") > 0, "the size, which is found all the same");
    }

    private double? Ask(string name, string tags = "")
    {
        told!.Ask();
        return told.Told(name, tags) is [var figure] ? figure : null;
    }

    private static TaskHead Head(string tenant, TaskState state) => new()
    {
        Tenant = tenant,
        Id = "t",
        ContextId = "c",
        Owner = "o",
        Status = new TaskStatus(state, DateTimeOffset.UnixEpoch),
    };

    private sealed class HeardStore(IRecordStore inner) : DelegatingStore(inner)
    {
        public long Heard { get; set; }

        public bool Counts { get; set; } = true;

        public override long HeardRevision(RecordKind kind) => Heard;

        public override ValueTask<IReadOnlyList<RecordGroup>> GroupAsync(
            RecordQuery query, RecordColumn column, IReadOnlyList<string> values, int first, CancellationToken cancellationToken = default) =>
            Counts
                ? base.GroupAsync(query, column, values, first, cancellationToken)
                : throw new RegistryException(RegistryError.Unavailable, "down");
    }
}
