namespace OrleansRegistry.Model.Tests;

public sealed class AgentWriteTests
{
    private static readonly AgentRecord Agent = new() { Tenant = "default", Id = "a", Card = RawJson.FromValid("""{"name":"a"}"""u8) };

    [Fact]
    public void All_who_ask_for_the_committed_agent_share_it()
    {
        var write = new AgentWrite(Agent);
        var committed = write.At(7);
        Assert.Equal(Agent with { Revision = 7 }, committed);
        Assert.Same(committed, write.At(7));
        Assert.Equal(0, write.Agent.Revision);
    }

    [Fact]
    public void Another_revision_is_another_agent()
    {
        var write = new AgentWrite(Agent);
        Assert.Equal(7, write.At(7).Revision);
        Assert.Equal(8, write.At(8).Revision);
    }
}
