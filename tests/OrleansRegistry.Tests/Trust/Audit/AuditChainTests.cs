using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Storage.Sqlite;
using OrleansRegistry.Trust.Audit;

namespace OrleansRegistry.Tests.Trust.Audit;

/// <summary>How a trail is written and trimmed, whoever writes it, and what a verification finds that was done to it in the store.</summary>
public sealed class AuditChainTests : IAsyncLifetime
{
    private const string Tenant = "acme";

    private static readonly Caller Reader = new(Tenant, "auditor");

    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddDays(20_000));
    private readonly StoreProbe store;
    private readonly AuditTrail trail;

    public AuditChainTests()
    {
        store = new StoreProbe(TestStores.InMemory());
        trail = new AuditTrail(store, time);
    }

    public async ValueTask InitializeAsync() => await store.OpenAsync(CancellationToken.None);

    public async ValueTask DisposeAsync() => await store.DisposeAsync();

    [Fact]
    public async Task Two_writers_of_one_trail_neither_fork_it_nor_lose_an_entry()
    {
        await Task.WhenAll(Enumerable.Range(0, 2).Select(writer => Task.Run(async () =>
        {
            var chain = NewChain();
            for (var i = 0; i < 50; i++)
            {
                await chain.AppendAsync([Batch($"{writer}-{i}")]);
            }
        })));

        var entries = await trail.ReadAllAsync(Reader).ToListAsync();
        Assert.Equal(100, entries.Select(entry => entry.Object).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 100).Select(i => (long)i), entries.Select(entry => entry.Sequence));
        Assert.True((await trail.VerifyAsync(Reader)).IsGood);
    }

    [Fact]
    public async Task A_batch_that_is_sent_again_is_written_once()
    {
        var chain = NewChain();
        await chain.AppendAsync([Batch("a"), Batch("b")]);
        await NewChain().AppendAsync([Batch("a") with { Again = true }, Batch("c") with { Again = true }]);
        Assert.Equal(["a", "b", "c"], await ObjectsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_of_unknown_outcome_is_neither_lost_nor_there_twice(bool isStored)
    {
        var chain = NewChain();
        await chain.AppendAsync([Batch("a")]);
        var fails = true;
        void Fail(RecordKind kind, RecordKey key)
        {
            if (fails)
            {
                fails = false;
                throw new RecordOutcomeUnknownException("Lost at commit.");
            }
        }

        store.BeforeWrite = isStored ? null : Fail;
        store.AfterWrite = isStored ? Fail : null;
        await chain.AppendAsync([Batch("b")]);
        await chain.AppendAsync([Batch("c")]);
        Assert.False(fails);
        Assert.Equal(["a", "b", "c"], await ObjectsAsync());
        Assert.True((await trail.VerifyAsync(Reader)).IsGood);
    }

    [Fact]
    public async Task More_than_a_page_holds_goes_into_several_and_a_batch_is_in_one()
    {
        await NewChain().AppendAsync(
            [.. Enumerable.Range(0, 4).Select(i => Batch([.. Enumerable.Range(0, 200).Select(n => $"{i}-{n}")]))]);
        Assert.Equal([1, 401], (await PagesAsync()).Select(page => AuditKind.Read(page).Entries[0].Sequence));
        Assert.Equal(800, (await trail.VerifyAsync(Reader)).Entries);
    }

    [Fact]
    public async Task Time_never_goes_back_in_a_trail()
    {
        var chain = NewChain();
        await chain.AppendAsync([Batch("a")]);
        time.AdjustTime(time.GetUtcNow().AddHours(-1));
        await chain.AppendAsync([Batch("b")]);
        await NewChain().AppendAsync([Batch("c")]);
        Assert.Equal(["a", "b", "c"], await ObjectsAsync());
        Assert.True((await trail.VerifyAsync(Reader)).IsGood);
    }

    [Fact]
    public async Task The_retention_removes_whole_pages_and_the_rest_is_still_proven()
    {
        var anchors = new List<AuditAnchor>();
        await FillAsync(5, async () => anchors.Add(await trail.GetAnchorAsync(Reader)));
        var before = time.GetUtcNow().AddDays(-2.5);
        Assert.Equal(3, await TrimAsync(before));

        var verdict = await trail.VerifyAsync(Reader, anchors);
        Assert.Empty(verdict.Faults);
        Assert.Equal((4, 6, 3), (verdict.First, verdict.Last, verdict.Entries));
        Assert.Equal([1, 2, 3], verdict.Outdated);
        var told = (await trail.ListAsync(Reader)).Entries[0];
        Assert.Equal((AuditActions.Retention, AuditActions.Registry, $"3:{anchors[2].Hash}"), (told.Action, told.Subject, told.Object));

        Assert.Equal(0, await TrimAsync(before));
    }

    [Fact]
    public async Task Of_a_trail_that_is_old_as_a_whole_the_end_stays_and_it_is_not_told_again_and_again()
    {
        await FillAsync(3);
        for (var i = 0; i < 6; i++)
        {
            time.Advance(TimeSpan.FromDays(100));
            await TrimAsync(time.GetUtcNow().AddDays(-50));
            Assert.Empty((await trail.VerifyAsync(Reader)).Faults);
        }

        Assert.InRange((await PagesAsync()).Count, 1, 3);
    }

    [Fact]
    public async Task A_removal_that_was_cut_off_leaves_a_trail_without_gaps()
    {
        await FillAsync(5);
        var left = 2;
        store.BeforeWrite = (_, _) =>
        {
            if (left-- == 0)
            {
                throw new RegistryException(RegistryError.Unavailable, "Gone.");
            }
        };
        await Assert.ThrowsAsync<RegistryException>(() => TrimAsync(time.GetUtcNow().AddDays(-1.5)));
        store.BeforeWrite = null;
        var verdict = await trail.VerifyAsync(Reader);
        Assert.Empty(verdict.Faults);
        Assert.Equal(2, verdict.First);
    }

    [Fact]
    public async Task What_was_done_to_a_trail_in_the_store_is_found()
    {
        await FillAsync(4);
        var anchor = await trail.GetAnchorAsync(Reader);
        var pages = await PagesAsync();

        // Changed.
        var changed = pages[1].Body.Document.ToString().Replace("o2", "o9", StringComparison.Ordinal);
        await WriteAsync(pages[1], pages[1].Body with { Document = Json(changed) });
        Assert.Equal([2], await FaultsAsync());
        await RestoreAsync(pages);

        // Changed, with the hash that fits: then it does not fit the next.
        var entry = AuditKind.Read(pages[1]).Entries[0] with { Object = "o9" };
        await WriteAsync(pages[1], AuditKind.Write(new StoredAuditPage([entry with { Hash = AuditHash.Of(entry) }], [])));
        Assert.Equal([3], await FaultsAsync());
        await RestoreAsync(pages);

        // Removed from the middle, the beginning, and the end.
        await DeleteAsync(pages[1]);
        Assert.Contains(2, await FaultsAsync());
        await RestoreAsync(pages);
        await DeleteAsync(pages[0]);
        Assert.Equal([1], await FaultsAsync());
        await RestoreAsync(pages);
        await DeleteAsync(pages[3]);
        Assert.Empty(await FaultsAsync());
        Assert.Equal([4], await FaultsAsync(anchor));
        await RestoreAsync(pages);

        // In another order: each in the other's place.
        await WriteAsync(pages[1], pages[2].Body);
        await WriteAsync(pages[2], pages[1].Body);
        Assert.Empty(await FaultsAsync(anchor));
        await WriteAsync(pages[1], AuditKind.Write(AuditKind.Read(pages[2]) with { Entries = [Moved(pages[2], 2)] }));
        await WriteAsync(pages[2], AuditKind.Write(AuditKind.Read(pages[1]) with { Entries = [Moved(pages[1], 3)] }));
        Assert.Contains(2, await FaultsAsync());
        await RestoreAsync(pages);

        // Written anew as a whole, which only an anchor tells.
        foreach (var page in await PagesAsync())
        {
            await DeleteAsync(page);
        }

        time.AdjustTime(time.GetUtcNow().AddDays(-10));
        await FillAsync(4, prefix: "forged");
        Assert.Empty(await FaultsAsync());
        Assert.Equal([4], await FaultsAsync(anchor));
    }

    [Fact]
    public async Task A_page_that_cannot_be_read_is_named_and_its_entries_are_missing()
    {
        await FillAsync(3);
        var pages = await PagesAsync();
        await WriteAsync(pages[1], pages[1].Body with { Document = Json("[{}]") });
        var page = await trail.ListAsync(Reader);
        Assert.Equal([3, 1], page.Entries.Select(entry => entry.Sequence));
        Assert.Equal([pages[1].Key.Id], page.Unreadable);
        Assert.Contains(2, await FaultsAsync());
    }

    [Fact]
    public async Task After_a_damaged_page_the_trail_goes_on_and_its_retention_too()
    {
        await FillAsync(3);
        var pages = await PagesAsync();
        await WriteAsync(pages[2], pages[2].Body with { Document = Json("[{}]") });
        var anchor = await trail.GetAnchorAsync(Reader);
        Assert.Equal((3, AuditKind.Read(pages[2]).Head.Hash), (anchor.Sequence, anchor.Hash));
        await NewChain().AppendAsync([Batch("o4") with { Again = true }]);
        await NewChain().AppendAsync([Batch("o4") with { Again = true }, Batch("o3") with { Again = true }]);

        var verdict = await trail.VerifyAsync(Reader);
        Assert.Equal([3, 3], verdict.Faults.Select(fault => fault.Sequence).Order());
        Assert.Contains(verdict.Faults, fault => fault.What.Contains(pages[2].Key.Id, StringComparison.Ordinal));
        var read = new List<string?>();
        var cut = await Assert.ThrowsAsync<RegistryException>(async () =>
        {
            await foreach (var entry in trail.ReadAllAsync(Reader))
            {
                read.Add(entry.Object);
            }
        });
        Assert.Equal(["o1", "o2", "o4"], read);
        Assert.Equal(RegistryError.Unreadable, cut.Error);

        time.Advance(TimeSpan.FromDays(1));
        await NewChain().AppendAsync([Batch("o5")]);
        await TrimAsync(time.GetUtcNow().AddHours(-1));
        Assert.Empty((await trail.VerifyAsync(Reader)).Faults);
    }

    [Fact]
    public async Task A_batch_that_two_writers_have_or_one_has_twice_is_written_once()
    {
        var (one, other) = (NewChain(), NewChain());
        await one.AppendAsync([Batch("a")]);
        await other.GetHeadAsync();
        await one.AppendAsync([Batch("b"), Batch("b") with { Again = true }]);
        await other.AppendAsync([Batch("b"), Batch("c")]);
        Assert.Equal(["a", "b", "c"], await ObjectsAsync());
        Assert.True((await trail.VerifyAsync(Reader)).IsGood);
    }

    private static AuditEntry Moved(StoredRecord page, long to) => AuditKind.Read(page).Entries[0] with
    {
        Sequence = to,
        Time = DateTimeOffset.UnixEpoch.AddDays(20_000 + to - 1),
    };

    private static AuditBatch Batch(params string[] objects) => new(
        objects[0],
        DateTimeOffset.UnixEpoch.AddDays(20_000),
        [.. objects.Select(about => new AuditNote("alice", "registry.test", "ok", about))],
        Again: false);

    private static RawJson Json(string text) => RawJson.FromValid(System.Text.Encoding.UTF8.GetBytes(text));

    private AuditChain NewChain() => new(Tenant, store, time);

    /// <summary>A page a day, each with an entry about <c>o1</c>, <c>o2</c> and so on.</summary>
    private async Task FillAsync(int pages, Func<Task>? after = null, string prefix = "o")
    {
        var chain = NewChain();
        for (var i = 1; i <= pages; i++)
        {
            await chain.AppendAsync([Batch($"{prefix}{i}")]);
            await (after?.Invoke() ?? Task.CompletedTask);
            time.Advance(TimeSpan.FromDays(1));
        }
    }

    private Task<int> TrimAsync(DateTimeOffset before)
    {
        var chain = NewChain();
        return new AuditTrim(Tenant, store).RunAsync(
            before, (action, about) => chain.AppendAsync([new AuditBatch("trim", default, [AuditNote.OfRegistry(action, about)], false)]));
    }

    private async Task<IReadOnlyList<StoredRecord>> PagesAsync() =>
        [.. (await store.QueryAsync(AuditKind.PagesOf(Tenant) with { OldestFirst = true }, null, 100)).Select(listed => listed.Record)];

    private async Task<List<string?>> ObjectsAsync() => await trail.ReadAllAsync(Reader).Select(entry => entry.Object).ToListAsync();

    private async Task<IEnumerable<long>> FaultsAsync(params AuditAnchor[] anchors) =>
        (await trail.VerifyAsync(Reader, anchors)).Faults.Select(fault => fault.Sequence);

    private async Task WriteAsync(StoredRecord page, RecordBody body)
    {
        var version = (await store.ReadAsync(AuditKind.Kind, page.Key))?.Version ?? 0;
        await store.WriteAsync(AuditKind.Kind, page.Key, version, body);
    }

    private async Task DeleteAsync(StoredRecord page) =>
        await store.DeleteAsync(AuditKind.Kind, page.Key, (await store.ReadAsync(AuditKind.Kind, page.Key))!.Version);

    private async Task RestoreAsync(IEnumerable<StoredRecord> pages)
    {
        foreach (var page in pages)
        {
            await WriteAsync(page, page.Body);
        }
    }
}
