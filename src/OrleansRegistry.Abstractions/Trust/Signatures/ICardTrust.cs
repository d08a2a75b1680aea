namespace OrleansRegistry;

/// <summary>Whose signatures of cards a tenant trusts, beside those that the registry's settings name, and what it asks of cards.</summary>
public interface ICardTrust
{
    /// <summary>The issuers of the caller's tenant, in the order of their ids, and those of the settings behind them.</summary>
    Task<IReadOnlyList<CardIssuerInfo>> ListIssuersAsync(Caller caller, CancellationToken cancellationToken = default);

    /// <summary>Trusts an issuer, or has another in the place of one. Signed cards of the tenant are then checked again, in the background.</summary>
    /// <param name="id">What to call it: 1 to 100 UTF-16 code units.</param>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Invalid"/>: it cannot be one; <see cref="RegistryError.Conflict"/>: the tenant has <see cref="CardIssuerInfo.MostOfTenant"/>.
    /// </exception>
    Task<CardIssuerInfo> PutIssuerAsync(Caller caller, string id, CardIssuerChange change, CancellationToken cancellationToken = default);

    /// <summary>Trusts an issuer no more.</summary>
    /// <returns>False where there was none.</returns>
    Task<bool> RemoveIssuerAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>What the caller's tenant asks of cards.</summary>
    Task<CardPolicy> GetPolicyAsync(Caller caller, CancellationToken cancellationToken = default);

    /// <summary>Asks for this from now on, in the place of what was asked for. Agents that are there already stay.</summary>
    Task<CardPolicy> PutPolicyAsync(Caller caller, CardPolicy policy, CancellationToken cancellationToken = default);
}

/// <summary>Somebody whose signatures of cards are to count.</summary>
/// <param name="Url">
/// What it is called in verdicts, and below which a signature's <c>jku</c> must be: https, or http on loopback, without query and user name; up to 2,048
/// characters.
/// </param>
public sealed record CardIssuerChange(string Url)
{
    /// <summary>
    /// Where its keys are (JWKS): a URL like it. Null: at <c>/.well-known/jwks.json</c> below it, unless <see cref="Keys"/> has them. It is asked as the URLs
    /// of cards are: at public addresses only, and those that settings allow.
    /// </summary>
    public string? KeysUrl { get; init; }

    /// <summary>Its keys themselves: a JWKS of up to 64 KiB; empty where they are to be read.</summary>
    public ReadOnlyMemory<byte> Keys { get; init; }
}

/// <summary>Somebody whose signatures of cards count, as it is known.</summary>
/// <param name="Id">Within the tenant; null of one that the settings name.</param>
/// <param name="Url">As of <see cref="CardIssuerChange"/>.</param>
public sealed record CardIssuerInfo(string? Id, string Url)
{
    /// <summary>The most that a tenant has.</summary>
    public const int MostOfTenant = 20;

    /// <summary>Where its keys are read; null where they were given, or the settings name a file.</summary>
    public string? KeysUrl { get; init; }

    /// <summary>The ids of its keys, as this node knows them, in ordinal order; up to 100.</summary>
    public IReadOnlyList<string> KeyIds { get; init; } = [];

    /// <summary>Whether they could not be read when that was last tried, or were not yet.</summary>
    public bool AwaitsKeys { get; init; }
}
