namespace OrleansRegistry;

/// <summary>Which extensions the registry lists, and the trust level they are listed with.</summary>
/// <param name="DevelopmentMode">All extensions are listed, with <paramref name="DevelopmentTrustLevel"/>.</param>
/// <param name="RequireVerification">Outside development: list only the extensions of <paramref name="Allowlist"/>.</param>
/// <param name="DevelopmentTrustLevel">One of <see cref="TrustLevels"/>.</param>
/// <param name="Allowlist">The URIs of the allowed extensions; null for none.</param>
public sealed record ExtensionPolicy(
    bool DevelopmentMode = true,
    bool RequireVerification = false,
    string DevelopmentTrustLevel = TrustLevels.Unverified,
    IReadOnlySet<string>? Allowlist = null)
{
    /// <summary>The trust level of every listed extension: one of <see cref="TrustLevels"/>.</summary>
    public string TrustLevel => DevelopmentMode ? DevelopmentTrustLevel : TrustLevels.Unverified;

    /// <summary>Whether all extensions are listed.</summary>
    public bool AllowsAll => DevelopmentMode || !RequireVerification;

    /// <summary>Whether the extension with this URI is listed.</summary>
    public bool Allows(string uri) => AllowsAll || Allowlist?.Contains(uri) == true;
}
