using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansRegistry.Http.Tests.Certificates;

/// <summary>An authority that signs certificates of clients, and a file with its own.</summary>
internal sealed class ClientAuthority : IDisposable
{
    public const string ForClients = "1.3.6.1.5.5.7.3.2";
    public const string ForServers = "1.3.6.1.5.5.7.3.1";

    private readonly X509Certificate2 own;

    public ClientAuthority(DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=clients of acme", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        own = request.CreateSelfSigned(now.AddDays(-10), now.AddDays(10));
        Write(File);
    }

    public string File { get; } = Path.GetTempFileName();

    public void Write(string path) => System.IO.File.WriteAllText(path, own.ExportCertificatePem());

    /// <param name="name">Its subject.</param>
    /// <param name="usage">What it is for; null: it does not say.</param>
    /// <param name="uris">Alternative names.</param>
    public X509Certificate2 Make(string name, DateTimeOffset from, DateTimeOffset to, string? usage = ForClients, params string[] uris)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        if (usage is not null)
        {
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        }

        if (uris.Length > 0)
        {
            request.CertificateExtensions.Add(Names(uris));
        }

        return request.Create(own, from, to, RandomNumberGenerator.GetBytes(8));
    }

    public void Dispose()
    {
        own.Dispose();
        System.IO.File.Delete(File);
    }

    private static X509Extension Names(string[] uris)
    {
        var names = new AsnWriter(AsnEncodingRules.DER);
        using (names.PushSequence())
        {
            names.WriteCharacterString(UniversalTagNumber.IA5String, "ann@acme.example", new Asn1Tag(TagClass.ContextSpecific, 1));
            names.WriteCharacterString(UniversalTagNumber.IA5String, "client.acme.example", new Asn1Tag(TagClass.ContextSpecific, 2));
            foreach (var uri in uris)
            {
                names.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, 6));
            }
        }

        return new X509Extension("2.5.29.17", names.Encode(), critical: false);
    }
}
