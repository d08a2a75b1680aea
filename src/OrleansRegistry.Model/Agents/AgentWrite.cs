namespace OrleansRegistry.Model;

/// <summary>An agent on its way to the store, where it gets its revision, and what this process knows of its card.</summary>
/// <param name="agent">Its revision does not count.</param>
/// <param name="reading">The reading of its card, where this process has made it.</param>
public sealed class AgentWrite(AgentRecord agent, AgentCard? reading = null)
{
    private volatile AgentRecord? committed;

    public AgentRecord Agent => agent;

    public AgentCard? Reading => reading;

    /// <summary>The agent as committed. All who ask share one copy of it: its grain keeps it, and the directory does.</summary>
    public AgentRecord At(long revision) => committed is { } known && known.Revision == revision ? known : committed = agent with { Revision = revision };
}
