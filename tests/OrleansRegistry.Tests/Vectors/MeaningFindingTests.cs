using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Tests.Vectors;

/// <summary>Jobs and likeness go by what is meant too, where vectors are there.</summary>
public sealed class MeaningFindingTests : IAsyncLifetime
{
    private static readonly Caller Alice = new("acme", "alice");

    private readonly WordEmbedder embedder = new();
    private RegistryHost host = null!;

    public async ValueTask InitializeAsync() => host = await StartAsync(embedder);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IAgentFinder Finder => host.Services.GetRequiredService<IAgentFinder>();

    private IAgentVectors Vectors => host.Services.GetRequiredService<IAgentVectors>();

    [Fact]
    public async Task An_agent_for_a_job_is_found_by_what_is_meant_and_says_why()
    {
        await RegisterAsync("sky", "tells of the rain", "radar");
        await RegisterAsync("teller", "sends an invoice", "bill");
        await EmbeddedAsync(2);
        var found = await Finder.MatchAsync(Alice, new AgentJob { Text = "umbrella" }, Cancellation);
        var sky = Assert.Single(found.Agents);
        Assert.Equal(("sky", "description", 1), (sky.Agent.Id, sky.MeaningField, found.Found));
        Assert.Equal([("text", 0.25), ("meaning", 0.25), ("success", 0.15), ("load", 0.05)], sky.Parts.Select(part => (part.Name, part.Weight)));
        Assert.Equal(0, sky.Parts[0].Value);
        Assert.InRange(sky.Parts[1].Value, 0.15, 1);

        // An agent that is required is there however far it is, and preferred ones without a word.
        var required = new AgentJob { Text = "umbrella", Required = AgentFilters.Of(AgentField.Skill, "bill") };
        var teller = Assert.Single((await Finder.MatchAsync(Alice, required, Cancellation)).Agents);
        Assert.Equal(("teller", null), (teller.Agent.Id, teller.MeaningField));
        var preferred = new AgentJob { Text = "umbrella", Preferred = AgentFilters.Of(AgentField.Skill, "bill") };
        Assert.Equal(["sky", "teller"], (await Finder.MatchAsync(Alice, preferred, Cancellation)).Agents.Select(one => one.Agent.Id).Order());
    }

    [Fact]
    public async Task A_job_goes_by_words_where_the_model_fails_or_there_is_none()
    {
        await RegisterAsync("sky", "tells of the rain");
        await EmbeddedAsync(1);
        embedder.Fails = "";
        var job = new AgentJob { Text = "rain" };
        var failed = Assert.Single((await Finder.MatchAsync(Alice, job, Cancellation)).Agents);
        Assert.Equal([("text", 0.5), ("success", 0.15), ("load", 0.05)], failed.Parts.Select(part => (part.Name, part.Weight)));
        await host.DisposeAsync();
        host = await StartAsync(null);
        await RegisterAsync("sky", "tells of the rain");
        var without = Assert.Single((await Finder.MatchAsync(Alice, job, Cancellation)).Agents);
        Assert.Equal((failed.Score, null), (without.Score, without.MeaningField));
        Assert.Empty((await Finder.MatchAsync(Alice, new AgentJob { Text = "umbrella" }, Cancellation)).Agents);
    }

    [Fact]
    public async Task Nobody_works_for_a_caller_who_is_gone()
    {
        await RegisterAsync("sky", "tells of the rain");
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await Finder.MatchAsync(Alice, new AgentJob { Text = "rain" }, gone.Token));
    }

    [Fact]
    public async Task Agents_are_alike_by_what_they_mean_without_a_word_in_common()
    {
        await RegisterAsync("a", "weather");
        await RegisterAsync("b", "umbrella");
        await RegisterAsync("c", "invoice");
        await EmbeddedAsync(3);
        var found = await Finder.GetSimilarAsync(Alice, "a", cancellationToken: Cancellation);
        var alike = Assert.Single(found.Agents);
        Assert.Equal("b", alike.Agent.Id);
        Assert.InRange(alike.Meaning!.Value, 0.4, 1);
        Assert.Equal(0.4 * alike.Meaning.Value, alike.Score, 1e-6);
    }

    [Fact]
    public async Task What_callers_gave_tells_likeness_where_the_registry_makes_nothing()
    {
        await host.DisposeAsync();
        host = await StartAsync(null);
        foreach (var (id, vector) in (IEnumerable<(string, float[])>)[("a", [1, 0]), ("b", [0, 1]), ("c", [1, 0.1f])])
        {
            await RegisterAsync(id, id);
            await Vectors.PutAsync(Alice, id, new AgentVectorUpdate("m", [new("", vector)]), Cancellation);
        }

        var alike = Assert.Single((await Finder.GetSimilarAsync(Alice, "a", cancellationToken: Cancellation)).Agents);
        Assert.Equal("c", alike.Agent.Id);
        Assert.Equal(1 / Math.Sqrt(1.01), alike.Meaning!.Value, 1e-5);
        await Vectors.RemoveAsync(Alice, "a", cancellationToken: Cancellation);
        Assert.Empty((await Finder.GetSimilarAsync(Alice, "a", cancellationToken: Cancellation)).Agents);
    }

    private static Task<RegistryHost> StartAsync(ITextEmbedder? model) =>
        RegistryHost.StartAsync(services: services => _ = model is null ? services : services.AddSingleton(model));

    private async Task RegisterAsync(string id, string description, string skill = "") => await host.Agents.RegisterAsync(
        Alice,
        new(Encoding.UTF8.GetBytes(
            $$"""{"name":"{{id}}","description":"{{description}}"{{(skill.Length > 0 ? $",\"skills\":[{{\"id\":\"{skill}\"}}]" : "")}}}""")),
        Cancellation);

    private Task EmbeddedAsync(int agents) => Eventually.TrueAsync(
        async () => (await Vectors.GetStatsAsync(Alice, Cancellation)) is var stats && stats.Agents >= agents && stats.Waiting == 0,
        $"{agents} agents to be embedded");
}
