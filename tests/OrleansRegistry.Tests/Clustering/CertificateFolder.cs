using System.Security.Cryptography.X509Certificates;
using OrleansRegistry.TestSupport;

namespace OrleansRegistry.Tests.Clustering;

/// <summary>A folder with the certificates of a cluster.</summary>
internal sealed class CertificateFolder : IDisposable
{
    public string Path { get; } = System.IO.Directory.CreateTempSubdirectory("registry-tls-").FullName;

    public CertificateMaker Authority { get; } = new();

    public string File(string name, string content)
    {
        var path = System.IO.Path.Combine(Path, name);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    public ClusterTlsOptions Options(string name, X509Certificate2 certificate, string? authority = null)
    {
        var (at, key) = CertificateMaker.Write(Path, name, certificate);
        return new ClusterTlsOptions { CertificateFile = at, KeyFile = key, AuthorityFile = File($"{name}-ca.crt", authority ?? Authority.Pem) };
    }

    public void Dispose()
    {
        Authority.Dispose();
        System.IO.Directory.Delete(Path, recursive: true);
    }
}
