using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansRegistry.TestSupport;
using OrleansRegistry.Tests.Shared;
using OrleansRegistry.Trust.Audit;
using static OrleansRegistry.Tests.Tasks.Messages;

namespace OrleansRegistry.Tests.Trust.Audit;

/// <summary>What a registry writes into the trail, and what it does where it cannot.</summary>
public sealed class AuditTrailTests(AuditTrailTests.Audited registry) : IClassFixture<AuditTrailTests.Audited>
{
    private readonly Caller caller = TestRegistry.NewCaller() with { Credential = "key:ab12cd34", Address = "192.0.2.7" };

    private IAuditTrail Trail => registry.Services.GetRequiredService<IAuditTrail>();

    [Fact]
    public async Task Every_change_has_an_entry_before_it_is_answered()
    {
        await registry.Agents.RegisterAsync(caller, Cards.Registration("a", id: "a1"));
        var entry = Assert.Single((await Trail.ListAsync(caller)).Entries);
        Assert.Equal(
            (caller.Tenant, 1, "alice", "registry.agent.register", "ok", "a1", "key:ab12cd34", "192.0.2.7", false),
            (entry.Tenant, entry.Sequence, entry.Subject, entry.Action, entry.Outcome, entry.Object, entry.Credential, entry.Address, entry.Late));

        await registry.Agents.GetAsync(caller, "a1");
        await registry.Agents.RemoveAsync(caller, "a1");
        Assert.Equal(["registry.agent.remove", "registry.agent.register"], (await Trail.ListAsync(caller)).Entries.Select(one => one.Action));
        Assert.True((await Trail.VerifyAsync(caller)).IsGood);
    }

    [Fact]
    public async Task A_batch_has_an_entry_for_each_agent_that_it_wrote()
    {
        await registry.Agents.RegisterManyAsync(
            caller, [Cards.Registration("a", id: "a1"), new AgentRegistration("{}"u8.ToArray(), "bad"), Cards.Registration("b", id: "b1")]);
        var entries = (await Trail.ListAsync(caller, new AuditQuery { OldestFirst = true })).Entries;
        Assert.Equal(["a1", "b1"], entries.Select(entry => entry.Object));
        Assert.All(entries, entry => Assert.Equal("registry.agent.register_many", entry.Action));
    }

    [Fact]
    public async Task A_claim_that_found_nothing_has_no_entry()
    {
        await registry.Agents.RegisterAsync(caller, Cards.Registration("a", id: "a1"));
        Assert.Null(await registry.Tasks.ClaimAsync(caller, "a1", new TaskClaim("w") { Wait = TimeSpan.Zero }));
        Assert.Single((await Trail.ListAsync(caller)).Entries);
    }

    [Fact]
    public async Task Nothing_of_messages_and_cards_is_in_it()
    {
        await registry.Agents.RegisterAsync(caller, Cards.Registration("SECRETNAME", "SECRETWORDS", id: "a1"));
        var task = (await registry.Tasks.SubmitAsync(
            caller, new TaskSubmission(Message("m1", "SECRETWORDS")) { AgentId = "a1", Metadata = Bytes("""{"k":"SECRETWORDS"}""") })).Task;
        await registry.Tasks.UpdateAsync(
            caller, task.Id, new TaskUpdate { Messages = [Message("m2", "SECRETWORDS")], Artifacts = [Artifact("f", "SECRETWORDS")] });
        await registry.Tasks.AddFeedbackAsync(caller, task.Id, Bytes("""{"say":"SECRETWORDS"}"""));
        Assert.Equal(4, (await Trail.ListAsync(caller)).Entries.Count);
        var pages = await registry.Store.QueryAsync(AuditKind.PagesOf(caller.Tenant), null, 100);
        Assert.DoesNotContain("SECRET", string.Concat(pages.Select(page => page.Record.Body.Document + page.Record.Body.Fields.ToString())));
    }

    [Fact]
    public async Task Entries_are_found_by_who_what_and_when_page_by_page()
    {
        var bob = caller with { Subject = "bob", Credential = null };
        await registry.Agents.RegisterAsync(caller, Cards.Registration("a", id: "a1"));
        await registry.Agents.RegisterManyAsync(bob, [.. Enumerable.Range(0, 5).Select(i => Cards.Registration($"b{i}", id: $"b{i}"))]);
        await registry.Agents.RemoveAsync(bob, "b1");
        Assert.Equal(["a1"], await FindAsync(new AuditQuery { Subject = "alice" }));
        Assert.Equal(["b1", "b1"], await FindAsync(new AuditQuery { Object = "b1" }));
        Assert.Equal(["b1"], await FindAsync(new AuditQuery { Action = "registry.agent.remove" }));
        Assert.Equal(7, (await FindAsync(new AuditQuery { Action = "registry.agent.*" })).Count);
        Assert.Equal(["a1"], await FindAsync(new AuditQuery { Credential = "key:ab12cd34" }));
        Assert.Empty(await FindAsync(new AuditQuery { Outcome = "forbidden" }));
        var removed = (await Trail.ListAsync(caller, new AuditQuery { Action = "registry.agent.remove" })).Entries[0];
        Assert.Equal(["b1"], await FindAsync(new AuditQuery { Since = removed.Time }));
        Assert.Equal(6, (await FindAsync(new AuditQuery { Before = removed.Time })).Count);

        foreach (var oldestFirst in (bool[])[true, false])
        {
            var all = await FindAsync(new AuditQuery { OldestFirst = oldestFirst });
            var query = new AuditQuery { OldestFirst = oldestFirst, PageSize = 2 };
            var found = new List<string?>();
            do
            {
                var page = await Trail.ListAsync(caller, query);
                found.AddRange(page.Entries.Select(entry => entry.Object));
                query = query with { PageToken = page.NextPageToken };
            }
            while (query.PageToken is not null);
            Assert.Equal(7, all.Count);
            Assert.Equal(all, found);
        }
    }

    [Fact]
    public async Task Whoever_may_not_read_it_and_what_no_query_can_be_is_refused()
    {
        var viewer = caller with { Allowed = RegistryRoles.Of(["viewer"]) };
        Assert.Equal(RegistryError.Forbidden, (await Assert.ThrowsAsync<RegistryException>(() => Trail.ListAsync(viewer))).Error);
        Assert.Equal(RegistryError.Forbidden, (await Assert.ThrowsAsync<RegistryException>(() => Trail.GetAnchorAsync(viewer))).Error);
        foreach (var (query, field) in ((AuditQuery, string)[])
            [
                (new AuditQuery { PageSize = 0 }, "page_size"),
                (new AuditQuery { PageSize = 1_001 }, "page_size"),
                (new AuditQuery { PageToken = "x" }, "page_token"),
                (new AuditQuery { PageToken = "AAAAAA" }, "page_token"),
            ])
        {
            Assert.Equal(field, (await Assert.ThrowsAsync<RegistryException>(() => Trail.ListAsync(caller, query))).Field);
        }
    }

    [Fact]
    public async Task Exports_imports_and_backups_have_entries_and_an_export_before_its_first_byte()
    {
        var gate = registry.Services.GetRequiredService<IDataGate>();
        var seen = await gate.RunAsync(DataUse.Export, caller, caller.Tenant, async () => (await Trail.ListAsync(caller)).Entries);
        Assert.Equal(("registry.data.export", caller.Tenant, "ok"), (seen[0].Action, seen[0].Object, seen[0].Outcome));
        foreach (var use in Enum.GetValues<DataUse>().Except([DataUse.Export]))
        {
            await gate.RunAsync(use, caller, null, () => Task.FromResult(true));
        }

        await Assert.ThrowsAsync<RegistryException>(
            () => gate.RunAsync<bool>(DataUse.Import, caller, null, () => throw new RegistryException(RegistryError.Unavailable, "half of it")));

        // Nobody waits for the entry of what may have happened.
        IReadOnlyList<AuditEntry> entries = [];
        await Eventually.TrueAsync(
            async () => (entries = (await Trail.ListAsync(caller, new AuditQuery { OldestFirst = true })).Entries).Count > 3, "the last entry");
        Assert.Equal(
            [
                ("registry.data.export", "ok"), ("registry.data.import", "ok"), ("registry.backup.make", "ok"),
                ("registry.data.import", "unavailable"),
            ],
            entries.Select(entry => (entry.Action, entry.Outcome)));
    }

    [Fact]
    public async Task A_tenant_sees_its_own_entries_alone()
    {
        await registry.Agents.RegisterAsync(caller, Cards.Registration("a", id: "a1"));
        var other = TestRegistry.NewCaller();
        Assert.Empty((await Trail.ListAsync(other)).Entries);
        Assert.Equal((0, AuditEntry.NoHash), ((await Trail.GetAnchorAsync(other)).Sequence, (await Trail.GetAnchorAsync(other)).Hash));
    }

    [Fact]
    public async Task The_trail_of_a_tenant_that_is_erased_begins_anew()
    {
        var owner = caller with { Allowed = Permissions.Everything };
        var tenants = registry.Services.GetRequiredService<ITenants>();
        await registry.Agents.RegisterAsync(owner, Cards.Registration("a", id: "a1"));
        await tenants.PutAsync(owner, owner.Tenant, new TenantChange());
        await tenants.EraseAsync(owner, owner.Tenant);
        await tenants.PutAsync(owner with { Tenant = "ops" }, owner.Tenant, new TenantChange());
        await registry.Agents.RegisterAsync(owner, Cards.Registration("a", id: "a2"));
        var entries = await Trail.ReadAllAsync(owner).ToListAsync();
        Assert.Equal(["registry.tenant.erase", "registry.agent.register"], entries.Select(entry => entry.Action));
        Assert.Empty((await Trail.VerifyAsync(owner)).Faults);
    }

    [Fact]
    public async Task Entries_are_lines_of_the_log_as_an_export_has_them()
    {
        var log = new ConcurrentQueue<string>();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(new LogCatcher(log, isOf: AuditLog.Category.Equals)));
        var told = new AuditLog(loggers, new AuditOptions { Log = true });
        var chain = new AuditChain(caller.Tenant, registry.Store, TimeProvider.System, told.Tell);
        await chain.AppendAsync([AuditBatch.Of([new AuditNote("alice", "registry.agent.remove", "ok", "a\nb")], TimeProvider.System)]);
        var entry = Assert.Single(await Trail.ReadAllAsync(caller).ToListAsync());
        new AuditLog(loggers, new AuditOptions()).Tell([entry]);

        const string Before = "Information: ";
        var line = Assert.Single(log);
        Assert.StartsWith(Before, line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
        using var json = JsonDocument.Parse(line[Before.Length..]);
        Assert.Equal(entry, AuditJson.ReadStrict(json.RootElement));
    }

    private async Task<List<string?>> FindAsync(AuditQuery query) =>
        [.. (await Trail.ListAsync(caller, query)).Entries.Select(entry => entry.Object)];

    /// <summary>A registry that audits.</summary>
    public sealed class Audited : IAsyncLifetime
    {
        private readonly MemoryRegistry registry = new() { Configure = options => options.Audit = new AuditOptions { Mode = AuditMode.On } };

        public IAgentRegistry Agents => registry.Agents;

        public ITaskRegistry Tasks => registry.Tasks;

        internal IServiceProvider Services => registry.Services;

        internal StoreProbe Store => registry.Store;

        public ValueTask InitializeAsync() => registry.InitializeAsync();

        public ValueTask DisposeAsync() => registry.DisposeAsync();
    }
}
