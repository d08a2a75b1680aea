using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OrleansRegistry.Tls;

/// <summary>Judges the certificates of others by the authorities in a file, and by nothing that the machine trusts besides.</summary>
/// <param name="name">The name that a certificate must have; null for any.</param>
internal sealed class TrustedAuthorities(RenewedFiles<X509Certificate2Collection> authorities, string? name)
{
    /// <exception cref="SettingException">The file cannot be used.</exception>
    public static RenewedFiles<X509Certificate2Collection> Open(string setting, string path, TimeProvider time)
    {
        try
        {
            return new($"The authorities of {setting}", [path], contents => Read(contents[0]), time);
        }
        catch (CertificateException fault)
        {
            throw new SettingException($"{setting} cannot be used: {fault.Message}.");
        }
    }

    /// <summary>
    /// Whether a peer with this certificate is one of ours. A name that is not that of the peer's address, and a root that the machine does not know, are
    /// no errors here.
    /// </summary>
    /// <param name="sent">What it sent besides: authorities between its own and a root.</param>
    public bool Trusts(X509Certificate? peer, X509Chain? sent)
    {
        if (peer is not X509Certificate2 certificate)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities.Current);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        }

        return chain.Build(certificate) && (name is null || certificate.MatchesHostname(name, allowWildcards: false, allowCommonName: false));
    }

    /// <exception cref="CertificateException">There is none in it.</exception>
    private static X509Certificate2Collection Read(byte[] pem)
    {
        X509Certificate2Collection read = [];
        try
        {
            read.ImportFromPem(Encoding.ASCII.GetString(pem));
        }
        catch (CryptographicException fault)
        {
            throw new CertificateException("it has a certificate that cannot be read", fault);
        }

        return read.Count > 0 ? read : throw new CertificateException("there is no certificate in PEM in it");
    }
}
