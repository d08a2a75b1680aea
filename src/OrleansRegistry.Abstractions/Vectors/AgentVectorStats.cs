namespace OrleansRegistry;

/// <summary>The vectors of one tenant's agents, as far as this node has read them.</summary>
/// <param name="Agents">How many agents have vectors.</param>
/// <param name="Vectors">How many vectors these have.</param>
/// <param name="Waiting">How many agents wait: to be embedded, or for the vectors that they were given to be read.</param>
/// <param name="Models">By model and number of dimensions.</param>
public sealed record AgentVectorStats(int Agents, int Vectors, int Waiting, IReadOnlyList<AgentVectorSpace> Models)
{
    /// <summary>What the registry makes vectors with; null where it makes none.</summary>
    public string? OwnModel { get; init; }

    /// <summary>How many bytes the numbers of all these vectors take.</summary>
    public long Bytes => Models.Sum(model => (long)model.Vectors * model.Dimensions * sizeof(float));
}

/// <summary>Vectors that can be compared with one another.</summary>
/// <param name="Model">What made them.</param>
/// <param name="Dimensions">How many numbers each has.</param>
/// <param name="IsGiven">Whether callers gave them; else the registry made them.</param>
/// <param name="Agents">How many agents have some.</param>
/// <param name="Vectors">How many there are.</param>
public sealed record AgentVectorSpace(string Model, int Dimensions, bool IsGiven, int Agents, int Vectors);
