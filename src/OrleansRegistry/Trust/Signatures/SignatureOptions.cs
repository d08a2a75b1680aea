namespace OrleansRegistry.Trust.Signatures;

/// <summary>Whose signatures of cards count, and what is asked of cards.</summary>
public sealed record SignatureOptions
{
    /// <summary>Each <c>URL</c> or <c>URL=KEYS</c> (<c>REGISTRY_CARD_ISSUERS</c>).</summary>
    public IReadOnlyList<string> Issuers { get; init; } = [];

    /// <summary>How often their keys are read anew (<c>REGISTRY_CARD_ISSUER_REFRESH_SECONDS</c>).</summary>
    public TimeSpan Refresh { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Refuse agents whose card has no valid signature (<c>A2A_REGISTRY_REQUIRE_SIGNATURE_VERIFICATION</c>).</summary>
    public bool Required { get; init; }

    /// <summary>
    /// The least trust level of new agents, and of agents with a new card, in tenants whose policy names none (<c>REGISTRY_MINIMUM_TRUST_LEVEL</c>): one of
    /// <see cref="TrustLevels"/>.
    /// </summary>
    public string MinimumTrustLevel { get; init; } = TrustLevels.Unspecified;

    /// <summary>What keys are asked for through; null: the network. A test sets it.</summary>
    internal HttpMessageHandler? Backchannel { get; init; }
}
