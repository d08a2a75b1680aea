namespace OrleansRegistry.Client.Tests;

/// <summary>Vectors of agents through the client, beside what the registry itself has.</summary>
public sealed class VectorTests(ClientHost host)
{
    private readonly Caller caller = ClientHost.NewCaller();

    private IAgentVectors Vectors => host.Client.Vectors;

    [Theory]
    [InlineData("plain")]
    [InlineData("a/ü:b")]
    public async Task They_are_as_they_are_there(string id)
    {
        await host.Client.Agents.RegisterAsync(caller, new(ClientHost.Card("n"), id));
        var first = new AgentVector("skills[0]", new[] { 0.1f, -3e-20f, float.MaxValue })
        {
            Content = "räin",
            Metadata = RawJson.FromValid("""{"n":1.50}"""u8),
        };
        var update = new AgentVectorUpdate("m", [first, new("", new float[] { 1, 2, 3 })]);
        var written = await Vectors.PutAsync(caller, id, update, ClientHost.Cancellation);
        Assert.Equal(("m", 3, 2), (written.Vectors!.Model, written.Vectors.Dimensions, written.Vectors.Count));

        var here = await host.LocalVectors.GetAsync(caller, id, ClientHost.Cancellation);
        var there = await Vectors.GetAsync(caller, id, ClientHost.Cancellation);
        Assert.Equal(here with { Vectors = [] }, there with { Vectors = [] });
        Assert.Equal(here.Vectors.Count, there.Vectors.Count);
        foreach (var (want, have) in here.Vectors.Zip(there.Vectors))
        {
            Assert.Equal((want.Field, want.Content, want.Metadata), (have.Field, have.Content, have.Metadata));
            Assert.Equal(want.Values.ToArray(), have.Values.ToArray());
        }

        Assert.Equivalent(
            await host.LocalVectors.GetStatsAsync(caller, ClientHost.Cancellation),
            await Vectors.GetStatsAsync(caller, ClientHost.Cancellation),
            strict: true);
        var query = new AgentQuery { Vector = new(new float[] { 1, 2, 2 }, "m"), Threshold = 0.1 };
        var near = await host.LocalAgents.ListAsync(caller, query, ClientHost.Cancellation);
        var far = await host.Client.Agents.ListAsync(caller, query, ClientHost.Cancellation);
        Assert.Equal((near.Search, id, near.Matches![0].MeaningField), (far.Search, Assert.Single(far.Agents).Id, far.Matches![0].MeaningField));
        Assert.Equal(near.Matches[0].Score, far.Matches[0].Score, 1e-4);
        var removed = await Vectors.RemoveAsync(caller, id, new WriteCondition(written.Revision), ClientHost.Cancellation);
        Assert.Null(removed.Vectors);
    }

    [Fact]
    public async Task Refusals_are_the_same()
    {
        await host.Client.Agents.RegisterAsync(caller, new(ClientHost.Card("a")));
        AgentVectorUpdate[] wrong =
        [
            new("", [new("", new float[] { 1 })]),
            new("m", []),
            new("m", [new("", new float[] { 0 })]),
            new("m", [new("", new[] { 1, float.NaN })]),
            new("m", [new("", new float[] { 1 }), new("", new float[] { 1, 2 })]),
            new("m", [.. Enumerable.Repeat(new AgentVector("", new float[] { 1 }), 257)]),
        ];
        foreach (var update in wrong)
        {
            var near = await Assert.ThrowsAsync<RegistryException>(() => host.LocalVectors.PutAsync(caller, "a", update, ClientHost.Cancellation));
            var far = await Assert.ThrowsAsync<RegistryException>(() => Vectors.PutAsync(caller, "a", update, ClientHost.Cancellation));
            Assert.Equal((near.Error, near.Field), (far.Error, far.Field));
        }

        var good = new AgentVectorUpdate("m", [new("", new float[] { 1 })]);
        Assert.Equal(RegistryError.NotFound, await RefusalAsync(() => Vectors.PutAsync(caller, "none", good, ClientHost.Cancellation)));
        Assert.Equal(RegistryError.NotFound, await RefusalAsync(() => Vectors.GetAsync(caller, "none", ClientHost.Cancellation)));
        var stale = good with { Condition = new WriteCondition(999_999_999) };
        Assert.Equal(RegistryError.Conflict, await RefusalAsync(() => Vectors.PutAsync(caller, "a", stale, ClientHost.Cancellation)));
    }

    private static async Task<RegistryError> RefusalAsync(Func<Task> call) => (await Assert.ThrowsAsync<RegistryException>(call)).Error;
}
