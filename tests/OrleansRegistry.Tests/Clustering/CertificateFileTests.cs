using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Settings;
using OrleansRegistry.TestSupport;
using OrleansRegistry.Tls;

namespace OrleansRegistry.Tests.Clustering;

/// <summary>What stops a start, and what a running server makes of files that change under it.</summary>
public sealed class CertificateFileTests : IDisposable
{
    private readonly CertificateFolder folder = new();
    private readonly FakeTimeProvider time = new(DateTimeOffset.UtcNow);

    [Fact]
    public void PEM_and_PKCS_12_are_read_with_and_without_a_password_and_with_what_is_between_them_and_the_root()
    {
        using var made = folder.Authority.Make();
        var (at, key) = CertificateMaker.Write(folder.Path, "a", made);
        Assert.Equal(made.Thumbprint, Open(at, key).TargetCertificate.Thumbprint);
        var together = folder.File("together.pem", made.ExportCertificatePem() + "\n" + folder.Authority.Pem + CertificateMaker.KeyOf(made));
        var opened = Open(together, null);
        Assert.Equal(made.Thumbprint, opened.TargetCertificate.Thumbprint);
        Assert.True(opened.TargetCertificate.HasPrivateKey);

        var package = Path.Combine(folder.Path, "a.pfx");
        File.WriteAllBytes(package, made.Export(X509ContentType.Pkcs12, "s3cret"));
        Assert.Equal(made.Thumbprint, Open(package, null, "s3cret").TargetCertificate.Thumbprint);
        Assert.DoesNotContain("wr0ng", Refused(package, null, "wr0ng"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_used_stops_the_start_and_says_why()
    {
        using var made = folder.Authority.Make();
        using var another = folder.Authority.Make();
        var (at, key) = CertificateMaker.Write(folder.Path, "a", made);
        var (_, wrong) = CertificateMaker.Write(folder.Path, "b", another);
        Assert.Contains("key that belongs to it", Refused(at, wrong), StringComparison.Ordinal);
        Assert.Contains("key that belongs to it", Refused(at, null), StringComparison.Ordinal);
        Assert.Contains("FileNotFoundException", Refused(at + "x", key), StringComparison.Ordinal);
        Assert.Contains("key that belongs to it", Refused(folder.File("text", "-----BEGIN nothing"), key), StringComparison.Ordinal);
        using var expired = folder.Authority.Make(days: -1);
        var (old, its) = CertificateMaker.Write(folder.Path, "c", expired);
        Assert.Contains("counts from", Refused(old, its), StringComparison.Ordinal);

        var fault = Assert.Throws<SettingException>(() => AuthorityFile.Open("X_CA_FILE", folder.File("none.pem", "nothing"), time));
        Assert.StartsWith("X_CA_FILE cannot be used: there is no certificate", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_renewal_counts_a_broken_one_does_not_and_both_are_logged_once()
    {
        using var first = folder.Authority.Make();
        var (at, key) = CertificateMaker.Write(folder.Path, "a", first);
        var log = new LogLines();
        var files = CertificateFiles.Open("X", new CertificatePlace(at, key, null), time);
        files.Logger = log;
        using var second = folder.Authority.Make();

        // The certificate is there, and its key is not yet.
        File.WriteAllText(at, second.ExportCertificatePem());
        Assert.Equal(first.Thumbprint, Now());
        Assert.Equal(first.Thumbprint, Now());
        Assert.StartsWith("Error: The certificate of X_CERT_FILE could not be renewed", Assert.Single(log.Lines), StringComparison.Ordinal);
        File.WriteAllText(key, CertificateMaker.KeyOf(second));
        Assert.Equal(first.Thumbprint, files.Current.TargetCertificate.Thumbprint);
        Assert.Equal(second.Thumbprint, Now());
        Assert.Equal("Information: The certificate of X_CERT_FILE was renewed", log.Lines[^1]);
        File.Delete(key);
        Assert.Equal(second.Thumbprint, Now());
        using var expired = folder.Authority.Make(days: -1);
        CertificateMaker.Write(folder.Path, "a", expired);
        Assert.Equal(second.Thumbprint, Now());
        Assert.Equal(4, log.Lines.Count);

        string Now()
        {
            time.Advance(RenewedFiles<SslStreamCertificateContext>.Often);
            return files.Current.TargetCertificate.Thumbprint;
        }
    }

    [Theory]
    [InlineData("CertificateFile")]
    [InlineData("AuthorityFile")]
    [InlineData("Name")]
    public void Half_a_configuration_stops_the_start(string option)
    {
        var options = new ClusterTlsOptions();
        typeof(ClusterTlsOptions).GetProperty(option)!.SetValue(options, "x");
        var fault = Assert.Throws<SettingException>(() => ClusterTls.Of(options));
        Assert.Contains("REGISTRY_CLUSTER_TLS_CA_FILE", fault.Message, StringComparison.Ordinal);
        var alone = new RegistryOptions();
        typeof(ClusterTlsOptions).GetProperty(option)!.SetValue(alone.Cluster.Tls, "x");
        Assert.Contains("REGISTRY_CLUSTERING", Assert.Throws<SettingException>(() => ClusterSettings.Check(alone)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private SslStreamCertificateContext Open(string certificate, string? key, string? password = null) =>
        CertificateFiles.Open("X", new CertificatePlace(certificate, key, password), time).Current;

    private string Refused(string certificate, string? key, string? password = null)
    {
        var message = Assert.Throws<SettingException>(() => Open(certificate, key, password)).Message;
        Assert.StartsWith("X_CERT_FILE (with X_KEY_FILE and X_PASSWORD) cannot be used: ", message, StringComparison.Ordinal);
        return message;
    }

    private sealed class LogLines : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add($"{logLevel}: {formatter(state, exception)}");
    }
}
