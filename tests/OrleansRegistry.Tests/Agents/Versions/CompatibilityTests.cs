using System.Text;

namespace OrleansRegistry.Tests.Agents.Versions;

/// <summary>An agent that takes only cards which break no client of the one before.</summary>
public sealed class CompatibilityTests(MemoryRegistry registry) : IClassFixture<MemoryRegistry>
{
    private static readonly ReadOnlyMemory<byte> Two = """{"name":"a","skills":[{"id":"x"},{"id":"y"}]}"""u8.ToArray();
    private static readonly ReadOnlyMemory<byte> One = """{"name":"a","skills":[{"id":"x"}]}"""u8.ToArray();
    private static readonly ReadOnlyMemory<byte> DropsSkills = """{"skills":null}"""u8.ToArray();

    private readonly Caller me = TestRegistry.NewCaller();

    [Fact]
    public async Task Each_new_card_is_judged()
    {
        Assert.Null((await PutAsync(One)).Breaks);
        Assert.Null((await PutAsync(One)).Breaks);
        Assert.Empty((await PutAsync(Two)).Breaks!);
        Assert.Equal(["y"], (await PutAsync(One)).Breaks!.Select(found => found.Value));
        Assert.Equal("skill_removed", Assert.Single((await registry.Agents.PatchAsync(me, "a", new AgentPatch(DropsSkills))).Breaks!).Rule);
        Assert.Null((await registry.Agents.PatchAsync(me, "a", new AgentPatch { Enabled = false })).Breaks);
        var diff = await registry.Versions.DiffAsync(me, "a", "@2", "@4", TestContext.Current.CancellationToken);
        Assert.Equal(["x", "y"], diff.Breaks.Select(found => found.Value));
    }

    [Fact]
    public async Task An_agent_may_take_compatible_cards_alone_unless_its_owner_forces_one()
    {
        await registry.Agents.RegisterAsync(me, new AgentRegistration(Two) { Compatibility = AgentCompatibility.Backward });
        await RefusedAsync(RegistryError.Conflict, "agent_card", () => PutAsync(One));
        await RefusedAsync(RegistryError.Conflict, "agent_card", () => registry.Agents.PatchAsync(me, "a", new AgentPatch(DropsSkills)));
        Assert.Equal(1, (await registry.Agents.GetAsync(me, "a"))!.VersionNumber);
        await registry.Agents.PatchAsync(me, "a", new AgentPatch("""{"description":"more"}"""u8.ToArray()));

        var bob = me with { Subject = "bob" };
        await RefusedAsync(
            RegistryError.Forbidden, "force", () => registry.Agents.RegisterAsync(bob, new AgentRegistration(One) { Force = true }));
        var forced = await registry.Agents.RegisterAsync(me, new AgentRegistration(One) { Force = true });
        Assert.Equal((3, AgentCompatibility.Backward, "y"), (forced.Agent.VersionNumber, forced.Agent.Compatibility, forced.Breaks!.Single().Value));
        await registry.Versions.RollBackAsync(me, "a", "@1", cancellationToken: TestContext.Current.CancellationToken);
        await RefusedAsync(
            RegistryError.Conflict, "agent_card", () => registry.Versions.RollBackAsync(me, "a", "@3", default, false, CancellationToken.None));
        await registry.Versions.RollBackAsync(me, "a", "@3", default, force: true, CancellationToken.None);
    }

    [Fact]
    public async Task The_owner_alone_says_so_and_it_is_kept()
    {
        await PutAsync(Two);
        var bob = me with { Subject = "bob" };
        var policy = new AgentPatch { Compatibility = AgentCompatibility.Backward };
        await RefusedAsync(RegistryError.Forbidden, "compatibility", () => registry.Agents.PatchAsync(bob, "a", policy));
        await RefusedAsync(
            RegistryError.Invalid, "compatibility", () => registry.Agents.PatchAsync(me, "a", new() { Compatibility = (AgentCompatibility)7 }));
        await registry.Agents.PatchAsync(me, "a", policy);
        await RefusedAsync(RegistryError.Conflict, "agent_card", () => registry.Agents.RegisterAsync(bob, new AgentRegistration(One)));
        await registry.RestartAsync();
        await RefusedAsync(RegistryError.Conflict, "agent_card", () => PutAsync(One));
        await registry.Agents.PatchAsync(me, "a", new() { Compatibility = AgentCompatibility.None });
        Assert.DoesNotContain("compatibility", Encoding.UTF8.GetString(
            (await registry.Store.ReadAsync(AgentKind.Kind, new RecordKey(me.Tenant, "a")))!.Body.Fields.Span), StringComparison.Ordinal);
        await PutAsync(One);
    }

    private Task<AgentWriteResult> PutAsync(ReadOnlyMemory<byte> card) => registry.Agents.RegisterAsync(me, new AgentRegistration(card));

    private static async Task RefusedAsync(RegistryError error, string field, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<RegistryException>(call);
        Assert.Equal((error, field), (refusal.Error, refusal.Field));
    }
}
