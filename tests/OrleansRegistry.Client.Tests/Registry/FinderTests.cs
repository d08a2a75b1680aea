namespace OrleansRegistry.Client.Tests;

/// <summary>What finds agents, over HTTP as it is here.</summary>
public sealed class FinderTests(ClientHost host)
{
    private readonly Caller caller = ClientHost.NewCaller();

    private IAgentFinder Finder => host.Client.Finder;

    [Fact]
    public async Task Agents_are_found_over_HTTP()
    {
        await RegisterAsync("rain", """, "tags":["sky","eu"], "skills":[{"id":"forecast"}]""");
        await RegisterAsync("storm", """, "tags":["sky"], "skills":[{"id":"forecast"}]""");
        var got = await Finder.GetManyAsync(caller, ["storm", "none", "rain"]);
        Assert.Equal(["storm", "rain"], got.Agents.Select(agent => agent.Id));
        Assert.Equal(["none"], got.Missing);
        Assert.True(got.Revision >= got.Agents.Max(agent => agent.Revision));
        Assert.Equal("rain", (await Finder.LookUpAsync(caller, "https://rain.example.com/")).Agents.Single().Id);
        var similar = (await Finder.GetSimilarAsync(caller, "rain", new AgentQuery { Tags = ["sky"] })).Agents.Single();
        Assert.Equal(("storm", "forecast", "sky"), (similar.Agent.Id, similar.Skills.Single(), similar.Tags.Single()));
        Assert.Equal(RegistryError.NotFound, (await Assert.ThrowsAsync<RegistryException>(
            async () => await Finder.GetSimilarAsync(caller, "x"))).Error);

        var job = new AgentJob
        {
            Text = "about rain",
            Required = AgentFilters.Of(AgentField.Skill, "forecast"),
            Preferred = AgentFilters.Of(AgentField.Tag, "eu", "fast"),
            Not = AgentFilters.Of(AgentField.Owner, "nobody"),
            MaxOpenTasks = 5,
            MinSuccessRate = 0.5,
            Order = AgentJobOrder.LeastLoaded,
            Limit = 1,
        };
        var found = await Finder.MatchAsync(caller, job);
        Assert.Equal((2, "rain"), (found.Found, found.Agents.Single().Agent.Id));
        var best = found.Agents[0];
        Assert.Equal(("eu", "fast"), (best.Preferred[AgentField.Tag].Single(), best.Missing[AgentField.Tag].Single()));
        Assert.Equal(4, best.Parts.Count);
        Assert.NotEmpty(best.Highlights);
        Assert.Equal("limit", (await Assert.ThrowsAsync<RegistryException>(
            async () => await Finder.MatchAsync(caller, job with { Limit = 0 }))).Field);
    }

    private async Task RegisterAsync(string name, string more) =>
        await host.Client.Agents.RegisterAsync(caller, new AgentRegistration(ClientHost.Card(name, more)), ClientHost.Cancellation);
}
