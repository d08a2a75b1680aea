using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;
using OrleansRegistry.Storage.Postgres;
using OrleansRegistry.Storage.Sqlite;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests.Telemetry;

public sealed class SqliteTelemetryTests : StoreTelemetryTests
{
    private readonly TempFolder folder = new();

    protected override string Name => "sqlite";

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override IRecordStore Create(ChangeLogLimits feed) => TestStores.Sqlite(new SqliteStoreOptions { Directory = folder.Path });
}

public sealed class PostgresTelemetryTests : StoreTelemetryTests
{
    private TestDatabase? database;

    protected override string Name => "postgres";

    public override async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await database!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override IRecordStore Create(ChangeLogLimits feed) =>
        new PostgresStore(database!.Options(), Kinds.All, NullLogger<PostgresStore>.Instance);
}

/// <summary>What a store tells of its work to whoever listens.</summary>
public abstract class StoreTelemetryTests : StoreTestBase
{
    /// <summary>What the store is called in telemetry.</summary>
    protected abstract string Name { get; }

    [Fact]
    public async Task A_batch_is_below_one_of_its_writes_and_linked_to_all()
    {
        using var spans = new SpanCapture();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Store.PutAsync($"a{i}", 0, "1").AsTask()));
        await Eventually.TrueAsync(() => spans.Ended("registry.store.batch").Sum(batch => batch.Links.Count()) == 50, "all batches");

        var writes = spans.Ended("registry.store.write").ToList();
        Assert.Equal(50, writes.Count);
        Assert.All(writes, write => Assert.Equal(spans.Caller.SpanId, write.ParentSpanId));
        Assert.All(writes, write => Assert.Equal((Name, "agent"), (write.GetTagItem("db.system.name"), write.GetTagItem("registry.kind"))));
        var batches = spans.Ended("registry.store.batch").ToList();
        Assert.Equal(
            writes.Select(write => write.SpanId.ToHexString()).Order(StringComparer.Ordinal),
            batches.SelectMany(batch => batch.Links).Select(link => link.Context.SpanId.ToHexString()).Order(StringComparer.Ordinal));
        Assert.All(batches, batch =>
        {
            Assert.Equal(batch.Links.First().Context.SpanId, batch.ParentSpanId);
            Assert.Equal(batch.Links.Count(), batch.GetTagItem("db.operation.batch.size"));
            Assert.Equal(ActivityStatusCode.Unset, batch.Status);
        });
    }

    [Fact]
    public async Task A_write_leaves_its_callers_span_the_present_one_and_a_refused_one_says_so()
    {
        using var spans = new SpanCapture();
        await Store.PutAsync("a", 0, "1");
        var lost = Store.PutAsync("a", 0, "2");
        Assert.Same(spans.Caller, Activity.Current);
        await Assert.ThrowsAsync<InconsistentStateException>(async () => await lost);

        var write = Assert.Single(spans.Ended("registry.store.write"), span => span.Status == ActivityStatusCode.Error);
        Assert.Equal(typeof(InconsistentStateException).FullName, write.GetTagItem("error.type"));
        Assert.Null(write.StatusDescription);
    }

    [Fact]
    public async Task A_write_that_is_given_up_says_so_and_one_that_never_began_has_no_span()
    {
        using var spans = new SpanCapture();
        await Store.DisposeAsync();
        await Assert.ThrowsAsync<RegistryException>(async () => await Store.PutAsync("a", 0, "1"));
        Assert.Empty(spans.Ended("registry.store.write"));
        await ReplaceAsync();
        using var canceled = new CancellationTokenSource();
        var writes = Enumerable.Range(0, 200)
            .Select(i => Store.WriteAsync(AgentKind.Kind, Key($"a{i}"), 0, Body("1"), canceled.Token).AsTask())
            .ToList();
        await canceled.CancelAsync();
        await Task.WhenAll(writes.Select(write => Task.WhenAny(write)));
        Assert.Equal(200, spans.Ended("registry.store.write").Count());
        Assert.Equal(
            writes.Count(write => write.IsCanceled),
            spans.Ended("registry.store.write").Count(span => span.Status == ActivityStatusCode.Error));
    }

    [Fact]
    public async Task Reads_have_spans_by_what_they_do()
    {
        using var spans = new SpanCapture();
        await Store.GetAsync("a");
        await Store.QueryAsync(new RecordQuery(TaskKind.Kind, "acme"), null, 10);
        await Store.QueryKeysAsync(new RecordQuery(TaskKind.Kind, "acme"), null, 10);
        await Store.GroupAsync(new RecordQuery(TaskKind.Kind, "acme"), TaskKind.State, ["working"], first: 0);
        Assert.Equal(
            [("agent", "get"), ("task", "list"), ("task", "keys"), ("task", "count")],
            spans.Ended("registry.store.read").Select(read => ($"{read.GetTagItem("registry.kind")}", $"{read.GetTagItem("db.operation.name")}")));
        Assert.Same(spans.Caller, Activity.Current);
    }

    [Fact]
    public async Task Figures_tell_how_long_and_how_much_at_once()
    {
        using var figures = new FigureCapture();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Store.PutAsync($"a{i}", 0, "1").AsTask()));
        await Store.GetAsync("a1");

        // Other tests of this process have stores too.
        await Eventually.TrueAsync(() => figures.Told("registry.store.batch.size", $"store={Name}").Sum() >= 50, "the figures");
        Assert.True(figures.Told("registry.store.write.duration", $"store={Name} kind=agent").Length >= 50);
        Assert.NotEmpty(figures.Told("registry.store.read.duration", $"store={Name} operation=get"));
        Assert.All(figures.Told("registry.store.batch.duration", $"store={Name}"), seconds => Assert.InRange(seconds, 0, 60));
    }

    [Fact]
    public async Task It_tells_what_it_heard_of_and_how_large_it_is()
    {
        var before = await Store.GetSizeAsync();
        for (var i = 0; i < 50; i++)
        {
            await Store.PutAsync($"a{i}", 0, new string('x', 9_000));
        }

        Assert.Equal(50, Store.HeardRevision(AgentKind.Kind));
        Assert.True(await Store.GetSizeAsync() > before, $"{before} and {await Store.GetSizeAsync()}");
    }
}
