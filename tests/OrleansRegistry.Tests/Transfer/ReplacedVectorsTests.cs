using System.Text;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry.Tests.Transfer;

/// <summary>An export tells the vectors of agents that get others, or have them taken away, while it runs.</summary>
public sealed class ReplacedVectorsTests
{
    private static readonly Caller Alice = new("acme", "alice");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_replaced_after_its_agent_was_told_is_told_as_it_is_then(bool isReplaced)
    {
        var store = new StoreProbe(TestStores.InMemory(), isOpen: true);
        await store.OpenInnerAsync();
        await using var original = await RegistryHost.StartAsync(store: store);
        foreach (var id in (string[])["kept", "changed"])
        {
            await original.Agents.RegisterAsync(Alice, new(Encoding.UTF8.GetBytes($$"""{"name":"{{id}}","description":"about it"}""")));
            await VectorsOf(original).PutAsync(Alice, id, new AgentVectorUpdate("m", [new("before", new float[] { 1, 0 })]));
        }

        // The first scan comes after the picture of agents.
        store.BeforeSnapshot = () =>
        {
            store.BeforeSnapshot = null;
            return isReplaced
                ? VectorsOf(original).PutAsync(Alice, "changed", new AgentVectorUpdate("n", [new("after", new float[] { 1, 2, 3 })]))
                : VectorsOf(original).RemoveAsync(Alice, "changed");
        };
        var file = await store.ExportAsync();
        Assert.Null(store.BeforeSnapshot);

        var target = new StoreProbe(TestStores.InMemory(), isOpen: true);
        await target.OpenInnerAsync();
        Assert.Equal(isReplaced ? 4 : 3, (await target.ImportAsync(file)).Created);
        await using var registry = await RegistryHost.StartAsync(store: target);
        Assert.Equal("before", Assert.Single((await VectorsOf(registry).GetAsync(Alice, "kept")).Vectors).Field);
        var changed = await VectorsOf(registry).GetAsync(Alice, "changed");
        Assert.Equal((isReplaced, isReplaced ? "n" : null, isReplaced ? 1 : 0), (changed.IsGiven, changed.Model, changed.Vectors.Count));
    }

    private static IAgentVectors VectorsOf(RegistryHost host) => host.Services.GetRequiredService<IAgentVectors>();
}
