using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OrleansRegistry.Tls;

/// <summary>Where a certificate is, and its key.</summary>
/// <param name="Certificate">A file in PEM, with the authorities between it and the root after it, or in PKCS #12 with its key.</param>
/// <param name="Key">A file with the key in PEM; null where it is in the other.</param>
/// <param name="Password">Of the key, or of PKCS #12; null for none.</param>
internal sealed record CertificatePlace(string Certificate, string? Key, string? Password)
{
    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Certificate}, {Key}";
}

/// <summary>Reads certificates with their keys.</summary>
internal static class CertificateFiles
{
    private static ReadOnlySpan<byte> PemMark => "-----BEGIN "u8;

    /// <param name="setting">How the names of the settings begin, such as <c>REGISTRY_TLS</c>.</param>
    /// <exception cref="SettingException">The files cannot be used.</exception>
    public static RenewedFiles<SslStreamCertificateContext> Open(string setting, CertificatePlace place, TimeProvider time)
    {
        try
        {
            string[] paths = place.Key is null ? [place.Certificate] : [place.Certificate, place.Key];
            return new($"The certificate of {setting}_CERT_FILE", paths, contents => Read(contents, place.Password, time.GetUtcNow()), time);
        }
        catch (CertificateException fault)
        {
            throw new SettingException($"{setting}_CERT_FILE (with {setting}_KEY_FILE and {setting}_PASSWORD) cannot be used: {fault.Message}.");
        }
    }

    /// <exception cref="CertificateException">It is not a certificate with its key, or does not count now.</exception>
    private static SslStreamCertificateContext Read(IReadOnlyList<byte[]> contents, string? password, DateTimeOffset now)
    {
        X509Certificate2 certificate;
        X509Certificate2Collection others = [];
        try
        {
            certificate = contents[0].AsSpan().IndexOf(PemMark) >= 0
                ? ReadPem(Text(contents[0]), Text(contents[^1]), password, others)
                : ReadPackage(contents[0], password, others);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw new CertificateException("it is not a certificate with the key that belongs to it, or the password is another", fault);
        }

        if (now.UtcDateTime < certificate.NotBefore.ToUniversalTime() || now.UtcDateTime >= certificate.NotAfter.ToUniversalTime())
        {
            throw new CertificateException($"the certificate counts from {certificate.NotBefore:O} to {certificate.NotAfter:O}");
        }

        try
        {
            return SslStreamCertificateContext.Create(certificate, others, offline: true);
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or NotSupportedException)
        {
            throw new CertificateException("TLS cannot use the certificate", fault);
        }
    }

    private static X509Certificate2 ReadPem(string certificates, string key, string? password, X509Certificate2Collection others)
    {
        others.ImportFromPem(certificates);
        var own = password is null
            ? X509Certificate2.CreateFromPem(certificates, key)
            : X509Certificate2.CreateFromEncryptedPem(certificates, key, password);
        if (!OperatingSystem.IsWindows())
        {
            return own;
        }

        // There TLS takes no key that is in memory alone.
        using (own)
        {
            return X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), password: null);
        }
    }

    private static X509Certificate2 ReadPackage(byte[] package, string? password, X509Certificate2Collection others)
    {
        others.AddRange(X509CertificateLoader.LoadPkcs12Collection(package, password));
        return others.FirstOrDefault(one => one.HasPrivateKey) ?? throw new CertificateException("there is no private key in it");
    }

    private static string Text(byte[] pem) => Encoding.ASCII.GetString(pem);
}
