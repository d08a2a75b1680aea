using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry.Tests.Trust;

/// <summary>What callers do with all that their tenant has, and what is open when it is closed.</summary>
public sealed class TenantDataTests(MemoryRegistry registry) : IClassFixture<MemoryRegistry>
{
    private readonly Caller caller = TestRegistry.NewCaller() with { Allowed = RegistryRoles.Of(["owner"]) };

    private static Caller Operator => new("ops", "op");

    private ITenants Tenants => registry.Services.GetRequiredService<ITenants>();

    private IDataGate Gate => registry.Services.GetRequiredService<IDataGate>();

    [Fact]
    public async Task Callers_of_a_closed_tenant_or_of_certain_agents_take_nothing_out_and_put_nothing_in()
    {
        Assert.Equal(1, await Gate.RunAsync(DataUse.Export, caller, null, () => Task.FromResult(1)));
        await AssertRefusedAsync(DataUse.Export, caller with { Agents = ["a"] }, RegistryError.Forbidden);
        await AssertRefusedAsync(DataUse.MakeBackup, caller, RegistryError.Forbidden);
        await AssertRefusedAsync(DataUse.ReadBackup, caller, RegistryError.Forbidden);
        await AssertRefusedAsync(DataUse.Import, caller with { Allowed = RegistryRoles.Of(["devops"]) }, RegistryError.Forbidden);
        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange { State = TenantState.Suspended });
        foreach (var use in (DataUse[])[DataUse.Export, DataUse.Import, DataUse.CheckImport])
        {
            await AssertRefusedAsync(use, caller, RegistryError.Forbidden);
        }
    }

    [Fact]
    public async Task An_import_makes_no_more_agents_than_its_tenant_may_have()
    {
        var transfer = registry.Services.GetRequiredService<IRegistryTransfer>();
        await registry.Agents.RegisterAsync(caller, Cards.Registration("a"));
        await registry.Agents.RegisterAsync(caller, Cards.Registration("b"));
        using var file = new MemoryStream();
        await transfer.ExportAsync(new ExportRequest { Tenant = caller.Tenant, Kinds = ["agents"] }, file);
        await registry.Agents.RemoveAsync(caller, "b");
        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange { Limits = new TenantLimits(Agents: 1) });
        Assert.Equal(0, await Gate.AgentsLeftAsync(caller, default));
        Assert.Null(await Gate.AgentsLeftAsync(Operator with { Tenant = caller.Tenant }, default));
        file.Position = 0;
        var refused = await Assert.ThrowsAsync<RegistryException>(
            () => transfer.ImportAsync(file, new ImportRequest { Caller = caller, AgentsLeft = 0 }));
        Assert.Equal(RegistryError.QuotaExceeded, refused.Error);
        Assert.Null(await registry.Agents.GetAsync(caller, "b"));
        file.Position = 0;
        Assert.Equal(1, (await transfer.ImportAsync(file, new ImportRequest { Caller = caller, AgentsLeft = 1 })).Created);
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
        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange { Limits = new TenantLimits(Bytes: 10) });
        var refused = await Assert.ThrowsAsync<RegistryException>(
            () => snapshots.BeginUploadAsync(caller, new SnapshotSave { AgentId = "a", SessionId = "t" }));
        Assert.Equal(RegistryError.QuotaExceeded, refused.Error);
        var own = await Tenants.GetUsageAsync(caller, caller.Tenant);
        await registry.Agents.RemoveAsync(caller, "a");
        Assert.Equal(own, await Tenants.GetUsageAsync(caller, caller.Tenant));
    }

    private async Task AssertRefusedAsync(DataUse use, Caller by, RegistryError error)
    {
        var refused = await Assert.ThrowsAsync<RegistryException>(
            () => Gate.RunAsync<int>(use, by, null, () => throw new InvalidOperationException("it was let in")));
        Assert.Equal(error, refused.Error);
    }
}
