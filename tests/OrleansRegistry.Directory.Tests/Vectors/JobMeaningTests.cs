namespace OrleansRegistry.Directory.Tests.Vectors;

/// <summary>Agents for a job by what it means, where there are more than are near.</summary>
public sealed class JobMeaningTests
{
    private readonly VectorAgents agents = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_best_are_those_of_a_look_at_all(bool prefersFar)
    {
        var random = new Random(5);
        for (var i = 0; i < 1_100; i++)
        {
            var card = new TestCard($"a{i}", Skills: ["s"]);
            agents.Put($"a{i}", card, [.. Enumerable.Range(0, random.Next(1, 4)).Select(n => $"sun {i} {n}")]);
        }

        var far = new TestCard("far", Skills: ["s", "special"]);
        agents.Put("far", far, "rain");
        var query = new MeaningQuery(agents.Vectors, VectorAgents.Vector("sun"), WithText: true);
        var job = new AgentJob
        {
            Text = "nothing",
            Required = AgentFilters.Of(AgentField.Skill, "s"),
            Preferred = prefersFar ? AgentFilters.Of(AgentField.Skill, "special") : AgentFilters.None,
        };
        var found = new JobMatch(agents.Index, job, null, query).Run(0);
        Assert.Equal(1_101, found.Found);
        var expected = Enumerable.Range(0, 1_100).Select(i => $"a{i}").Append("far")
            .Select(id => (Id: id, Near: MeaningSearch.ScoreOf(agents.Index.Find(id)!, agents.Vectors.Find(id)!, query.Query)?.Score ?? 0))
            .OrderByDescending(agent => (0.25 * agent.Near) + (prefersFar && agent.Id == "far" ? 0.3 : 0)).Take(10).ToList();
        Assert.Equal(expected.Select(agent => agent.Id), found.Agents.Select(agent => agent.Agent.Id));
        Assert.All(
            expected.Zip(found.Agents),
            pair => Assert.Equal(pair.First.Near, pair.Second.Parts.First(part => part.Name == "meaning").Value, 1e-6));
        Assert.Equal(prefersFar, found.Agents[0].Agent.Id == "far");
    }
}
