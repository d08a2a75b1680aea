using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Storage.Sqlite;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Trust.Audit;

namespace OrleansRegistry.Tests.Trust.Audit;

/// <summary>An audit store that takes nothing, and calls that are refused.</summary>
public sealed class AuditFaultTests
{
    private static readonly Caller Me = new("acme", "alice");

    [Fact]
    public async Task While_the_trail_cannot_be_written_changes_stop_and_what_is_late_is_written_later()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var store = new StoreProbe(TestStores.InMemory());
        await using var host = await StartAsync(new AuditOptions { Mode = AuditMode.On }, store, time);
        var trail = host.Services.GetRequiredService<IAuditTrail>();
        await host.Agents.RegisterAsync(Me, Cards.Registration("a", id: "before"));
        Fill(store);

        // Its change was stored, and it is told that it may be; the next ones are not begun.
        var stored = await Assert.ThrowsAsync<RegistryException>(() => host.Agents.RegisterAsync(Me, Cards.Registration("a", id: "late")));
        Assert.Equal(RegistryError.Unavailable, stored.Error);
        Assert.Contains("may have happened", stored.Message, StringComparison.Ordinal);
        Assert.NotNull(await host.Agents.GetAsync(Me, "late"));
        var refused = await Assert.ThrowsAsync<RegistryException>(() => host.Agents.RegisterAsync(Me, Cards.Registration("a", id: "never")));
        Assert.Equal((RegistryError.Unavailable, true), (refused.Error, refused.RetryAfter is not null));
        Assert.Contains("Nothing was changed", refused.Message, StringComparison.Ordinal);
        Assert.Null(await host.Agents.GetAsync(Me, "never"));

        store.BeforeWrite = null;
        await CatchUpAsync(host.Services.GetRequiredService<AuditLanes>().Find("acme")!, time);
        await host.Agents.RegisterAsync(Me, Cards.Registration("a", id: "after"));
        var entries = await trail.ReadAllAsync(Me).ToListAsync();
        Assert.Equal([("before", false), ("late", true), ("after", false)], entries.Select(entry => (entry.Object, entry.Late)));
        Assert.True((await trail.VerifyAsync(Me)).IsGood);
    }

    [Fact]
    public async Task Of_those_beyond_what_is_kept_only_the_number_is_written()
    {
        const int Beyond = 2_000;
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var grain = new Grain { IsFull = true };
        var lane = new AuditLane("acme", () => grain, () => false, time, NullLogger.Instance, TestContext.Current.CancellationToken);
        var written = Enumerable.Range(0, LateEntries.Most + Beyond)
            .Select(i => lane.WriteAsync(new AuditNote("alice", "x", "ok", $"{i}")))
            .ToArray();
        await Assert.ThrowsAsync<RegistryException>(() => Task.WhenAll(written));
        Assert.Equal(LateEntries.Most + Beyond, lane.Missing.Kept + lane.Missing.Lost);
        var lost = lane.Missing.Lost;
        Assert.InRange(lost, Beyond, Beyond + AuditChain.MostEntries);

        // What tells of them has one id however often it is sent, and what was not sent is sent together.
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return Telling().Count() > 1;
            },
            "two tries");
        grain.IsFull = false;
        await CatchUpAsync(lane, time);
        Assert.Single(Telling().Select(batch => batch.Id).Distinct());
        Assert.InRange(grain.Sent.Select(batch => batch.Id).Distinct().Count(), 20, 30);
        Assert.Equal((0, 0), lane.Missing);
        Assert.Equal(LateEntries.Most + Beyond - lost + 1, grain.Written.Count);
        Assert.All(grain.Written.SkipLast(1), note => Assert.True(note.Late));
        Assert.Equal((AuditActions.Lost, $"{lost}"), (grain.Written[^1].Action, grain.Written[^1].Object));

        IEnumerable<AuditBatch> Telling() => grain.Sent.ToArray().Where(batch => batch.Notes[0].Action == AuditActions.Lost);
    }

    [Fact]
    public async Task Of_a_tenant_that_is_erased_nothing_is_written_later()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var grain = new Grain { IsFull = true };
        var isErasing = false;
        var lane = new AuditLane("acme", () => grain, () => isErasing, time, NullLogger.Instance, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<RegistryException>(() => lane.WriteAsync(new AuditNote("alice", "x", "ok", "1")));
        Assert.Equal((1, 0), lane.Missing);
        isErasing = true;
        lane.Forget();
        await lane.WriteAsync(new AuditNote("alice", "x", "ok", "2"));
        isErasing = grain.IsFull = false;
        await CatchUpAsync(lane, time);
        await lane.WriteAsync(new AuditNote("alice", "x", "ok", "3"));
        Assert.Equal(["3"], grain.Written.Select(note => note.Object));
    }

    [Fact]
    public async Task At_the_end_what_is_late_is_tried_once_more()
    {
        using var stopping = new CancellationTokenSource();
        var grain = new Grain { IsFull = true };
        var lane = new AuditLane("acme", () => grain, () => false, new FakeTimeProvider(), NullLogger.Instance, stopping.Token);
        await Assert.ThrowsAsync<RegistryException>(() => lane.WriteAsync(new AuditNote("alice", "x", "ok", "1")));
        grain.IsFull = false;
        await stopping.CancelAsync();
        await lane.EndAsync();
        Assert.Equal(["1"], grain.Written.Select(note => note.Object));
    }

    [Fact]
    public async Task An_agent_of_a_batch_that_may_have_been_written_has_an_entry()
    {
        var store = new StoreProbe(TestStores.InMemory());
        await using var host = await StartAsync(new AuditOptions { Mode = AuditMode.On }, store);
        store.BeforeWrite = (_, key) =>
        {
            if (key.Id == "b")
            {
                throw new RegistryException(RegistryError.Unavailable, "The store is away.");
            }
        };
        var results = await host.Agents.RegisterManyAsync(Me, [Cards.Registration("a", id: "a"), Cards.Registration("b", id: "b")]);
        Assert.Equal(RegistryError.Unavailable, results[1].Refused!.Error);
        var trail = host.Services.GetRequiredService<IAuditTrail>();
        await Eventually.TrueAsync(async () => (await trail.GetAnchorAsync(Me)).Sequence == 2, "both entries");
        Assert.Equal(
            [("a", "ok"), ("b", "unavailable")],
            (await trail.ListAsync(Me)).Entries.Select(entry => (entry.Object, entry.Outcome)).Order());
    }

    [Fact]
    public async Task What_the_store_says_of_machines_reaches_no_caller_and_whoever_may_not_is_told_so()
    {
        var store = new StoreProbe(TestStores.InMemory());
        await using var host = await StartAsync(new AuditOptions { Mode = AuditMode.On }, store, new FakeTimeProvider(DateTimeOffset.UtcNow));
        store.BeforeWrite = (kind, _) =>
        {
            if (kind == AuditKind.Kind)
            {
                throw new InvalidOperationException("db7.internal said no.");
            }
        };
        for (var i = 0; i < 2; i++)
        {
            var fault = await Assert.ThrowsAsync<RegistryException>(() => host.Agents.RegisterAsync(Me, Cards.Registration("a", id: "a")));
            Assert.DoesNotContain("db7", fault.Message, StringComparison.Ordinal);
        }

        var viewer = Me with { Allowed = RegistryRoles.Of(["viewer"]) };
        Assert.Equal(RegistryError.Forbidden, (await Assert.ThrowsAsync<RegistryException>(() => host.Agents.RemoveAsync(viewer, "a"))).Error);
    }

    [Fact]
    public void Each_tenant_has_its_own_pace_of_refused_calls()
    {
        var pace = new RefusedPace(
            new RegistryOptions { Audit = new AuditOptions { RefusedPerSecond = 1 } }, new FakeTimeProvider(DateTimeOffset.UtcNow));
        Assert.True(pace.Take("noisy", out _));
        Assert.False(pace.Take("noisy", out _));
        Assert.True(pace.Take("acme", out var skipped));
        Assert.True(pace.Take(null, out _));
        Assert.Equal(0, skipped);
    }

    [Fact]
    public async Task By_best_effort_changes_go_on()
    {
        var store = new StoreProbe(TestStores.InMemory());
        await using var host = await StartAsync(new AuditOptions { Mode = AuditMode.BestEffort }, store);
        Fill(store);
        for (var i = 0; i < 3; i++)
        {
            await host.Agents.RegisterAsync(Me, Cards.Registration("a", id: $"{i}"));
        }

        var lane = host.Services.GetRequiredService<AuditLanes>().Find("acme")!;
        await Eventually.TrueAsync(() => lane.Missing.Kept == 3, "the entries to be late");
    }

    [Fact]
    public async Task A_process_that_ends_between_change_and_entry_had_not_acknowledged_it()
    {
        var inner = TestStores.InMemory();
        await inner.OpenAsync(CancellationToken.None);
        var store = new StoreProbe(inner, isOpen: true);
        await using (var host = await StartAsync(new AuditOptions { Mode = AuditMode.On }, store))
        {
            await host.Agents.RegisterAsync(Me, Cards.Registration("a", id: "told"));
            Fill(store);
            await Assert.ThrowsAsync<RegistryException>(() => host.Agents.RegisterAsync(Me, Cards.Registration("a", id: "untold")));
        }

        await using var next = await StartAsync(new AuditOptions { Mode = AuditMode.On }, new StoreProbe(inner, isOpen: true));
        Assert.NotNull(await next.Agents.GetAsync(Me, "untold"));
        await next.Agents.RegisterAsync(Me, Cards.Registration("a", id: "next"));
        var trail = next.Services.GetRequiredService<IAuditTrail>();
        Assert.Equal(["told", "next"], await trail.ReadAllAsync(Me).Select(entry => entry.Object).ToListAsync());
        Assert.True((await trail.VerifyAsync(Me)).IsGood);
    }

    [Fact]
    public async Task Refused_calls_are_kept_by_setting_and_no_more_than_so_many_a_second()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var audit = new AuditOptions { Mode = AuditMode.On, Refused = true, RefusedPerSecond = 3 };
        await using var host = await StartAsync(audit, new StoreProbe(TestStores.InMemory()), time);
        var viewer = Me with { Allowed = RegistryRoles.Of(["viewer"]) };
        for (var i = 0; i < 10; i++)
        {
            await Assert.ThrowsAsync<RegistryException>(() => host.Agents.RemoveAsync(viewer, "a"));
        }

        time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<RegistryException>(() => host.Agents.RemoveAsync(Me, "none"));
        var door = host.Services.GetRequiredService<IRefusedCalls>();
        door.Tell(null, 401, "GET /agents/{id}", "192.0.2.9", new InvalidOperationException());
        var trail = host.Services.GetRequiredService<IAuditTrail>();
        await Eventually.TrueAsync(async () => (await trail.GetAnchorAsync(Me)).Sequence == 4, "four entries");
        var entries = await trail.ReadAllAsync(Me).ToListAsync();
        Assert.Equal(
            [("forbidden", "a", 0), ("forbidden", "a", 0), ("forbidden", "a", 0), ("not_found", "none", 7)],
            entries.Select(entry => (entry.Outcome, entry.Object!, entry.Skipped)));
        await Eventually.TrueAsync(async () => (await trail.GetAnchorAsync(Caller.Default)).Sequence == 1, "the entry");
        var knocked = (await trail.ListAsync(Caller.Default)).Entries[0];
        Assert.Equal(("", "registry.http.refused", "401", "192.0.2.9"), (knocked.Subject, knocked.Action, knocked.Outcome, knocked.Address));
    }

    [Fact]
    public async Task What_is_older_than_the_retention_goes_by_itself()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var audit = new AuditOptions { Mode = AuditMode.On, Retention = TimeSpan.FromHours(1) };
        await using var host = await StartAsync(audit, new StoreProbe(TestStores.InMemory()), time);
        await host.Agents.RegisterAsync(Me, Cards.Registration("a", id: "old"));
        time.Advance(TimeSpan.FromHours(2));
        await host.Agents.RegisterAsync(Me, Cards.Registration("a", id: "new"));
        await host.Services.GetRequiredService<AuditRetention>().ApplyAsync(TestContext.Current.CancellationToken);
        var verdict = await host.Services.GetRequiredService<IAuditTrail>().VerifyAsync(Me);
        Assert.Equal((true, 2, 3), (verdict.IsGood, verdict.First, verdict.Last));
    }

    [Fact]
    public async Task Where_the_clock_went_ahead_nothing_is_removed_in_that_round()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await StartAsync(new AuditOptions { Mode = AuditMode.On }, new StoreProbe(TestStores.InMemory()), time);
        await host.Agents.RegisterAsync(Me, Cards.Registration("a", id: "a"));
        await host.Agents.RegisterAsync(Me, Cards.Registration("a", id: "b"));

        // Not the one that runs by itself, whose rounds are its own.
        var retention = ActivatorUtilities.CreateInstance<AuditRetention>(host.Services);
        await retention.ApplyAsync(TestContext.Current.CancellationToken);
        time.AdjustTime(time.GetUtcNow().AddYears(3));
        await retention.ApplyAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, (await host.Services.GetRequiredService<IAuditTrail>().VerifyAsync(Me)).Entries);
        await retention.ApplyAsync(TestContext.Current.CancellationToken);
        Assert.True((await host.Services.GetRequiredService<IAuditTrail>().VerifyAsync(Me)).First > 1);
    }

    [Fact]
    public async Task Without_the_setting_nothing_is_written()
    {
        var store = new StoreProbe(TestStores.InMemory());
        await using var host = await StartAsync(new AuditOptions(), store);
        await host.Agents.RegisterAsync(Me, Cards.Registration("a", id: "a"));
        await Assert.ThrowsAsync<RegistryException>(() => host.Agents.RemoveAsync(Me, "none"));
        Assert.Equal(0, store.Writes(AuditKind.Kind));
    }

    private static Task<RegistryHost> StartAsync(AuditOptions audit, IRecordStore store, TimeProvider? time = null) =>
        RegistryHost.StartAsync(options => options.Audit = audit, store, time);

    private static Task CatchUpAsync(AuditLane lane, FakeTimeProvider time) => Eventually.TrueAsync(
        () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return lane.Fault is null;
        },
        "the trail to be written again");

    private static void Fill(StoreProbe store) => store.BeforeWrite = (kind, _) =>
    {
        if (kind == AuditKind.Kind)
        {
            throw new RegistryException(RegistryError.StorageFull, "The disk is full.");
        }
    };

    private sealed class Grain : IAuditGrain
    {
        public bool IsFull { get; set; }

        public List<AuditNote> Written { get; } = [];

        public List<AuditBatch> Sent { get; } = [];

        public Task Append(AuditBatch batch)
        {
            Sent.Add(batch);
            if (IsFull)
            {
                throw new RegistryException(RegistryError.StorageFull, "The disk is full.");
            }

            Written.AddRange(batch.Notes);
            return Task.CompletedTask;
        }

        public Task<int> Trim(DateTimeOffset before) => throw new NotSupportedException();
    }
}
