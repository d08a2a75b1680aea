using System.Text;

namespace OrleansRegistry.Directory.Tests;

public sealed class FindingTests
{
    private readonly TestDirectory directory = new();
    private readonly TestActivities activities = new();

    private DirectoryQueries Queries
    {
        get
        {
            directory.Agents.Activities = activities;
            return new DirectoryQueries(directory.Agents);
        }
    }

    [Fact]
    public void Agents_are_read_by_their_ids_each_once()
    {
        directory.Put("a", new TestCard("a"));
        directory.Put("b", new TestCard("b"));
        activities["b"] = new AgentActivity(3, default, default);
        var found = Queries.Many(TestDirectory.Everybody, ["b", "x", "a", "b", "x"]);
        Assert.Equal(["b", "a"], found.Agents.Select(agent => agent.Id));
        Assert.Equal(["x"], found.Missing);
        Assert.Equal(3, found.Agents[0].Activity!.OpenTasks);
        Assert.Null(found.Agents[1].Activity);
        Assert.Equal("agent_ids", Refused(() => Queries.Many(TestDirectory.Everybody, [])).Field);
        Assert.Equal("agent_ids[1]", Refused(() => Queries.Many(TestDirectory.Everybody, ["a", "."])).Field);
        Assert.Equal(
            "agent_ids", Refused(() => Queries.Many(TestDirectory.Everybody, new string[AgentLookup.MaxIds + 1])).Field);
    }

    [Theory]
    [InlineData("https://a.example/rpc", "a,s")]
    [InlineData("HTTPS://A.example:443/rpc/#there", "a,s")]
    [InlineData("https://a.example/RPC", "")]
    [InlineData("http://a.example/rpc", "")]
    [InlineData("https://a.example/rpc?x=1", "")]
    [InlineData("GRPC.example:443", "g")]
    [InlineData("grpc.example", "")]
    public void A_URL_leads_to_the_agents_that_have_it(string url, string ids)
    {
        directory.Put("a", new TestCard("a", Interfaces: [new("https://a.example/rpc")]), enabled: false);
        directory.Put("b", new TestCard("b", Interfaces: [new("https://a.example/other")]));
        directory.Put("g", new TestCard("g", Interfaces: [new("grpc.example:443", "GRPC")]));
        directory.Feed(9, "s", directory.Record("s", new TestCard("s"), 9) with
        {
            Source = new AgentSource { Url = "https://a.example/rpc/", FetchedAt = DateTimeOffset.UnixEpoch },
        });
        var found = Queries.ByUrl(TestDirectory.Everybody, url, 10);
        Assert.Equal(ids, string.Join(',', found.Agents.Select(agent => agent.Id)));
        Assert.Equal(found.Agents.Count, found.Total);
        Assert.Equal(Math.Min(1, found.Total), Queries.ByUrl(TestDirectory.Everybody, url, 1).Agents.Count);
    }

    [Theory]
    [InlineData("https://a.example/agents/weather-1")]
    [InlineData("https://a.example/agents/x/../weather%2D1/")]
    public void A_URL_is_found_however_a_card_writes_it(string url)
    {
        foreach (var (i, written) in new[]
        {
            "https://a.example/agents/weather-1", "https:\\/\\/a.example\\/agents\\/weather-1", "HTTPS://A.example/agents/we%61ther-1",
            "https://a.example/agents/\\u0077eather-1/", "https://a.example/agents/./weather-1", "https://a.example/agents/weather-12",
            "https://a.example/agents/Weather-1", "https://a.example/", "https://a.example/agents/weather-1?x",
        }.Index())
        {
            var card = RawJson.FromValid(Encoding.UTF8.GetBytes($$"""{"name":"a","url":"{{written}}"}"""));
            var agent = directory.Record($"{i}", new TestCard("a", Interfaces: [new("https://a.example/")]), i + 1);
            directory.Feed(i + 1, $"{i}", agent with { Card = card });
        }

        Assert.Equal(["0", "1", "2", "3", "4"], Queries.ByUrl(TestDirectory.Everybody, url, 10).Agents.Select(agent => agent.Id));
    }

    [Theory]
    [InlineData("", 1, "url")]
    [InlineData("https://", 1, "url")]
    [InlineData("two words", 1, "url")]
    [InlineData("a.example", 0, "limit")]
    [InlineData("a.example", 1001, "limit")]
    public void What_is_no_URL_is_refused(string url, int most, string field) =>
        Assert.Equal(field, Refused(() => Queries.ByUrl(TestDirectory.Everybody, url, most)).Field);

    [Fact]
    public void Similar_agents_share_skills_tags_and_words()
    {
        directory.Put("weather", new TestCard("Weather", "tells of rain", ["sky", "eu"], ["forecast", "alerts"]));
        directory.Put("twin", new TestCard("Weather too", "tells of rain", ["sky", "eu"], ["forecast", "alerts"]));
        directory.Put("half", new TestCard("Half", "other words", ["sky"], ["forecast"]));
        directory.Put("off", new TestCard("Weather", "tells of rain", ["sky"], ["forecast"]), enabled: false);
        directory.Put("words", new TestCard("Umbrellas", "tells of rain"));
        directory.Put("none", new TestCard("Chess", "plays"));
        var found = Queries.Similar(TestDirectory.Everybody, "weather", new AgentQuery { Enabled = true }, 10).Agents;
        Assert.Equal(["twin", "half", "words"], found.Select(similar => similar.Agent.Id));
        Assert.InRange(found[0].Score, 0.9, 1);
        Assert.Equal(["forecast"], found[1].Skills);
        Assert.Equal(["sky"], found[1].Tags);
        Assert.Single(Queries.Similar(TestDirectory.Everybody, "weather", new AgentQuery(), 1).Agents);
        Assert.Equal(RegistryError.NotFound, Refused(() => Queries.Similar(TestDirectory.Everybody, "x", new AgentQuery(), 1)).Error);
        Assert.Equal("limit", Refused(() => Queries.Similar(TestDirectory.Everybody, "weather", new AgentQuery(), 101)).Field);
    }

    [Fact]
    public void A_job_gets_the_agents_that_have_what_it_requires_best_first_with_reasons()
    {
        directory.Put("plain", new TestCard("Plain", "rain", ["sky"], ["forecast"]));
        directory.Put("best", new TestCard("Best", "rain in the next days", ["sky", "eu"], ["forecast"], OutputModes: ["image/png"]));
        directory.Put("lacks", new TestCard("Lacks", "rain in the next days", ["eu"], ["alerts"], OutputModes: ["image/png"]));
        directory.Put("beta", new TestCard("Beta", "rain in the next days", ["eu", "beta"], ["forecast"]));
        directory.Put("off", new TestCard("Off", "rain in the next days", ["eu"], ["forecast"]), enabled: false);
        var job = new AgentJob
        {
            Text = "rain in the next days",
            Required = AgentFilters.Of(AgentField.Skill, "forecast"),
            Preferred = AgentFilters.Of(AgentField.OutputMode, "IMAGE/png").With(AgentField.Tag, "eu", "fast"),
            Not = AgentFilters.Of(AgentField.Tag, "beta"),
        };
        var found = Match(job);
        Assert.Equal(["best", "plain"], found.Agents.Select(candidate => candidate.Agent.Id));
        Assert.Equal(2, found.Found);
        var best = found.Agents[0];
        Assert.Equal(["text", "preferred", "success", "load"], best.Parts.Select(part => part.Name));
        Assert.Equal(2.0 / 3, best.Parts[1].Value, 0.001);
        Assert.Equal(best.Parts.Sum(part => part.Value * part.Weight) / best.Parts.Sum(part => part.Weight), best.Score, 0.001);
        Assert.Equal(("IMAGE/png", "eu", "fast"), (
            best.Preferred[AgentField.OutputMode].Single(), best.Preferred[AgentField.Tag].Single(), best.Missing[AgentField.Tag].Single()));
        Assert.NotEmpty(best.Highlights);
        Assert.Equal(["off"], Ids(job with { Required = job.Required.With(AgentField.Enabled, "false") }));
        Assert.Single(Match(job with { Limit = 1 }).Agents);
    }

    [Fact]
    public void Where_nothing_is_required_an_agent_must_have_something_of_the_job()
    {
        directory.Put("rain", new TestCard("Rain"));
        directory.Put("eu", new TestCard("Chess", Tags: ["eu"]));
        directory.Put("none", new TestCard("Draughts"));
        Assert.Equal(["rain"], Ids(new AgentJob { Text = "rain" }));
        Assert.Equal(["rain", "eu"], Ids(new AgentJob { Text = "rain", Preferred = AgentFilters.Of(AgentField.Tag, "eu") }));
        Assert.Equal(["eu", "none", "rain"], Ids(new AgentJob()));
        Assert.Equal(["eu", "none", "rain"], Ids(new AgentJob { Text = "", Required = AgentFilters.Of(AgentField.Delivery, "worker", "listed") }));
    }

    [Fact]
    public void Tasks_count_for_an_agent_and_limit_which_are_told()
    {
        foreach (var id in (string[])["busy", "good", "bad", "new"])
        {
            directory.Put(id, new TestCard("same"));
        }

        activities["busy"] = new AgentActivity(9, default, new AgentOutcomes(10, 0, TimeSpan.FromSeconds(1)));
        activities["good"] = new AgentActivity(1, default, new AgentOutcomes(10, 0, TimeSpan.FromSeconds(1)));
        activities["bad"] = new AgentActivity(0, default, new AgentOutcomes(1, 9, TimeSpan.FromSeconds(1)));
        Assert.Equal(["good", "busy", "new", "bad"], Ids(new AgentJob()));
        Assert.Equal(["new", "bad", "good", "busy"], Ids(new AgentJob { Order = AgentJobOrder.LeastLoaded }));
        Assert.Equal(["good", "new", "bad"], Ids(new AgentJob { MaxOpenTasks = 1 }));
        Assert.Equal(["good", "busy", "new"], Ids(new AgentJob { MinSuccessRate = 0.9 }));
        Assert.Equal(9, Match(new AgentJob()).Agents[1].Agent.Activity!.OpenTasks);
    }

    [Fact]
    public void The_agents_of_a_job_have_what_other_records_say_of_them()
    {
        directory.Feed(1, "a", directory.Record("a", new TestCard("a"), 1) with { Owner = "ann" });
        directory.Feed(2, "b", directory.Record("b", new TestCard("b"), 2) with { Owner = "bob" });
        activities["b"] = new AgentActivity(3, default, default);
        directory.Agents.Verdicts.Policies = _ => new CardPolicy
        {
            OwnerTrustLevels = new Dictionary<string, string> { ["ann"] = TrustLevels.Official, ["bob"] = TrustLevels.Community },
        };
        Assert.Equal(
            [("a", TrustLevels.Official, (int?)null), ("b", TrustLevels.Community, 3)],
            Match(new AgentJob()).Agents.Select(found => (found.Agent.Id, found.Agent.TrustLevel, found.Agent.Activity?.OpenTasks)));
    }

    [Fact]
    public void A_job_that_is_none_is_refused()
    {
        foreach (var (job, field) in ((AgentJob, string)[])[
            (new() { Limit = 0 }, "limit"), (new() { Limit = AgentJob.MaxLimit + 1 }, "limit"), (new() { MaxOpenTasks = -1 }, "max_open_tasks"),
            (new() { MinSuccessRate = 1.1 }, "min_success_rate"), (new() { MinSuccessRate = double.NaN }, "min_success_rate"),
            (new() { Text = new string('x', AgentQuery.MaxWords + 1) }, "text"),
            (new() { Preferred = AgentFilters.Of(AgentField.Enabled, "yes") }, "preferred.enabled"),
            (new() { Required = AgentFilters.Of(AgentField.Delivery, "mail") }, "required.delivery"),
            (new() { Required = AgentFilters.Of(AgentField.Enabled, "yes", "no") }, "required.enabled"),
            (new() { Not = AgentFilters.Of(AgentField.Delivery, "mail") }, "not.delivery")])
        {
            Assert.Equal(field, Refused(() => Match(job)).Field);
        }
    }

    private static RegistryException Refused(Func<object> ask) => Assert.Throws<RegistryException>(ask);

    private AgentCandidates Match(AgentJob job) => Queries.Match(TestDirectory.Everybody, job);

    private IEnumerable<string> Ids(AgentJob job) => Match(job).Agents.Select(candidate => candidate.Agent.Id);

    private sealed class TestActivities : Dictionary<string, AgentActivity>, IAgentActivities
    {
        public AgentActivity? Of(string tenant, string id) => this.GetValueOrDefault(id);
    }
}
