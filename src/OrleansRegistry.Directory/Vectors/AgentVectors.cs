namespace OrleansRegistry.Directory;

/// <summary>One vector of an agent.</summary>
/// <param name="Field">What of the card it is of.</param>
/// <param name="Text">Stands for the text that it was made of; of one that a caller gave, for its values.</param>
/// <param name="Values">Of length 1.</param>
internal sealed record FieldVector(string Field, TextHash Text, float[] Values);

/// <summary>The vectors of one agent: those that the registry made, as they are stored, or those that a caller gave.</summary>
internal sealed record AgentVectors
{
    public required string Tenant { get; init; }

    public required string AgentId { get; init; }

    /// <summary>Of the agent that they are of: they are nothing to a later one with its id.</summary>
    public required DateTimeOffset AgentCreatedAt { get; init; }

    /// <summary>What made them.</summary>
    public required string Model { get; init; }

    /// <summary>Stands for the card that they were made of; of those that a caller gave, nothing.</summary>
    public TextHash Card { get; init; }

    public required IReadOnlyList<FieldVector> Vectors { get; init; }

    /// <summary>When a caller gave them; of those that the registry made, nothing.</summary>
    public DateTimeOffset WrittenAt { get; init; }

    /// <summary>What a newer version stored beside.</summary>
    public RawJson Unknown { get; init; }

    /// <summary>In the store; of those that a caller gave, their number.</summary>
    public long Version { get; init; }

    /// <summary>Whether they are what a search compares, or others are to be made.</summary>
    /// <param name="model">What makes vectors now.</param>
    public bool AreCurrent(AgentRecord agent, string model) =>
        AgentCreatedAt == agent.CreatedAt && Model == model && Card == TextHash.Of(agent.Card.Utf8.Span);
}
