using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;
using OrleansRegistry.Storage.Sqlite;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Tests.Transfer;

namespace OrleansRegistry.Tests.Trust;

/// <summary>Small things of trust: in the memory of every process, and as the store has them.</summary>
public sealed class TrustRecordTests : IAsyncLifetime
{
    private static readonly TrustType<Rule> Rules = new(
        "rule", (json, rule) => json.WriteString("says"u8, rule.Says), members => new Rule(members.Text("says")));

    private readonly SqliteStore store = TestStores.InMemory();
    private readonly List<TrustFeed> feeds = [];

    private sealed record Rule(string Says);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await store.OpenAsync(Cancellation);

    public async ValueTask DisposeAsync()
    {
        foreach (var feed in feeds)
        {
            await feed.StopAsync(CancellationToken.None);
            feed.Dispose();
        }

        await store.DisposeAsync();
    }

    [Fact]
    public async Task What_one_process_writes_it_sees_at_once_and_another_moments_later()
    {
        var (here, there) = (await StartAsync(), await StartAsync());
        var told = new ConcurrentQueue<TrustChange>();
        here.OnChange(told.Enqueue);
        var written = await here.WriteAsync(Rules, "acme", "r1", new Rule("one"), before: null, Cancellation);
        Assert.Equal(written, here.Find(Rules, "acme", "r1"));
        Assert.Equal(new TrustChange("rule", "acme", "r1"), told.First());
        await Eventually.TrueAsync(() => there.Find(Rules, "acme", "r1") == written, "the other process to see it");
        Assert.Null(there.Find(Rules, "other", "r1"));
        await there.WriteAsync(Rules, "acme", "a", new Rule("first"), before: null, Cancellation);
        Assert.Equal(["a", "r1"], there.All(Rules, "acme").Select(rule => rule.Id));
        Assert.True(await there.DeleteAsync(Rules, "acme", "r1", Cancellation));
        Assert.Null(there.Find(Rules, "acme", "r1"));
        await Eventually.TrueAsync(() => here.Find(Rules, "acme", "r1") is null, "the other process to see that it is gone");
        Assert.False(await here.DeleteAsync(Rules, "acme", "r1", Cancellation));
        Assert.Equal(0, await store.CurrentRevisionAsync(AgentKind.Kind, Cancellation));
    }

    [Fact]
    public async Task Of_two_writers_one_wins_and_a_change_is_made_again()
    {
        var (here, there) = (await StartAsync(), await StartAsync());
        var first = await here.WriteAsync(Rules, "acme", "r1", new Rule("0"), before: null, Cancellation);
        await Assert.ThrowsAsync<InconsistentStateException>(
            async () => await there.WriteAsync(Rules, "acme", "r1", new Rule("x"), before: null, Cancellation));
        await Task.WhenAll(((TrustRecords[])[here, there, here, there]).Select(records => Task.Run(async () =>
        {
            for (var i = 0; i < 5; i++)
            {
                await records.ChangeAsync(Rules, "acme", "r1", rule => new Rule($"{int.Parse(rule!.Says, null) + 1}"), Cancellation);
            }
        })));
        Assert.Equal("20", (await here.ReadAsync(Rules, "acme", "r1", Cancellation))!.Value.Says);
        var same = await here.ChangeAsync(Rules, "acme", "r1", rule => rule, Cancellation);
        Assert.Equal(first.Version + 20, same!.Version);
        Assert.Null(await here.ChangeAsync(Rules, "acme", "none", rule => rule, Cancellation));
        Assert.Null(await here.ChangeAsync(Rules, "acme", "r1", _ => null, Cancellation));
        Assert.Null(await there.ReadAsync(Rules, "acme", "r1", Cancellation));
    }

    [Fact]
    public async Task Members_that_a_newer_version_wrote_stay()
    {
        var key = TrustKind.KeyOf("rule", "acme", "r1");
        await store.WriteAsync(TrustKind.Kind, key, 0, Body("""{"says":"one","later":[1.50]}"""), Cancellation);
        var records = await StartAsync();
        await records.ChangeAsync(Rules, "acme", "r1", _ => new Rule("two"), Cancellation);
        Assert.Equal("""{"says":"two","later":[1.50]}""", (await store.ReadAsync(TrustKind.Kind, key, Cancellation))!.Body.Document.ToString());
    }

    [Fact]
    public async Task One_that_cannot_be_read_is_refused_spoils_no_other_and_can_be_removed()
    {
        foreach (var (id, document) in ((string, string)[])[("bad", "{}"), ("good", """{"says":"one"}"""), ("torn", """{"says":""")])
        {
            await store.WriteAsync(TrustKind.Kind, TrustKind.KeyOf("rule", "acme", id), 0, Body(document), Cancellation);
        }

        await store.WriteAsync(TrustKind.Kind, new RecordKey("acme", "nameless"), 0, Body("{}"), Cancellation);
        var faulty = new UnreadableRecords(NullLogger<UnreadableRecords>.Instance);
        var records = await StartAsync(faulty: faulty);
        Assert.Equal("good", Assert.Single(records.All(Rules, "acme")).Id);
        Assert.Equal(2, faulty.Known.Count);
        Assert.Equal(RegistryError.Unreadable, Assert.Throws<RegistryException>(() => records.Find(Rules, "acme", "bad")).Error);
        await Assert.ThrowsAsync<RegistryException>(async () => await records.ReadAsync(Rules, "acme", "torn", Cancellation));
        Assert.True(await records.DeleteAsync(Rules, "acme", "bad", Cancellation));
        Assert.True(await records.DeleteAsync(Rules, "acme", "torn", Cancellation));
        Assert.True(faulty.IsEmpty);
    }

    [Fact]
    public async Task To_ask_again_for_one_that_cannot_be_read_throws_nothing()
    {
        await store.WriteAsync(TrustKind.Kind, TrustKind.KeyOf("rule", "acme", "bad"), 0, Body("{}"), Cancellation);
        var records = await StartAsync();
        Assert.Null(records.TryFind(Rules, "acme", "bad", out var isUnreadable));
        Assert.True(isUnreadable);
        var thread = Environment.CurrentManagedThreadId;
        var thrown = 0;
        EventHandler<System.Runtime.ExceptionServices.FirstChanceExceptionEventArgs> count = (_, _) =>
            thrown += Environment.CurrentManagedThreadId == thread ? 1 : 0;
        AppDomain.CurrentDomain.FirstChanceException += count;
        try
        {
            Assert.Null(records.TryFind(Rules, "acme", "bad", out isUnreadable));
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= count;
        }

        Assert.Equal((true, 0), (isUnreadable, thrown));
        Assert.Null(records.TryFind(Rules, "acme", "none", out isUnreadable));
        Assert.False(isUnreadable);
    }

    [Fact]
    public async Task A_store_that_went_back_is_read_anew_and_what_was_lost_is_gone()
    {
        var restored = new Restored(store);
        var records = await StartAsync(restored);
        var told = new ConcurrentQueue<TrustChange>();
        await records.WriteAsync(Rules, "acme", "kept", new Rule("1"), before: null, Cancellation);
        var lost = await records.WriteAsync(Rules, "acme", "lost", new Rule("1"), before: null, Cancellation);
        records.OnChange(told.Enqueue);
        restored.Hidden = lost.Id;
        restored.Now = 1;
        await store.WriteAsync(AgentKind.Kind, new RecordKey("acme", "a"), 0, Body("{}"), Cancellation);
        await records.WriteAsync(Rules, "acme", "next", new Rule("1"), before: null, Cancellation);
        await Eventually.TrueAsync(() => records.Position.History == 1, "the records to be read anew");
        Assert.Equal(["kept", "next"], records.All(Rules, "acme").Select(rule => rule.Id));
        Assert.Contains(new TrustChange("rule", "acme", "lost"), told);
    }

    [Fact]
    public async Task Who_waits_for_a_revision_finds_that_all_have_heard_of_it()
    {
        var (here, there) = (await StartAsync(), await StartAsync());
        var heardAt = new ConcurrentQueue<long>();
        there.OnChange(_ => heardAt.Enqueue(there.Position.Revision));
        var written = await here.WriteAsync(Rules, "acme", "r1", new Rule("one"), before: null, Cancellation);
        await Eventually.TrueAsync(() => there.Position.Revision >= written.Version, "the other process to come to it");
        Assert.True(Assert.Single(heardAt) < written.Version);
    }

    [Fact]
    public void What_this_process_wrote_ahead_of_the_feed_is_not_put_back_by_it()
    {
        var held = new TrustContents();
        var key = TrustKind.KeyOf("rule", "acme", "r1");
        var (old, own) = (Body("""{"says":"old"}""").Document, Body("""{"says":"own"}""").Document);
        Assert.NotNull(held.Put(key, 3, own, isAhead: true));
        Assert.Null(held.Put(key, 1, old, isAhead: false));
        Assert.Null(held.Put(key, 2, null, isAhead: false));
        Assert.Null(held.Put(key, 3, own, isAhead: false));
        Assert.Equal("own", held.Find("rule", "acme", "r1")!.Read(Rules)!.Value.Says);

        // A removal is remembered until the feed has come to it.
        Assert.NotNull(held.Put(key, 5, null, isAhead: true));
        Assert.Null(held.Put(key, 4, old, isAhead: false));
        Assert.Null(held.Find("rule", "acme", "r1")!.Read(Rules));
        held.Put(key, 5, null, isAhead: false);
        Assert.Null(held.Find("rule", "acme", "r1"));
        Assert.NotNull(held.Put(key, 6, old, isAhead: false));
    }

    [Fact]
    public async Task Who_has_one_tenant_alone_neither_exports_nor_imports_them()
    {
        await store.WriteAsync(TrustKind.Kind, TrustKind.KeyOf("rule", "acme", "r1"), 0, Body("""{"says":"one"}"""), Cancellation);
        var all = await store.ExportAsync();
        Assert.Equal(3, Transfers.Lines(all).Length);
        Assert.Equal(2, Transfers.Lines(await store.ExportAsync(new ExportRequest { WithTrust = false })).Length);
        var refusal = await Assert.ThrowsAsync<RegistryException>(
            () => store.ExportAsync(new ExportRequest { WithTrust = false, Kinds = ["trust"] }));
        Assert.Equal((RegistryError.Forbidden, "kinds"), (refusal.Error, refusal.Field));
        await using var other = TestStores.InMemory();
        await other.OpenAsync(Cancellation);
        var admin = new Caller("acme", "alice") { Allowed = RegistryRoles.Of(["owner"]) };
        var request = new ImportRequest { Caller = admin, SkipFaults = true };
        var report = await Transfers.Over(other).ImportAsync(new MemoryStream(all), request, cancellationToken: Cancellation);
        Assert.Equal((0, 1), (report.Created, report.FaultCount));
        Assert.Contains("who manages all tenants", report.Faults[0].Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/b", "r")]
    [InlineData("acme", "")]
    [InlineData("acme", "a\u0001")]
    public async Task A_key_that_is_not_valid_is_refused(string tenant, string id)
    {
        var records = await StartAsync();
        id = id.Length == 0 ? new string('x', 252) : id;
        var refusal = await Assert.ThrowsAsync<RegistryException>(
            async () => await records.WriteAsync(Rules, tenant, id, new Rule("1"), before: null, Cancellation));
        Assert.Equal(RegistryError.Invalid, refusal.Error);
    }

    private static RecordBody Body(string json) => new(RawJson.FromValid(Encoding.UTF8.GetBytes(json)), default);

    private async Task<TrustRecords> StartAsync(IRecordStore? on = null, UnreadableRecords? faulty = null)
    {
        var records = new TrustRecords(on ?? store, faulty ?? new UnreadableRecords(NullLogger<UnreadableRecords>.Instance),
            NullLogger<TrustRecords>.Instance);
        var loops = new BackgroundLoops(TimeProvider.System, NullLogger<BackgroundLoops>.Instance);
        var feed = new TrustFeed(on ?? store, records, loops, NullLogger<TrustFeed>.Instance);
        feeds.Add(feed);
        await feed.StartAsync(Cancellation);
        return records;
    }

    /// <summary>A store that goes back to a state without a record.</summary>
    private sealed class Restored(IRecordStore inner) : DelegatingStore(inner)
    {
        public long Now { get; set; }

        public string? Hidden { get; set; }

        public override long History => Now;

        public override async ValueTask<RecordSnapshot> ScanAsync(
            RecordKind kind, RecordKey? after = null, CancellationToken cancellationToken = default)
        {
            var snapshot = await base.ScanAsync(kind, after, cancellationToken);
            return snapshot with { Records = snapshot.Records.Where(record => record.Key.Id != $"rule/{Hidden}") };
        }
    }
}
