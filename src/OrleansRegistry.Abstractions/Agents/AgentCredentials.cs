namespace OrleansRegistry;

/// <summary>
/// What the registry shows to an agent to which it passes messages on (<see cref="AgentDelivery.Forward"/>): headers of each request. Write-only: no
/// answer has them.
/// </summary>
[GenerateSerializer, Immutable, Alias("registry.AgentCredentials")]
public sealed record AgentCredentials
{
    /// <param name="headers">Up to <see cref="MaxHeaders"/>, such as <c>Authorization: Bearer …</c> or <c>X-API-Key</c>; a value has 1 to 4,096
    /// printable ASCII characters. None: those that were set are removed.</param>
    public AgentCredentials(IReadOnlyDictionary<string, string> headers) => Headers = headers;

    /// <summary>The most headers of one agent.</summary>
    public const int MaxHeaders = 10;

    /// <summary>The headers by their names.</summary>
    [Id(0)]
    public IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>
    /// The origin of the interface that the card led to when they were set (<c>https://agent.example:8443</c>): they are sent to no other, whatever card
    /// the agent gets.
    /// </summary>
    [Id(1)]
    internal IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Without what is secret.</summary>
    public override string ToString() => $"{Headers.Count} headers";
}
