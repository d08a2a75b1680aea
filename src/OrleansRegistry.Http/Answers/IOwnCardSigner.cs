namespace OrleansRegistry.Http;

/// <summary>Signs cards, and other things, that the registry makes itself. The front end that has the key also publishes it, at <see cref="KeySetPath"/>.</summary>
internal interface IOwnCardSigner
{
    public const string KeySetPath = "/.well-known/jwks.json";

    /// <summary>Of the key that signs; null where there is none.</summary>
    string? KeyId { get; }

    /// <summary>The card with its signature.</summary>
    /// <param name="card">Of A2A 1.0, with nothing that is not signed: no unknown members, and no plain defaults.</param>
    /// <param name="keySetUrl">Where clients find the key.</param>
    ReadOnlyMemory<byte> Sign(ReadOnlyMemory<byte> card, string keySetUrl);

    /// <summary>A detached JWS in its compact form over something else that the registry says.</summary>
    /// <param name="type">The <c>typ</c> of its header: no kind of document is taken for another.</param>
    string SignDetached(ReadOnlyMemory<byte> payload, string type, string keySetUrl);
}
