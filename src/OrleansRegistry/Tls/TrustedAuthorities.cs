using System.Security.Cryptography.X509Certificates;

namespace OrleansRegistry.Tls;

/// <summary>Judges the certificates of others by the authorities in a file, and by nothing that the machine trusts besides.</summary>
/// <param name="name">The name that a certificate must have; null for any.</param>
internal sealed class TrustedAuthorities(RenewedFiles<X509Certificate2Collection> authorities, string? name)
{
    /// <summary>
    /// Whether a peer with this certificate is one of ours. A name that is not that of the peer's address, and a root that the machine does not know, are
    /// no errors here.
    /// </summary>
    /// <param name="sent">What it sent besides, authorities between its own and a root; and what the certificate is shown for: by a server, or a client.</param>
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
            foreach (var usage in sent.ChainPolicy.ApplicationPolicy)
            {
                chain.ChainPolicy.ApplicationPolicy.Add(usage);
            }
        }

        return chain.Build(certificate) && (name is null || certificate.MatchesHostname(name, allowWildcards: false, allowCommonName: false));
    }
}
