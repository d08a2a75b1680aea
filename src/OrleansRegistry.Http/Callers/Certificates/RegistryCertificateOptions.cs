namespace OrleansRegistry.Http;

/// <summary>Client certificates that a proxy in front checks and forwards: which of them say who calls, and how. See <c>docs/trust.md</c>.</summary>
public sealed class RegistryCertificateOptions
{
    /// <summary>A file with the authorities that sign them, in PEM: at least one root. Null: certificates say nothing.</summary>
    public string? AuthorityFile { get; set; }

    /// <summary>
    /// The header by which the proxy forwards the certificate: as RFC 9440 has it, in PEM with percent signs (nginx's <c>$ssl_client_escaped_cert</c>),
    /// or as base64 of DER.
    /// </summary>
    public string Header { get; set; } = "Client-Cert";

    /// <summary>What of a certificate is the caller's subject.</summary>
    public CertificateSubject Subject { get; set; }

    /// <summary>The tenant of callers with a certificate, unless <see cref="TenantFrom"/> says that the certificate names it.</summary>
    public string Tenant { get; set; } = Caller.Default.Tenant;

    /// <summary>What of a certificate names the tenant; null: nothing does.</summary>
    public CertificateTenant? TenantFrom { get; set; }

    /// <summary>
    /// Who has which roles: <c>tenant/subject=role</c>, where <c>tenant/*</c> is all of a tenant and <c>*</c> everybody. Those of all entries
    /// that name a caller count together; a caller whom none names may do nothing.
    /// </summary>
    public IReadOnlyList<string> Roles { get; set; } = [];

    /// <summary>Whether certificates are asked for.</summary>
    public bool IsOn => AuthorityFile is not null;

    internal IEnumerable<string> Faults()
    {
        if (!IsOn && (Roles.Count > 0 || TenantFrom is not null))
        {
            yield return "REGISTRY_CLIENT_CERT_ROLES and REGISTRY_CLIENT_CERT_TENANT_FROM say what certificates of clients are worth, but none "
                + "are asked for: name their authorities by REGISTRY_CLIENT_CERT_CA_FILE";
        }
    }
}

/// <summary>What of a certificate is the subject of a caller.</summary>
public enum CertificateSubject
{
    /// <summary>Its URI, such as a SPIFFE ID, else its common name.</summary>
    UriOrName,

    /// <summary>The one URI of its alternative names.</summary>
    Uri,

    /// <summary>The one DNS name of its alternative names.</summary>
    Dns,

    /// <summary>The one e-mail address of its alternative names.</summary>
    Email,

    /// <summary>The common name (CN) of its subject.</summary>
    Name,
}

/// <summary>What of a certificate's subject names the tenant.</summary>
public enum CertificateTenant
{
    /// <summary>The organization (O).</summary>
    Organization,

    /// <summary>The organizational unit (OU).</summary>
    Unit,
}
