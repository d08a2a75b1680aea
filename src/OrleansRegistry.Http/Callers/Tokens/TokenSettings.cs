using OrleansRegistry.Settings;

namespace OrleansRegistry.Http;

/// <summary>The settings of <see cref="RegistryTokenOptions"/>.</summary>
internal static class TokenSettings
{
    private const int MostTexts = 2048;
    private const string Lists = ";,";
    private const string PageOf = "trust.md#tokens";

    /// <summary>Those with a key pair: with a shared secret, whoever can check a token could make one.</summary>
    public static IReadOnlyList<string> AllAlgorithms { get; } =
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    public static SettingGroup<RegistryHttpOptions> Group { get; } = new SettingGroup<RegistryHttpOptions>("Tokens of callers")
        .Add(
            "REGISTRY_JWT_AUTHORITY",
            SettingKind.Text("an https URL without query, or an http one on loopback", IsUrl),
            "Ask each request for a JSON web token of this OpenID provider, whose discovery document names issuer and keys. Without one it is 401.",
            options => options.Tokens.Authority,
            (options, value) => options.Tokens.Authority = value,
            new() { More = PageOf })
        .Add(
            "REGISTRY_JWT_KEYS",
            SettingKind.Text("the path of a file, or a URL as of `REGISTRY_JWT_AUTHORITY`", IsPlace),
            "The same with given keys (JWKS) in the place of discovery.",
            options => options.Tokens.KeySet,
            (options, value) => options.Tokens.KeySet = value,
            new() { More = PageOf })
        .Add(
            "REGISTRY_JWT_ISSUERS",
            SettingKind.List("values of the claim `iss`", Lists, IsShort),
            "Whose tokens count.",
            options => options.Tokens.Issuers,
            (options, value) => options.Tokens.Issuers = value,
            new() { Unset = "the issuer that `REGISTRY_JWT_AUTHORITY` is" })
        .Add(
            "REGISTRY_JWT_AUDIENCES",
            SettingKind.List("values of the claim `aud`", Lists, IsShort),
            "For whom tokens are: one of these must be among a token's. Needed where tokens are asked for.",
            options => options.Tokens.Audiences,
            (options, value) => options.Tokens.Audiences = value)
        .Add(
            "REGISTRY_JWT_ALGORITHMS",
            SettingKind.List(
                $"of {string.Join(", ", AllAlgorithms.Select(name => $"`{name}`"))}", Lists, AllAlgorithms.Contains),
            "How tokens may be signed.",
            options => options.Tokens.Algorithms,
            (options, value) => options.Tokens.Algorithms = value,
            new() { Unset = "all of them" })
        .Add(
            "REGISTRY_JWT_TENANT_CLAIM",
            SettingKind.Of<string>("the name of a claim", ReadText, value => value, IsShort),
            "Names the tenant.",
            options => options.Tokens.TenantClaim,
            (options, value) => options.Tokens.TenantClaim = value)
        .Add(
            "REGISTRY_JWT_SUBJECT_CLAIM",
            SettingKind.Of<string>("the name of a claim", ReadText, value => value, IsShort),
            "Names the subject.",
            options => options.Tokens.SubjectClaim,
            (options, value) => options.Tokens.SubjectClaim = value)
        .Add(
            "REGISTRY_JWT_DEFAULT_TENANT",
            SettingKind.Text("a tenant (letters, digits, `-`, `_`, `.`)", IsTenant),
            "The tenant of whose token has no claim of a tenant; such tokens are refused without it.",
            options => options.Tokens.DefaultTenant,
            (options, value) => options.Tokens.DefaultTenant = value)
        .Add(
            "REGISTRY_JWT_ROLES_CLAIM",
            SettingKind.Of<string>("the name of a claim", ReadText, value => value, IsShort),
            "Names the roles.",
            options => options.Tokens.RolesClaim,
            (options, value) => options.Tokens.RolesClaim = value,
            new() { More = "trust.md#roles-and-permissions" })
        .Add(
            "REGISTRY_JWT_DEFAULT_ROLES",
            SettingKind.List(
                $"of {string.Join(", ", RegistryRoles.All.Select(role => $"`{role}`"))}", Lists, role => RegistryRoles.Find(role) is not null),
            "The roles of whose token has no claim of roles.",
            options => options.Tokens.DefaultRoles,
            (options, value) => options.Tokens.DefaultRoles = value)
        .Add(
            "REGISTRY_JWT_OPERATORS",
            SettingKind.Flag,
            "Whether the role `operator` of a token counts. It is one over all tenants.",
            options => options.Tokens.AllowsOperators,
            (options, value) => options.Tokens.AllowsOperators = value,
            new() { More = "trust.md#roles-and-permissions" })
        .Add(
            "REGISTRY_JWT_CLOCK_SKEW_SECONDS",
            SettingKind.Seconds(0, 300),
            "By how much the clocks of registry and provider may differ.",
            options => options.Tokens.ClockSkew,
            (options, value) => options.Tokens.ClockSkew = value)
        .Add(
            "REGISTRY_JWT_REFRESH_SECONDS",
            SettingKind.Seconds(5, 86_400),
            "How often the keys are read anew. A token with a key that is not known has them read at once.",
            options => options.Tokens.KeyRefresh,
            (options, value) => options.Tokens.KeyRefresh = value);

    /// <summary>Whether keys may come from there: what comes in clear text over a network could be anybody's.</summary>
    public static bool IsUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback))
        && url.Query.Length == 0 && url.Fragment.Length == 0 && url.UserInfo.Length == 0;

    private static bool IsPlace(string text) => text.Contains("://", StringComparison.Ordinal) ? IsUrl(text) : IsShort(text);

    private static bool IsShort(string text) => text.Length is > 0 and <= MostTexts && !text.Any(char.IsControl);

    public static bool IsTenant(string text)
    {
        try
        {
            Identifiers.CheckTenant(text);
            return true;
        }
        catch (RegistryException)
        {
            return false;
        }
    }

    private static bool ReadText(string text, out string value)
    {
        value = text;
        return true;
    }
}
