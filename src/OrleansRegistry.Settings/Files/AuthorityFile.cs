using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OrleansRegistry.Settings;

/// <summary>A file with authorities' certificates in PEM: roots, and those between a root and what it vouches for.</summary>
internal static class AuthorityFile
{
    /// <param name="setting">The setting that names it.</param>
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
