using OrleansRegistry.Agents;
using OrleansRegistry.Grains;

namespace OrleansRegistry.Benchmarks;

/// <summary>Updates of agents at their grains, with cards that are checked already; each changes what the one before left.</summary>
internal sealed class AgentPuts(RegistryHost host, int agents)
{
    private readonly IAgentGrain[] grains = [.. Enumerable.Range(0, agents).Select(i => host.Grain(SampleCards.IdOf(i)))];
    private readonly AgentPut[][] puts = [.. Enumerable.Range(1, 2).Select(version => Of(agents, version))];
    private readonly int[] count = new int[agents];

    public Task Put(int i) => grains[i].Put(puts[Interlocked.Increment(ref count[i]) % 2][i]);

    private static AgentPut[] Of(int agents, int version)
    {
        var rules = new AgentRules();
        return
        [
            .. Enumerable.Range(0, agents).Select(i => rules.Check(SampleCards.Card(i, version)))
                .Select(card => new AgentPut(card.Bytes, null, [], default)),
        ];
    }
}
