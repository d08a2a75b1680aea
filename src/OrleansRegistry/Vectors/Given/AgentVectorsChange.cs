namespace OrleansRegistry.Vectors.Given;

/// <summary>Vectors for an agent, checked; without a model, those that it was given are taken away.</summary>
/// <param name="Subject">Who asks for it.</param>
[GenerateSerializer, Immutable, Alias("registry.AgentVectorsChange")]
internal sealed record AgentVectorsChange([property: Id(0)] WriteCondition Condition, [property: Id(1)] string Subject)
{
    [Id(2)]
    public string? Model { get; init; }

    [Id(3)]
    public int Dimensions { get; init; }

    [Id(4)]
    public int Count { get; init; }

    /// <inheritdoc cref="GivenVectors.Document"/>
    [Id(5)]
    public RawJson Document { get; init; }

    /// <inheritdoc cref="GivenVectors.Values"/>
    [Id(6)]
    public byte[] Values { get; init; } = [];

    /// <summary>The vectors as the agent has them once its record names them.</summary>
    public GivenVectors For(AgentRecord agent, AgentVectorInfo info) => new()
    {
        Tenant = agent.Tenant,
        AgentId = agent.Id,
        AgentCreatedAt = agent.CreatedAt,
        Info = info,
        WrittenBy = Subject,
        CardNumber = agent.VersionNumber,
        Document = Document,
        Values = Values,
    };
}
