using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Agents;
using OrleansRegistry.Trust.Reviews;

namespace OrleansRegistry.Tests.Trust;

/// <summary>What callers do with all that their tenant has, and what is open when it is closed.</summary>
public sealed class TenantDataTests(MemoryRegistry registry) : IClassFixture<MemoryRegistry>
{
    private readonly Caller caller = TestRegistry.NewCaller() with { Allowed = RegistryRoles.Of(["owner"]) };

    private static Caller Operator => new("ops", "op");

    private ITenants Tenants => registry.Services.GetRequiredService<ITenants>();

    private IDataGate Gate => registry.Services.GetRequiredService<IDataGate>();

    private IRegistryTransfer Transfer => registry.Services.GetRequiredService<IRegistryTransfer>();

    [Fact]
    public async Task Callers_of_a_closed_tenant_or_of_certain_agents_take_nothing_out_and_put_nothing_in()
    {
        Assert.Equal(1, await Gate.RunAsync(DataUse.Export, caller, null, () => Task.FromResult(1)));
        await AssertRefusedAsync(DataUse.Export, caller with { Agents = ["a"] }, RegistryError.Forbidden);
        await AssertRefusedAsync(DataUse.MakeBackup, caller, RegistryError.Forbidden);
        await AssertRefusedAsync(DataUse.ReadBackup, caller, RegistryError.Forbidden);
        await AssertRefusedAsync(DataUse.Import, caller with { Allowed = RegistryRoles.Of(["devops"]) }, RegistryError.Forbidden);
        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange { State = TenantState.Suspended });
        foreach (var use in (DataUse[])[DataUse.Export, DataUse.CheckExport, DataUse.Import, DataUse.CheckImport])
        {
            await AssertRefusedAsync(use, caller, RegistryError.Forbidden);
        }
    }

    [Fact]
    public async Task An_import_makes_no_more_agents_and_open_tasks_than_its_tenant_may_have()
    {
        foreach (var id in (string[])["a", "b"])
        {
            await registry.Agents.RegisterAsync(caller, Cards.Registration(id));
            await registry.Tasks.PutAsync(caller, $"of-{id}", new TaskPut(TaskState.Submitted));
        }

        await registry.Tasks.PutAsync(caller, "ended", new TaskPut(TaskState.Completed));
        using var agents = await ExportAsync("agents");
        using var tasks = await ExportAsync("tasks");
        await registry.Agents.RemoveAsync(caller, "b");
        foreach (var id in (string[])["of-b", "ended"])
        {
            await registry.Tasks.DeleteAsync(caller, id);
        }

        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange { Limits = new TenantLimits(Agents: 1, OpenTasks: 1) });
        await AssertRefusedAsync(agents, caller, RegistryError.QuotaExceeded, "1 agents, of the 1");
        await AssertRefusedAsync(tasks, caller, RegistryError.QuotaExceeded, "1 open tasks, of the 1");
        Assert.Null(await registry.Agents.GetAsync(caller, "b"));
        Assert.Null(await registry.Tasks.GetAsync(caller, "of-b"));

        await registry.Tasks.CancelAsync(caller, "of-a");
        Assert.Equal(2, (await ImportAsync(tasks, caller)).Created);

        // Who manages all tenants stores what the file says.
        Assert.Equal(1, (await ImportAsync(agents, Operator)).Created);
    }

    [Fact]
    public async Task An_import_has_no_agent_that_the_policy_of_its_tenant_does_not_let_in()
    {
        await registry.Agents.RegisterAsync(caller, Cards.Registration("a"));
        await registry.Agents.RegisterAsync(caller, Cards.Registration("b"));
        using var file = await ExportAsync("agents");
        await registry.Agents.RemoveAsync(caller, "b");
        await registry.Services.GetRequiredService<IAgentReviews>().PutPolicyAsync(caller, new ReviewPolicy(ReviewMode.New));
        var member = caller with { Allowed = Permissions.DataImport | Permissions.AgentsWrite };
        await AssertRefusedAsync(file, member, RegistryError.Invalid, "Line 3: the policy of the tenant has this card wait for a review");

        var cards = registry.Services.GetRequiredService<ICardTrust>();
        await cards.PutPolicyAsync(caller, new CardPolicy(RequireSignature: true));
        await AssertRefusedAsync(file, caller, RegistryError.Invalid, "Line 3: signatures: must have a valid one");
        await cards.PutPolicyAsync(caller, new CardPolicy());
        Assert.Equal(1, (await ImportAsync(file, caller)).Created);
    }

    [Fact]
    public async Task What_was_approved_elsewhere_is_not_registered_by_an_import()
    {
        var key = new RecordKey(caller.Tenant, "a");
        var entry = CheckedRegistration.Of(Cards.Registration("a"), new AgentRules());
        var approved = new StoredReview
        {
            Id = "r",
            State = ReviewState.Approved,
            RequestedBy = "alice",
            ActsAs = "alice",
            RequestedAt = DateTimeOffset.UtcNow,
            Held = HeldRegistration.Of(entry),
        };
        var version = await registry.Store.WriteAsync(ReviewKind.Kind, key, 0, ReviewKind.Write(approved));
        using var file = await ExportAsync("reviews");
        await registry.Store.DeleteAsync(ReviewKind.Kind, key, version);
        await AssertRefusedAsync(file, caller, RegistryError.Invalid, "Line 2: it was approved elsewhere");
        Assert.Null(await registry.Store.ReadAsync(ReviewKind.Kind, key));
    }

    [Fact]
    public async Task Nothing_is_imported_into_a_tenant_that_was_closed_since_the_import_began()
    {
        await registry.Agents.RegisterAsync(caller, Cards.Registration("a"));
        using var file = await ExportAsync("agents");
        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange { State = TenantState.Suspended, Reason = "unpaid" });
        await AssertRefusedAsync(file, caller, RegistryError.Invalid, "suspended: unpaid");
        Assert.Equal(1, (await ImportAsync(file, Operator)).Same);
        await Tenants.EraseAsync(Operator, caller.Tenant);
        await AssertRefusedAsync(file, Operator, RegistryError.Invalid, "was erased");
    }

    [Fact]
    public async Task What_is_open_is_told_when_its_tenant_is_closed()
    {
        var ends = registry.Services.GetRequiredService<ITenantEnds>();
        var (told, others, gone) = (0, 0, 0);
        using var open = ends.OnEnd(caller.Tenant, () => told++);
        using var other = ends.OnEnd("another", () => others++);
        ends.OnEnd(caller.Tenant, () => gone++).Dispose();
        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange());
        Assert.Equal(0, told);
        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange { State = TenantState.Suspended });
        Assert.Equal((true, 0, 0), (told > 0, others, gone));
        var late = 0;
        using var opened = ends.OnEnd(caller.Tenant, () => late++);
        Assert.Equal(1, late);
    }

    [Fact]
    public async Task The_files_of_snapshots_count_as_bytes_and_a_full_tenant_sends_no_parts()
    {
        var snapshots = registry.Services.GetRequiredService<ISnapshotStore>();
        await registry.Agents.RegisterAsync(caller, Cards.Registration("a"));
        var before = await Tenants.GetUsageAsync(Operator, caller.Tenant);
        var noise = Convert.ToBase64String(Random.Shared.GetItems<byte>([1, 2, 3, 77, 150, 201, 255], 9_000));
        using var state = new MemoryStream(Encoding.UTF8.GetBytes($$"""{"x":"{{noise}}"}"""));
        var saved = await snapshots.SaveAsync(caller, new SnapshotSave { AgentId = "a", SessionId = "s" }, state);
        Assert.InRange((await Tenants.GetUsageAsync(Operator, caller.Tenant)).Bytes, before.Bytes + saved.CompressedSize, long.MaxValue);
        var upload = await snapshots.BeginUploadAsync(caller, new SnapshotSave { AgentId = "a", SessionId = "u" });
        before = await Tenants.GetUsageAsync(Operator, caller.Tenant);
        using var part = new MemoryStream(new byte[5_000]);
        await snapshots.PutPartAsync(caller, "a", upload.SnapshotId, 1, part);
        Assert.Equal(before.Bytes + 5_000, (await Tenants.GetUsageAsync(Operator, caller.Tenant)).Bytes);
        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange { Limits = new TenantLimits(Bytes: 10) });
        var refused = await Assert.ThrowsAsync<RegistryException>(
            () => snapshots.BeginUploadAsync(caller, new SnapshotSave { AgentId = "a", SessionId = "t" }));
        Assert.Equal(RegistryError.QuotaExceeded, refused.Error);
        var own = await Tenants.GetUsageAsync(caller, caller.Tenant);
        await registry.Agents.RemoveAsync(caller, "a");
        Assert.Equal(own, await Tenants.GetUsageAsync(caller, caller.Tenant));
    }

    private async Task<MemoryStream> ExportAsync(string kind)
    {
        var file = new MemoryStream();
        await Transfer.ExportAsync(new ExportRequest { Tenant = caller.Tenant, Kinds = [kind] }, file);
        return file;
    }

    private Task<ImportReport> ImportAsync(MemoryStream file, Caller by)
    {
        return Transfer.ImportAsync(new MemoryStream(file.ToArray()), new ImportRequest { Caller = by, Terms = Gate.TermsOf(by) });
    }

    private async Task AssertRefusedAsync(MemoryStream file, Caller by, RegistryError error, string said)
    {
        var refused = await Assert.ThrowsAsync<RegistryException>(() => ImportAsync(file, by));
        Assert.Equal(error, refused.Error);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    private async Task AssertRefusedAsync(DataUse use, Caller by, RegistryError error)
    {
        var refused = await Assert.ThrowsAsync<RegistryException>(
            () => Gate.RunAsync<int>(use, by, null, () => throw new InvalidOperationException("it was let in")));
        Assert.Equal(error, refused.Error);
    }
}
