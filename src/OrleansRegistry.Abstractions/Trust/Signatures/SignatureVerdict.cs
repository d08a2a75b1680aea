namespace OrleansRegistry;

/// <summary>What came of checking a card's signature. The numbers go between silos and the names are stored: never reuse one.</summary>
[GenerateSerializer, Alias("registry.SignatureVerdict")]
public enum SignatureVerdict : byte
{
    /// <summary>It was made for this card, with a key of an issuer that the registry trusts.</summary>
    Valid = 1,
    /// <summary>It is not well formed, or does not fit the card.</summary>
    Invalid = 2,
    /// <summary>It cannot be told: the key is not known, or of nobody that the registry trusts.</summary>
    Unknown = 3,
}

/// <summary>Names of <see cref="SignatureVerdict"/>.</summary>
public static class SignatureVerdicts
{
    /// <summary>What filters call it where an agent's card has no signature, or none was looked at yet.</summary>
    public const string None = "none";

    private static readonly EnumNames<SignatureVerdict> Names = new(
        (SignatureVerdict.Valid, "valid"),
        (SignatureVerdict.Invalid, "invalid"),
        (SignatureVerdict.Unknown, "unknown"));

    /// <summary>All names, for messages: <c>valid, invalid or unknown</c>.</summary>
    public static string AllNames => Names.All;

    /// <summary>The name in documents, such as <c>valid</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is not one of the enumeration.</exception>
    public static string ToName(this SignatureVerdict verdict) => Names.Of(verdict);

    /// <summary>Parses a name, case-sensitive; null when there is no such value.</summary>
    public static SignatureVerdict? TryParse(string? name) => Names.TryParse(name);
}
