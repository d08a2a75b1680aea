using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OrleansRegistry.Http;

/// <summary>A certificate as a header has it.</summary>
/// <remarks>Source: RFC 9440, 2.2 (a byte sequence of RFC 8941); nginx's <c>$ssl_client_escaped_cert</c>.</remarks>
internal static class CertificateText
{
    private const string Label = "CERTIFICATE";

    /// <summary>Reads it; null where it is not one certificate.</summary>
    public static X509Certificate2? Read(string text)
    {
        try
        {
            return BytesOf(text.Trim()) is { } der ? X509CertificateLoader.LoadCertificate(der) : null;
        }
        catch (Exception fault) when (fault is CryptographicException or FormatException)
        {
            return null;
        }
    }

    private static byte[]? BytesOf(string text)
    {
        if (text is [':', .. var sequence, ':'])
        {
            return Convert.FromBase64String(sequence);
        }

        if (!text.StartsWith("-----BEGIN", StringComparison.Ordinal))
        {
            return Convert.FromBase64String(text);
        }

        var pem = Uri.UnescapeDataString(text);
        return PemEncoding.TryFind(pem, out var found) && pem[found.Label] == Label && pem[found.Location.End..].AsSpan().IsWhiteSpace()
            ? Convert.FromBase64String(pem[found.Base64Data])
            : null;
    }
}
