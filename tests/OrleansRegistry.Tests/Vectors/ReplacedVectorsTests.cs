using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry.Tests.Vectors;

/// <summary>What an agent is given in place of other vectors leaves no moment in which it has none, and nothing behind.</summary>
public sealed class ReplacedVectorsTests : IAsyncLifetime
{
    private static readonly Caller Alice = new("acme", "alice");
    private static readonly VectorSpace Space = new("m", 2);

    private RegistryHost host = null!;

    public async ValueTask InitializeAsync()
    {
        host = await RegistryHost.StartAsync();
        await host.Agents.RegisterAsync(Alice, new(Encoding.UTF8.GetBytes("""{"name":"sky","description":"about it"}""")), Cancellation);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private IAgentVectors Vectors => host.Services.GetRequiredService<IAgentVectors>();

    private AgentDirectory Agents => host.Services.GetRequiredService<AgentDirectory>();

    [Fact]
    public async Task Two_silos_that_store_some_at_once_do_not_write_over_each_others()
    {
        var agent = Agents.Find("acme", "sky")!;
        var kept = host.Services.GetRequiredService<GivenVectorStore>();
        GivenVectors[] both =
        [
            .. Enumerable.Range(0, 2).Select(i => GivenVectorRules.Check(Update($"m{i}", 1, 0), "alice")
                .For(agent, new AgentVectorInfo($"m{i}", 2, 1, DateTimeOffset.UnixEpoch.AddMilliseconds(i)) { Number = 1 })),
        ];
        await kept.KeepAsync(both[0]);
        await kept.KeepAsync(both[1]);
        foreach (var one in both)
        {
            Assert.Equal(one.Info.Model, (await kept.FindAsync(agent with { VectorStamp = one.Info }, Cancellation))!.Info.Model);
        }
    }

    [Fact]
    public async Task Equal_ones_keep_their_place_in_searches()
    {
        for (var i = 0; i < 3; i++)
        {
            await Vectors.PutAsync(Alice, "sky", Update("m", 1, 0), Cancellation);
        }

        var rows = host.Services.GetRequiredService<GivenVectorDirectory>().Of("acme", Space)!.Rows;
        Assert.Equal((1, 0), (rows.Count, rows.Gone));
        await Vectors.PutAsync(Alice, "sky", Update("n", 1, 0), Cancellation);
        Assert.Equal("n", Assert.Single((await Vectors.GetStatsAsync(Alice, Cancellation)).Models).Model);
    }

    [Fact]
    public async Task What_is_replaced_is_found_until_what_replaces_it_is_read()
    {
        await Vectors.PutAsync(Alice, "sky", Update("m", 1, 0), Cancellation);
        var given = new GivenVectorDirectory(Agents);
        var key = new RecordKey("acme", "sky");
        given.Put(Now(1, 0));
        await Vectors.PutAsync(Alice, "sky", Update("m", 0, 1), Cancellation);
        given.Look(key);
        Assert.Equal((1, 1), (given.Of("acme", Space)!.Count, given.WaitingOf("acme").Count()));

        // What does not come for long is not waited for.
        given.Miss(key, Agents.Find("acme", "sky")!.Vectors!);
        Assert.Equal((null, 0), (given.Of("acme", Space)?.Count, given.WaitingOf("acme").Count()));
        Assert.Single(given.Waiting);
        given.Put(Now(0, 1));
        Assert.Equal(1, given.Of("acme", Space)!.Count);
        Assert.Empty(given.Waiting);
    }

    [Theory]
    [InlineData(1_024, 256, 16)]
    [InlineData(2, 2, 256)]
    public void So_many_are_read_at_once_that_they_fit_in_memory(int dimensions, int count, int expected)
    {
        var info = new AgentVectorInfo("m", dimensions, count, DateTimeOffset.UnixEpoch);
        var waiting = Enumerable.Range(0, 300).Select(i => KeyValuePair.Create(new RecordKey("t", $"a{i}"), info));
        Assert.Equal(expected, GivenVectorFeed.FewOf(waiting).Count);
    }

    private static AgentVectorUpdate Update(string model, params float[] values) => new(model, [new AgentVector("", values)]);

    /// <summary>Vectors, as the agent's record names them now.</summary>
    private AgentVectors Now(params float[] values)
    {
        var agent = Agents.Find("acme", "sky")!;
        return GivenVectorRules.Check(Update("m", values), "alice").For(agent, agent.Vectors!).ToComparable();
    }
}
