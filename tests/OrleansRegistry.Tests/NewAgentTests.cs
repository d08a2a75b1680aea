namespace OrleansRegistry.Tests;

/// <summary>Agents that the node does not know are written under their grains.</summary>
public sealed class NewAgentTests(MemoryRegistry registry) : IClassFixture<MemoryRegistry>
{
    private readonly Caller me = TestRegistry.NewCaller();

    [Fact]
    public async Task A_new_agent_costs_one_write_and_no_read()
    {
        registry.Store.Reset();
        Assert.True((await registry.Agents.RegisterAsync(me, Cards.Registration("new"))).Created);
        Assert.Equal((0, 1), (registry.Store.Reads(AgentKind.Kind), registry.Store.Writes(AgentKind.Kind)));
    }

    [Fact]
    public async Task Of_many_who_register_one_new_agent_one_creates_it()
    {
        var all = await Task.WhenAll(
            Enumerable.Range(0, 40).Select(i => registry.Agents.RegisterAsync(me, Cards.Registration("crowded", $"by {i}"))));
        Assert.Single(all, one => one.Created);
        Assert.Equal(40, all.Select(one => one.Agent.Revision).Distinct().Count());
        var newest = all.MaxBy(one => one.Agent.Revision)!.Agent;
        Assert.Equal(newest.Card, (await registry.Agents.GetAsync(me, "crowded"))!.Card);
    }

    [Fact]
    public async Task An_outcome_that_nobody_knows_is_told_and_the_next_call_goes_on_from_what_is_stored()
    {
        registry.Store.AfterWrite = (_, key) =>
        {
            if (key.Id == "doubtful")
            {
                registry.Store.AfterWrite = null;
                throw new RecordOutcomeUnknownException("The connection was lost.");
            }
        };
        var refusal = await Assert.ThrowsAsync<RegistryException>(() => registry.Agents.RegisterAsync(me, Cards.Registration("doubtful")));
        Assert.Equal((RegistryError.Unavailable, true), (refusal.Error, refusal.RetryAfter > TimeSpan.Zero));
        Assert.Contains("may have happened", refusal.Message);
        Assert.False((await registry.Agents.RegisterAsync(me, Cards.Registration("doubtful", "again"))).Created);
    }
}
