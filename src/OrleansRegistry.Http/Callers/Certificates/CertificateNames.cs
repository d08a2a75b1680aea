using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace OrleansRegistry.Http;

/// <summary>The names in a certificate. Each must be there once: of several nobody knows which one is meant.</summary>
internal static class CertificateNames
{
    private const string CommonName = "2.5.4.3";
    private const string OrganizationName = "2.5.4.10";
    private const string UnitName = "2.5.4.11";

    // RFC 5280, 4.2.1.6: tags of GeneralName.
    private const int EmailTag = 1;
    private const int DnsTag = 2;
    private const int UriTag = 6;

    /// <summary>The caller's subject; null where the certificate has none, or several.</summary>
    public static string? SubjectOf(X509Certificate2 certificate, CertificateSubject from) => from switch
    {
        CertificateSubject.Uri => One(Alternatives(certificate, UriTag)),
        CertificateSubject.Dns => One(Alternatives(certificate, DnsTag)),
        CertificateSubject.Email => One(Alternatives(certificate, EmailTag)),
        CertificateSubject.Name => One(Attributes(certificate, CommonName)),
        _ => Alternatives(certificate, UriTag) is { Count: > 0 } uris ? One(uris) : One(Attributes(certificate, CommonName)),
    };

    /// <summary>The tenant that the certificate names; null where it names none, or several.</summary>
    public static string? TenantOf(X509Certificate2 certificate, CertificateTenant from) =>
        One(Attributes(certificate, from == CertificateTenant.Unit ? UnitName : OrganizationName));

    private static string? One(List<string> names) => names is [var one] ? one : null;

    private static List<string> Attributes(X509Certificate2 certificate, string type) =>
    [
        .. certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(name => !name.HasMultipleElements && name.GetSingleElementType().Value == type)
            .Select(name => name.GetSingleElementValue() ?? ""),
    ];

    /// <exception cref="AsnContentException">The extension is not one.</exception>
    private static List<string> Alternatives(X509Certificate2 certificate, int tag)
    {
        var found = new List<string>();
        var wanted = new Asn1Tag(TagClass.ContextSpecific, tag);
        foreach (var extension in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (names.PeekTag().HasSameClassAndValue(wanted))
                {
                    found.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, wanted));
                }
                else
                {
                    names.ReadEncodedValue();
                }
            }
        }

        return found;
    }
}
