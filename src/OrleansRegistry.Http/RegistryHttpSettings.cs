using System.Diagnostics.CodeAnalysis;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Http;

/// <summary>The settings of all that answers HTTP.</summary>
public static class RegistryHttpSettings
{
    private const int LeastBody = 1024;
    private const int MostBody = int.MaxValue / 2;
    private const string Lists = ";,";

    /// <summary>All of them, by what they are about.</summary>
    public static IReadOnlyList<SettingGroup> Groups => All;

    internal static SettingGroup<RegistryHttpOptions>[] All { get; } =
    [
        new SettingGroup<RegistryHttpOptions>("HTTP")
            .Add(
                "REGISTRY_PUBLIC_URL",
                SettingKind.Text("an absolute http or https URL without user, query and fragment", IsPublicUrl),
                "Where clients reach the registry: its address in its own agent card and the OpenAPI document, its path in `Location`. "
                + "Its host is allowed.",
                options => options.PublicUrl,
                (options, value) => options.PublicUrl = value,
                new() { Unset = "from the request", More = "operating.md#web-pages-and-proxies" })
            .Add(
                "REGISTRY_ALLOWED_HOSTS",
                SettingKind.List("host names without a port, such as `registry.example.com;*.svc.cluster.local`, or `*` for all", Lists, IsHost),
                "Further names by which clients call this server: a request for another host is 400. Loopback, the addresses listened on and "
                + "`REGISTRY_PUBLIC_URL` need not be named.",
                options => options.AllowedHosts,
                (options, value) => options.AllowedHosts = value)
            .Add(
                "REGISTRY_TRUSTED_PROXIES",
                SettingKind.List("addresses or networks, such as `10.0.0.7;10.0.0.0/8;fd00::/8`", Lists, TrustedProxies.IsOne),
                "The proxies in front, whose `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix` are believed.",
                options => options.TrustedProxies,
                (options, value) => options.TrustedProxies = value,
                new() { More = "operating.md#web-pages-and-proxies" })
            .Add(
                "REGISTRY_CORS_ORIGINS",
                SettingKind.List("origins, such as `https://console.example.com`, or `*` for all", Lists, CorsRules.IsOrigin),
                "The web pages that may use the registry: unsafe requests of others are 403.",
                options => options.CorsOrigins,
                (options, value) => options.CorsOrigins = value,
                new() { More = "operating.md#web-pages-and-proxies" })
            .Add(
                "REGISTRY_MAX_BODY_BYTES",
                SettingKind.Number<long>(LeastBody, MostBody),
                "The largest request.",
                options => options.MaxBodyBytes,
                (options, value) => options.MaxBodyBytes = value)
            .Add(
                "REGISTRY_MAX_TASK_BODY_BYTES",
                SettingKind.Number<long>(LeastBody, MostBody),
                "The largest request about tasks and contexts.",
                options => options.MaxTaskBodyBytes,
                (options, value) => options.MaxTaskBodyBytes = value,
                new() { Unset = "four times `REGISTRY_MAX_MESSAGE_BYTES`" }),
        new SettingGroup<RegistryHttpOptions>("Callers")
            .Add(
                "REGISTRY_ALLOW_ANONYMOUS",
                SettingKind.Flag,
                "Serve other addresses than loopback without asking who calls: whoever reaches the server may do everything.",
                options => options.AllowAnonymous,
                (options, value) => options.AllowAnonymous = value,
                new() { More = "trust.md" })
            .Add(
                "REGISTRY_API_KEYS",
                SettingKind.Flag,
                "Ask each request for an API key (`Authorization: Bearer ork_…`, or `X-API-Key`), or a token where those are asked for too. "
                + "Without one it is 401.",
                options => options.ApiKeys,
                (options, value) => options.ApiKeys = value,
                new() { More = "trust.md#api-keys" })
            .Add(
                "REGISTRY_ADMIN_KEY",
                SettingKind.Text("an API key", text => text.Length > 0),
                "The key of who runs the registry, stored at each start. Without one, and where nobody has any, a key is made and shown once.",
                options => options.AdminKey,
                (options, value) => options.AdminKey = value,
                new() { More = "trust.md#the-first-key", IsSecret = true })
            .Add(
                "REGISTRY_ADMIN_KEY_FILE",
                SettingKind.Text("a path", text => text.Length > 0),
                "A file with that key.",
                options => options.AdminKeyFile,
                (options, value) => options.AdminKeyFile = value,
                new() { More = "trust.md#the-first-key" })
            .Add(
                "REGISTRY_LOGINS",
                SettingKind.Flag,
                "Have users log in by name and password, and take their sessions (`Authorization: Bearer ors_…`), beside keys and tokens where those "
                + "are asked for. Without one it is 401.",
                options => options.Logins,
                (options, value) => options.Logins = value,
                new() { More = "trust.md#logins" })
            .Add(
                "REGISTRY_ADMIN_PASSWORD",
                SettingKind.Text("a password", text => text.Length > 0),
                "The password of the first user, `admin`, made at the start where no user runs the registry. Without one it is made and shown once.",
                options => options.AdminPassword,
                (options, value) => options.AdminPassword = value,
                new() { More = "trust.md#logins", IsSecret = true })
            .Add(
                "REGISTRY_ADMIN_PASSWORD_FILE",
                SettingKind.Text("a path", text => text.Length > 0),
                "A file with that password.",
                options => options.AdminPasswordFile,
                (options, value) => options.AdminPasswordFile = value,
                new() { More = "trust.md#logins" })
            .Add(
                "REGISTRY_TRUST_CALLER_HEADERS",
                SettingKind.Flag,
                "Believe `X-Registry-Tenant` and `X-Registry-Subject` of a gateway that sets them: one of `REGISTRY_TRUSTED_PROXIES`, or on this "
                + "machine where that is not set. Else, and without them, a request is 401.",
                options => options.TrustCallerHeaders,
                (options, value) => options.TrustCallerHeaders = value,
                new() { More = "tasks.md#whose-tasks" })
            .Add(
                "REGISTRY_TRUST_SCOPE_HEADER",
                SettingKind.Flag,
                "Believe `X-Registry-Scope: tenant`, by which a request reads, lists and counts across owners: only behind a gateway that grants it.",
                options => options.TrustScopeHeader,
                (options, value) => options.TrustScopeHeader = value,
                new() { More = "tasks.md#whose-tasks" })
            .Add(
                "REGISTRY_DEFAULT_CALLER",
                SettingKind.Of<Caller?>(
                    "a tenant (letters, digits, `-`, `_`, `.`) and a subject with a slash between, such as `acme/default`",
                    ReadCaller,
                    caller => caller is null ? "" : $"{caller.Tenant}/{caller.Subject}",
                    caller => caller is null || IsCaller(caller)),
                "Who calls where the headers do not say.",
                options => options.DefaultCaller,
                (options, value) => options.DefaultCaller = value,
                new() { Unset = "none where headers are trusted, else `default/default`" }),
        TokenSettings.Group,
        CertificateSettings.Group,
        RequestLimitSettings.Group,
    ];

    private static bool ReadCaller(string text, [MaybeNullWhen(false)] out Caller? value)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        value = slash < 0 ? null : new Caller(text[..slash], text[(slash + 1)..]);
        return slash >= 0;
    }

    private static bool IsCaller(Caller caller)
    {
        try
        {
            Identifiers.CheckCaller(caller);
            return true;
        }
        catch (RegistryException)
        {
            return false;
        }
    }

    private static bool IsHost(string text) =>
        text == "*"
        || Uri.CheckHostName(text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text.Trim('[', ']')) != UriHostNameType.Unknown;

    private static bool IsPublicUrl(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https"
        && url.Query is "" && url.Fragment is "" && url.UserInfo is "";
}
