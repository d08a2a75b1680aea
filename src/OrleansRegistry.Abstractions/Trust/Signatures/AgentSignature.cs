namespace OrleansRegistry;

/// <summary>What the registry found of the signatures of an agent's card, as last written. Immutable.</summary>
/// <param name="Verdict">Valid where one of the signatures is; else invalid where one is; else unknown.</param>
/// <param name="CheckedAt">When this was found first, in UTC, to the millisecond.</param>
/// <param name="Checks">Of each signature, in the card's order; up to <see cref="MostChecks"/>.</param>
[GenerateSerializer, Immutable, Alias("registry.AgentSignature")]
public sealed record AgentSignature(
    [property: Id(0)] SignatureVerdict Verdict,
    [property: Id(1)] DateTimeOffset CheckedAt,
    [property: Id(2)] IReadOnlyList<CardSignatureCheck> Checks)
{
    /// <summary>How many signatures of a card are looked at.</summary>
    public const int MostChecks = 8;

    /// <summary>Whether the keys of an issuer could not be read, so that it is checked again once they can.</summary>
    [Id(3)]
    public bool AwaitsKeys { get; init; }

    /// <summary>The issuer of the first signature that is valid: its URL, as the registry's settings have it; null where none is.</summary>
    public string? Issuer => Checks.FirstOrDefault(check => check.Verdict == SignatureVerdict.Valid)?.Issuer;

    /// <inheritdoc cref="AgentRecord.Unknown"/>
    [Id(31)]
    internal RawJson Unknown { get; init; }

    /// <summary>Whether another look found the same.</summary>
    internal bool IsSame(AgentSignature? other) =>
        other is not null && Verdict == other.Verdict && AwaitsKeys == other.AwaitsKeys && Checks.SequenceEqual(other.Checks);
}

/// <summary>What the registry found of one signature of a card.</summary>
/// <param name="Verdict">Of this one.</param>
[GenerateSerializer, Immutable, Alias("registry.CardSignatureCheck")]
public sealed record CardSignatureCheck([property: Id(0)] SignatureVerdict Verdict)
{
    /// <summary>The key that the signature names; null where it names none.</summary>
    [Id(1)]
    public string? KeyId { get; init; }

    /// <summary>How it says it was made, such as <c>ES256</c>; null where it says nothing.</summary>
    [Id(2)]
    public string? Algorithm { get; init; }

    /// <summary>Whose key it is; null where nobody's that the registry trusts.</summary>
    [Id(3)]
    public string? Issuer { get; init; }

    /// <summary>Which bytes were signed; null unless it is valid.</summary>
    [Id(4)]
    public SignedForm? Form { get; init; }

    /// <summary>In a sentence, why it is not valid; null where it is.</summary>
    [Id(5)]
    public string? Reason { get; init; }
}
