using OrleansRegistry.Settings;

namespace OrleansRegistry.Http;

/// <summary>The settings of <see cref="RegistryCertificateOptions"/>.</summary>
internal static class CertificateSettings
{
    public const string AuthorityFile = "REGISTRY_CLIENT_CERT_CA_FILE";

    private const string Lists = ";,";
    private const string PageOf = "trust.md#client-certificates";

    public static SettingGroup<RegistryHttpOptions> Group { get; } = new SettingGroup<RegistryHttpOptions>("Client certificates")
        .Add(
            AuthorityFile,
            SettingKind.Text("the path of a file in PEM", text => text.Length > 0),
            "Take the client certificates that a proxy forwards, where one of these authorities has signed them: one of `REGISTRY_TRUSTED_PROXIES`, or on "
                + "this machine where that is not set. A request without a certificate, or another credential that is asked for, is 401.",
            options => options.Certificates.AuthorityFile,
            (options, value) => options.Certificates.AuthorityFile = value,
            new() { More = PageOf })
        .Add(
            "REGISTRY_CLIENT_CERT_HEADER",
            SettingKind.Of<string>("the name of a header", CertificateRoles.ReadText, value => value, IsHeader),
            "The header by which the proxy forwards it: as RFC 9440 has it, as nginx's `$ssl_client_escaped_cert`, or as base64 of DER.",
            options => options.Certificates.Header,
            (options, value) => options.Certificates.Header = value)
        .Add(
            "REGISTRY_CLIENT_CERT_SUBJECT",
            SettingKind.OneOf(
                ("uri-or-cn", CertificateSubject.UriOrName),
                ("uri", CertificateSubject.Uri),
                ("dns", CertificateSubject.Dns),
                ("email", CertificateSubject.Email),
                ("cn", CertificateSubject.Name)),
            "What of a certificate is the caller's subject.",
            options => options.Certificates.Subject,
            (options, value) => options.Certificates.Subject = value)
        .Add(
            "REGISTRY_CLIENT_CERT_TENANT",
            SettingKind.Of<string>("a tenant (letters, digits, `-`, `_`, `.`)", CertificateRoles.ReadText, value => value, TokenSettings.IsTenant),
            "The tenant of callers with a certificate.",
            options => options.Certificates.Tenant,
            (options, value) => options.Certificates.Tenant = value)
        .Add(
            "REGISTRY_CLIENT_CERT_TENANT_FROM",
            SettingKind.Optional(SettingKind.OneOf(("o", CertificateTenant.Organization), ("ou", CertificateTenant.Unit))),
            "What of a certificate's subject names the tenant instead: the organization or its unit.",
            options => options.Certificates.TenantFrom,
            (options, value) => options.Certificates.TenantFrom = value,
            new() { Unset = "nothing: it is `REGISTRY_CLIENT_CERT_TENANT`" })
        .Add(
            "REGISTRY_CLIENT_CERT_ROLES",
            SettingKind.List("entries such as `acme/ann=admin;acme/*=viewer;*=viewer`", Lists, CertificateRoles.IsEntry),
            "The roles of callers with a certificate, by tenant and subject. Whom no entry names may do nothing; `operator` is for one caller an entry.",
            options => options.Certificates.Roles,
            (options, value) => options.Certificates.Roles = value,
            new() { More = "trust.md#roles-and-permissions" });

    private static bool IsHeader(string text) =>
        text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
