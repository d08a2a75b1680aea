namespace OrleansRegistry;

/// <summary>Which extensions the registry lists, and how far it trusts them.</summary>
/// <param name="DevelopmentMode">All extensions are listed, with <paramref name="DevelopmentTrustLevel"/>.</param>
/// <param name="RequireVerification">Outside development: list only what <paramref name="Allowlist"/> names.</param>
public sealed record ExtensionPolicy(
    bool DevelopmentMode = true,
    bool RequireVerification = false,
    string DevelopmentTrustLevel = TrustLevels.Unverified,
    IReadOnlySet<string>? Allowlist = null)
{
    public string TrustLevel => DevelopmentMode ? DevelopmentTrustLevel : TrustLevels.Unverified;

    public bool Allows(string uri) => DevelopmentMode || !RequireVerification || Allowlist?.Contains(uri) == true;
}
