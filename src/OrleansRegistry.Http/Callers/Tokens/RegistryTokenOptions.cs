namespace OrleansRegistry.Http;

/// <summary>Which JSON web tokens say who calls, and how. See <c>docs/trust.md</c>.</summary>
public sealed class RegistryTokenOptions
{
    /// <summary>The OpenID provider whose discovery document names issuer and keys. Null: see <see cref="KeySet"/>.</summary>
    public string? Authority { get; set; }

    /// <summary>The keys where there is no discovery: a file with a JWKS (RFC 7517), or its URL.</summary>
    public string? KeySet { get; set; }

    /// <summary>Which issuers are believed (<c>iss</c>). Empty: the one that <see cref="Authority"/> names.</summary>
    public IReadOnlyList<string> Issuers { get; set; } = [];

    /// <summary>Tokens are for one of these (<c>aud</c>). At least one.</summary>
    public IReadOnlyList<string> Audiences { get; set; } = [];

    /// <summary>With which algorithms a token may be signed.</summary>
    public IReadOnlyList<string> Algorithms { get; set; } = TokenSettings.AllAlgorithms;

    /// <summary>The claim that names the caller's tenant.</summary>
    public string TenantClaim { get; set; } = "tenant";

    /// <summary>The claim that names the caller's subject.</summary>
    public string SubjectClaim { get; set; } = "sub";

    /// <summary>The tenant of callers whose token has no <see cref="TenantClaim"/>. Null: such a token is refused.</summary>
    public string? DefaultTenant { get; set; }

    /// <summary>The claim that names the caller's roles: an array of strings, or one with spaces between. Others than the registry's own do not count.</summary>
    public string RolesClaim { get; set; } = "roles";

    /// <summary>Whether the role <c>operator</c> of a token counts, which is one over all tenants (<c>REGISTRY_JWT_OPERATORS</c>).</summary>
    public bool AllowsOperators { get; set; }

    /// <summary>The roles of callers whose token names none (<see cref="RegistryRoles"/>); none: such a caller may do nothing.</summary>
    public IReadOnlyList<string> DefaultRoles { get; set; } = ["user"];

    /// <summary>By how much clocks may differ: 0 to 5 minutes.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the keys are read anew: 5 seconds to a day. A token with a key that is not known has them read at once.</summary>
    public TimeSpan KeyRefresh { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether tokens are asked for.</summary>
    public bool IsOn => Authority is not null || KeySet is not null;

    /// <summary>In the place of connections of its own.</summary>
    internal HttpMessageHandler? Backchannel { get; set; }

    internal IEnumerable<string> Faults()
    {
        if (!IsOn)
        {
            if (Issuers.Count > 0 || Audiences.Count > 0 || DefaultTenant is not null)
            {
                yield return "REGISTRY_JWT_ISSUERS, REGISTRY_JWT_AUDIENCES and REGISTRY_JWT_DEFAULT_TENANT say which tokens count, but no tokens are "
                    + "asked for: name the keys by REGISTRY_JWT_AUTHORITY or REGISTRY_JWT_KEYS";
            }

            yield break;
        }

        if (Authority is not null && KeySet is not null)
        {
            yield return "Authority (REGISTRY_JWT_AUTHORITY) and KeySet (REGISTRY_JWT_KEYS) both name keys: set one of them";
        }

        if (KeySet is not null && Issuers.Count == 0)
        {
            yield return "Issuers (REGISTRY_JWT_ISSUERS) is missing: KeySet (REGISTRY_JWT_KEYS) does not say whose keys they are";
        }

        if (Audiences.Count == 0)
        {
            yield return "Audiences (REGISTRY_JWT_AUDIENCES) is missing: a token for another service must not count here";
        }

        if (Algorithms.Count == 0)
        {
            yield return "Algorithms (REGISTRY_JWT_ALGORITHMS) has none";
        }
    }
}
