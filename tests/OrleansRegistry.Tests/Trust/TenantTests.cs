using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Agents;
using OrleansRegistry.Trust.Keys;
using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Tests.Trust;

/// <summary>Tenants that are made, suspended, limited and erased.</summary>
public sealed class TenantTests(MemoryRegistry registry) : IClassFixture<MemoryRegistry>
{
    private readonly Caller caller = TestRegistry.NewCaller();

    private ITenants Tenants => registry.Services.GetRequiredService<ITenants>();

    private Caller Operator => new("ops", "op");

    [Fact]
    public async Task A_tenant_is_made_once_changed_and_listed()
    {
        var (made, created) = await Tenants.PutAsync(
            Operator, caller.Tenant, new TenantChange { Description = "Acme", Limits = new TenantLimits(10) }, ifVersion: 0);
        Assert.Equal((true, TenantState.Active, "Acme", 10L), (created, made.State, made.Description, made.Limits.Agents));
        await AssertRefusedAsync(
            RegistryError.Conflict, () => Tenants.PutAsync(Operator, caller.Tenant, new TenantChange(), ifVersion: 0), "is known already");
        await AssertRefusedAsync(
            RegistryError.Conflict, () => Tenants.PutAsync(Operator, caller.Tenant, new TenantChange(), made.Version + 1), "changed since");
        var (changed, _) = await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange { Description = "" }, made.Version);
        Assert.Equal((null, 10L), (changed.Description, changed.Limits.Agents));
        Assert.Equal(changed, await Tenants.GetAsync(Operator, caller.Tenant));

        var names = new List<string>();
        for (string? token = null; ;)
        {
            var page = await Tenants.ListAsync(Operator, 1, token);
            names.AddRange(page.Tenants.Select(tenant => tenant.Name));
            if ((token = page.NextPageToken) is null)
            {
                break;
            }
        }

        Assert.Contains(caller.Tenant, names);
        Assert.Equal(names.Order(StringComparer.Ordinal).Distinct(), names);
    }

    [Fact]
    public async Task Only_operators_see_and_make_tenants_but_everybody_sees_its_own()
    {
        var owner = caller with { Allowed = RegistryRoles.Of(["owner"]) };
        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange());
        await AssertRefusedAsync(RegistryError.Forbidden, () => Tenants.PutAsync(owner, "another", new TenantChange()), "tenants");
        await AssertRefusedAsync(RegistryError.Forbidden, () => Tenants.ListAsync(owner), "tenants");
        Assert.NotNull(await Tenants.GetAsync(owner, caller.Tenant));
        Assert.Null(await Tenants.GetAsync(owner with { Tenant = "else" }, caller.Tenant));
        await AssertRefusedAsync(
            RegistryError.NotFound, () => Tenants.GetUsageAsync(owner with { Tenant = "else" }, caller.Tenant), "There is no tenant");
        await AssertRefusedAsync(
            RegistryError.NotFound, () => Tenants.EraseAsync(owner with { Tenant = "else" }, caller.Tenant), "There is no tenant");
        await AssertRefusedAsync(
            RegistryError.Forbidden, () => Tenants.EraseAsync(caller with { Allowed = RegistryRoles.Of(["admin"]) }, caller.Tenant), "tenant-erase");
    }

    [Fact]
    public async Task The_callers_of_a_suspended_tenant_are_refused_until_it_is_active_again()
    {
        await registry.Agents.RegisterAsync(caller, Cards.Registration("a"));
        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange { State = TenantState.Suspended, Reason = "unpaid" });
        await AssertRefusedAsync(RegistryError.Forbidden, async () => await registry.Agents.GetAsync(caller, "a"), "suspended: unpaid");
        await AssertRefusedAsync(RegistryError.Forbidden, () => registry.Agents.RegisterAsync(caller, Cards.Registration("b")), "suspended");
        await AssertRefusedAsync(RegistryError.Forbidden, () => registry.Tasks.ListAsync(caller), "suspended");
        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange { State = TenantState.Active });
        Assert.NotNull(await registry.Agents.GetAsync(caller, "a"));
        Assert.Null((await Tenants.GetAsync(Operator, caller.Tenant))!.Reason);
    }

    [Fact]
    public async Task As_many_agents_as_a_tenant_may_have_and_none_more_however_many_come_at_once()
    {
        await registry.Agents.RegisterAsync(caller, Cards.Registration("first"));
        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange { Limits = new TenantLimits(Agents: 5) });
        var results = await registry.Agents.RegisterManyAsync(caller, [.. Enumerable.Range(0, 20).Select(i => Cards.Registration($"a{i}"))]);
        Assert.Equal(4, results.Count(result => result.Written is not null));
        Assert.All(results.Where(result => result.Refused is not null), result => Assert.Equal(RegistryError.QuotaExceeded, result.Refused!.Error));

        Assert.False((await registry.Agents.RegisterAsync(caller, Cards.Registration("first", "again"))).Created);
        await registry.Agents.RemoveAsync(caller, "first");
        Assert.True((await registry.Agents.RegisterAsync(caller, Cards.Registration("another"))).Created);
        await AssertRefusedAsync(
            RegistryError.QuotaExceeded, () => registry.Agents.RegisterAsync(caller, Cards.Registration("one too many")), "5 agents, of the 5");
    }

    [Fact]
    public async Task Tasks_that_end_make_room_for_others()
    {
        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange { Limits = new TenantLimits(OpenTasks: 2) });
        var first = await registry.Tasks.SubmitAsync(caller, new TaskSubmission(Message()));
        await registry.Tasks.PutAsync(caller, "t2", new TaskPut(TaskState.Submitted));
        await AssertRefusedAsync(
            RegistryError.QuotaExceeded, () => registry.Tasks.SubmitAsync(caller, new TaskSubmission(Message())), "2 open tasks, of the 2");
        await registry.Tasks.CancelAsync(caller, first.Task.Id);
        Assert.True((await registry.Tasks.SubmitAsync(caller, new TaskSubmission(Message()))).Created);
    }

    [Fact]
    public async Task A_tenant_with_as_many_bytes_as_it_may_have_is_refused_more()
    {
        await registry.Agents.RegisterAsync(caller, Cards.Registration("a"));
        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange { Limits = new TenantLimits(Bytes: 10) });
        await AssertRefusedAsync(RegistryError.QuotaExceeded, () => registry.Agents.RegisterAsync(caller, Cards.Registration("b")), "of the 10");
        await registry.Agents.RemoveAsync(caller, "a");
    }

    [Fact]
    public async Task What_says_that_a_key_of_the_settings_was_taken_back_outlives_its_tenant()
    {
        var trust = registry.Services.GetRequiredService<TrustRecords>();
        await trust.WriteAsync(RetiredKey.Type, caller.Tenant, "aa", new RetiredKey(DateTimeOffset.UtcNow), before: null);
        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange());
        Assert.True((await Tenants.EraseAsync(Operator, caller.Tenant)).IsDone);
        Assert.NotNull(await trust.ReadAsync(RetiredKey.Type, caller.Tenant, "aa"));
    }

    [Fact]
    public async Task Of_a_tenant_that_is_erased_nothing_is_left_and_of_others_all()
    {
        var other = TestRegistry.NewCaller();
        foreach (var of in (Caller[])[caller, other])
        {
            await registry.Agents.RegisterAsync(of, Cards.Registration("a"));
            await registry.Agents.RegisterAsync(of, Cards.Registration("a", "another card"));
            var task = await registry.Tasks.SubmitAsync(of, new TaskSubmission(Message()) { AgentId = "a" });
            await registry.Tasks.AddFeedbackAsync(of, task.Task.Id, """{"rating":5}"""u8.ToArray());
            await registry.Contexts.UpdateAsync(of, "c", """{"x":1}"""u8.ToArray());
            await Snapshots(of);
        }

        await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange());
        var before = await Tenants.GetUsageAsync(Operator, other.Tenant);
        var erased = await Tenants.EraseAsync(Operator, caller.Tenant);
        Assert.Equal((true, true), (erased.IsDone, erased.Erased >= 6));
        Assert.Equal(new TenantUsage(0, 0, 0), await Tenants.GetUsageAsync(Operator, caller.Tenant));
        Assert.Equal(before, await Tenants.GetUsageAsync(Operator, other.Tenant));
        Assert.NotNull(await registry.Agents.GetAsync(other, "a"));

        var left = (await Tenants.GetAsync(Operator, caller.Tenant))!;
        Assert.Equal((TenantState.Erased, "by 'op' of tenant 'ops'"), (left.State, left.Reason));
        await AssertRefusedAsync(RegistryError.Forbidden, async () => await registry.Agents.GetAsync(caller, "a"), "was erased");
        var keys = registry.Services.GetRequiredService<IApiKeys>();
        await AssertRefusedAsync(
            RegistryError.Conflict, () => keys.CreateAsync(Operator, new NewApiKey("k", ["viewer"]) { Tenant = caller.Tenant }), "was erased");
        await AssertRefusedAsync(
            RegistryError.Conflict, () => Tenants.PutAsync(Operator, caller.Tenant, new TenantChange(), left.Version), "is not known");

        var (again, created) = await Tenants.PutAsync(Operator, caller.Tenant, new TenantChange(), ifVersion: 0);
        Assert.Equal((true, TenantState.Active, null), (created, again.State, again.Reason));
        Assert.Null(await registry.Agents.GetAsync(caller, "a"));
        Assert.Empty((await registry.Tasks.ListAsync(caller)).Tasks);
        Assert.True((await registry.Agents.RegisterAsync(caller, Cards.Registration("a"))).Created);
    }

    [Fact]
    public async Task What_was_under_way_as_a_tenant_was_closed_is_erased_too()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await RegistryHost.StartAsync(time: time);
        var tenants = host.Services.GetRequiredService<ITenants>();
        await host.Agents.RegisterAsync(caller, Cards.Registration("a"));
        var erasure = tenants.EraseAsync(Operator, caller.Tenant);
        await PassUntilAsync(async () => (await tenants.GetUsageAsync(Operator, caller.Tenant)).Agents == 0);

        // Let in before: what judges callers is behind it.
        await host.Services.GetRequiredService<AgentRegistry>().RegisterAsync(caller, Cards.Registration("late"));
        await PassUntilAsync(() => Task.FromResult(erasure.IsCompleted));
        Assert.Equal((true, 2L), ((await erasure).IsDone, (await erasure).Erased));
        Assert.Equal(new TenantUsage(0, 0, 0), await tenants.GetUsageAsync(Operator, caller.Tenant));

        async Task PassUntilAsync(Func<Task<bool>> isSo)
        {
            while (!await isSo())
            {
                time.Advance(TimeSpan.FromMilliseconds(20));
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }
        }
    }

    [Fact]
    public async Task Where_tenants_are_to_be_known_others_are_refused()
    {
        await using var host = await RegistryHost.StartAsync(options => options.KnownTenantsOnly = true);
        await AssertRefusedAsync(RegistryError.Forbidden, async () => await host.Agents.ListAsync(caller), "is not known");
        await host.Services.GetRequiredService<ITenants>().PutAsync(Operator, caller.Tenant, new TenantChange());
        Assert.Empty((await host.Agents.ListAsync(caller)).Agents);
    }

    [Theory]
    [InlineData("a b", null, null, "tenant")]
    [InlineData("ok", -1L, null, "maxAgents")]
    [InlineData("ok", null, "erasing", "state")]
    [InlineData("ok", null, "erased", "state")]
    public async Task What_no_tenant_can_be_is_refused(string name, long? agents, string? state, string field)
    {
        var change = new TenantChange { Limits = new TenantLimits(agents), State = TenantStates.TryParse(state) };
        Assert.Equal(
            (RegistryError.Invalid, field),
            await Assert.ThrowsAsync<RegistryException>(() => Tenants.PutAsync(Operator, name, change)) is var refused
                ? (refused.Error, refused.Field) : default);
    }

    private static ReadOnlyMemory<byte> Message() =>
        Encoding.UTF8.GetBytes($$"""{"messageId":"{{Guid.NewGuid()}}","role":"ROLE_USER","parts":[{"text":"hi"}]}""");

    private async Task Snapshots(Caller of)
    {
        using var state = new MemoryStream("""{"step":1}"""u8.ToArray());
        await registry.Services.GetRequiredService<ISnapshotStore>().SaveAsync(of, new SnapshotSave { AgentId = "a", SessionId = "s" }, state);
    }

    private static async Task AssertRefusedAsync(RegistryError error, Func<Task> call, string said)
    {
        var refused = await Assert.ThrowsAsync<RegistryException>(call);
        Assert.Equal(error, refused.Error);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }
}
