namespace OrleansRegistry.Trust;

/// <summary>
/// What an agent's grain checks of who changes the agent: only it knows whose the agent is by now, and who sees it. A call from an older silo asks for
/// nothing.
/// </summary>
[Flags]
internal enum ActingRule
{
    None = 0,

    /// <summary>The caller changes no agents but its own: its roles let it manage none.</summary>
    OwnAlone = 1,

    /// <summary>The caller manages agents, and changes those of others as their owner.</summary>
    AsOwner = 2,

    /// <summary>Of agents that are for those named, the caller sees those that name it.</summary>
    SeesIfNamed = 4,
}
