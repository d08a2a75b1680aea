using OrleansRegistry.A2A.Service;

namespace OrleansRegistry.A2A.Tests;

/// <summary>What is read of a card, with each message to its agent.</summary>
public sealed class FrontedAgentTests
{
    [Fact]
    public void A_card_is_read_once_whatever_is_known_of_its_agent_since()
    {
        var agent = New("""{"capabilities":{"streaming":false}}""");
        var read = FrontedAgent.Of(agent);
        Assert.False(read.Streams);
        Assert.Same(read, FrontedAgent.Of(agent with { TrustLevel = TrustLevels.Official, Revision = 2 }));
        Assert.True(FrontedAgent.Of(agent with { Card = New("{}").Card }).Streams);
    }

    private static AgentRecord New(string card) => new()
    {
        Tenant = "acme",
        Id = "a",
        Card = RawJson.FromValid(System.Text.Encoding.UTF8.GetBytes(card)),
    };
}
