namespace OrleansRegistry.Directory;

/// <summary>One vector of an agent.</summary>
/// <param name="Field">What of the card it is of.</param>
/// <param name="Text">Stands for the text that it was made of; of a caller's, for its values.</param>
/// <param name="Values">Of length 1.</param>
internal sealed record FieldVector(string Field, TextHash Text, float[] Values);

/// <summary>The vectors of one agent, as they are stored.</summary>
internal sealed record AgentVectors
{
    public required string Tenant { get; init; }

    public required string AgentId { get; init; }

    /// <summary>Of the agent that they are of: they are nothing to a later one with its id.</summary>
    public required DateTimeOffset AgentCreatedAt { get; init; }

    /// <summary>What made them; null where a caller gave them.</summary>
    public required string? Model { get; init; }

    /// <summary>Stands for the card that they were made of; of a caller's, nothing.</summary>
    public TextHash Card { get; init; }

    public required IReadOnlyList<FieldVector> Vectors { get; init; }

    /// <summary>Of a caller's: what it gave, as it is shown again; not held in memory. Else empty.</summary>
    public RawJson Given { get; init; }

    /// <summary>What a newer version stored beside.</summary>
    public RawJson Unknown { get; init; }

    /// <summary>In the store.</summary>
    public long Version { get; init; }

    public bool AreGiven => Model is null;

    /// <summary>Whether they are what a search compares, or others are to be made.</summary>
    /// <param name="model">What makes vectors now.</param>
    public bool AreCurrent(AgentRecord agent, string model) =>
        AgentCreatedAt == agent.CreatedAt && (AreGiven || (Model == model && Card == TextHash.Of(agent.Card.Utf8.Span)));
}
