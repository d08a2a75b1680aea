using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Http;

/// <summary>
/// Lets in requests by the client certificate that a proxy in front has checked and forwards. A certificate is no secret: that its client has the key is
/// known by the proxy alone, so the header counts from proxies alone.
/// </summary>
internal sealed class CertificateGate
{
    /// <summary>In characters of the header.</summary>
    public const int MaxLength = 16 * 1024;

    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    private readonly RegistryCertificateOptions options;
    private readonly HeaderProxies proxies;
    private readonly CertificateRoles roles;
    private readonly RefusedAddresses addresses;
    private readonly TimeProvider time;
    private readonly RenewedFiles<X509Certificate2Collection>? authorities;
    private volatile Known? known;

    /// <exception cref="SettingException">The file with the authorities cannot be used.</exception>
    public CertificateGate(
        IOptions<RegistryHttpOptions> http, RefusedAddresses addresses, [RegistryTime] TimeProvider time, ILogger<CertificateGate> log)
    {
        options = http.Value.Certificates;
        proxies = new HeaderProxies(http.Value.TrustedProxies);
        roles = new CertificateRoles(options.Roles);
        (this.addresses, this.time) = (addresses, time);
        if (options.AuthorityFile is { } file)
        {
            authorities = AuthorityFile.Open(CertificateSettings.AuthorityFile, file, time);
            authorities.Logger = log;
        }
    }

    /// <summary>Has <see cref="RequestCaller"/> know whom the certificate names.</summary>
    /// <returns>False where the request has none.</returns>
    /// <exception cref="HttpProblemException">401: it does not count.</exception>
    public bool TryAdmit(HttpContext context)
    {
        if (authorities is null)
        {
            return false;
        }

        VaryHeader.By(context.Response, options.Header);
        var sent = context.Request.Headers[options.Header];
        if (sent is [] or [null or ""])
        {
            return false;
        }

        if (!proxies.IsOne(context))
        {
            throw Refused("comes from an address that is none of REGISTRY_TRUSTED_PROXIES, so nobody knows who calls");
        }

        context.Features.Set(Find(context, sent is [{ Length: > 0 and <= MaxLength } one]
            ? one
            : throw Refused($"must be one certificate, of {MaxLength:N0} characters at most")));
        return true;
    }

    private AdmittedCaller Find(HttpContext context, string text)
    {
        var now = time.GetUtcNow();
        var current = CurrentOf(authorities!.Current);
        if (current.Callers.Find(text) is { } remembered && now < remembered.EndsAt)
        {
            return remembered;
        }

        addresses.Demand(context);

        using var certificate = CertificateText.Read(text)
            ?? throw Refused("is not a certificate: as RFC 9440 has it, in PEM with percent signs, or as base64 of DER");
        using var chain = new X509Chain();
        if (FaultOf(certificate, chain, current.Authorities, now) is { } fault)
        {
            throw Refused($"the certificate {fault}");
        }

        var admitted = CallerOf(certificate, endsAt: chain.ChainElements.Min(element => new DateTimeOffset(element.Certificate.NotAfter)));
        current.Callers.Remember(text, admitted);
        return admitted;
    }

    /// <summary>Other authorities let in nobody whom those before have.</summary>
    private Known CurrentOf(X509Certificate2Collection authorities)
    {
        var current = known;
        return current is not null && ReferenceEquals(current.Authorities, authorities) ? current : known = new Known(authorities);
    }

    /// <summary>Why a certificate does not count; null where it does.</summary>
    private static string? FaultOf(X509Certificate2 certificate, X509Chain chain, X509Certificate2Collection authorities, DateTimeOffset now)
    {
        if (now.UtcDateTime < certificate.NotBefore.ToUniversalTime())
        {
            return "is not valid yet";
        }

        if (now.UtcDateTime >= certificate.NotAfter.ToUniversalTime())
        {
            return "has expired";
        }

        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;

        // A certificate that nobody has checked yet must not say whom the registry asks.
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientUsage));
        if (chain.Build(certificate))
        {
            return null;
        }

        var all = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (sum, status) => sum | status.Status);
        return Has(X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.NotSignatureValid)
            ? "is of an authority that does not count here"
            : Has(X509ChainStatusFlags.NotTimeValid) ? "is of an authority that has expired, or is not valid yet"
            : Has(X509ChainStatusFlags.NotValidForUsage) ? "is not for clients (extended key usage)"
            : $"does not count: {all}";

        bool Has(X509ChainStatusFlags any) => (all & any) != X509ChainStatusFlags.NoError;
    }

    private AdmittedCaller CallerOf(X509Certificate2 certificate, DateTimeOffset endsAt)
    {
        var tenant = options.Tenant;
        if (options.TenantFrom is { } from)
        {
            tenant = Checked(CertificateNames.TenantOf(certificate, from), Identifiers.CheckTenant)
                ?? throw Refused("the certificate's subject does not name one tenant (REGISTRY_CLIENT_CERT_TENANT_FROM)");
        }

        var subject = Checked(SubjectOf(certificate), name => Identifiers.CheckId(name, "subject"))
            ?? throw Refused("the certificate does not name one subject (REGISTRY_CLIENT_CERT_SUBJECT)");
        var own = roles.Of(tenant, subject);
        var caller = new Caller(tenant, subject)
        {
            Allowed = RegistryRoles.Of(own),
            Credential = $"certificate:{certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant()}",
        };
        return new AdmittedCaller(caller, endsAt) { Roles = own };
    }

    private string? SubjectOf(X509Certificate2 certificate)
    {
        try
        {
            return CertificateNames.SubjectOf(certificate, options.Subject);
        }
        catch (AsnContentException)
        {
            return null;
        }
    }

    private static string? Checked(string? name, Action<string> check)
    {
        try
        {
            check(name ?? "");
            return name;
        }
        catch (RegistryException)
        {
            return null;
        }
    }

    private HttpProblemException Refused(string reason) => Challenges.Refused(options.Header, reason, Challenges.Certificate(options.Header));

    /// <summary>Whom the certificates of some authorities name.</summary>
    private sealed record Known(X509Certificate2Collection Authorities)
    {
        public RememberedCallers Callers { get; } = new();
    }
}
