using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansRegistry.TestSupport;

/// <summary>An authority that signs certificates for tests.</summary>
internal sealed class CertificateMaker : IDisposable
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly X509Certificate2 own = MakeOwn();

    public string Pem => own.ExportCertificatePem() + "\n";

    public X509Certificate2 Certificate => own;

    /// <param name="name">A DNS name, beside the loopback's address.</param>
    /// <param name="days">For how long it counts; negative: since when it does not.</param>
    /// <param name="usage">What alone it is for: an extended key usage; null: for all.</param>
    public X509Certificate2 Make(string name = "registry.test", int days = 10, string? usage = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        if (usage is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        }

        var (from, to) = days > 0 ? (Now.AddDays(-1), Now.AddDays(days)) : (Now.AddDays(-9), Now.AddDays(days));
        using var signed = request.Create(own, from, to, RandomNumberGenerator.GetBytes(8));
        using var with = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(with.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    /// <summary>Writes <c>NAME.crt</c> and <c>NAME.key</c>.</summary>
    public static (string Certificate, string Key) Write(string folder, string name, X509Certificate2 certificate)
    {
        var (at, key) = (Path.Combine(folder, name + ".crt"), Path.Combine(folder, name + ".key"));
        File.WriteAllText(at, certificate.ExportCertificatePem());
        File.WriteAllText(key, KeyOf(certificate));
        return (at, key);
    }

    public static string KeyOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    public void Dispose() => own.Dispose();

    private static X509Certificate2 MakeOwn()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=authority {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(Now.AddDays(-10), Now.AddDays(30));
    }
}
