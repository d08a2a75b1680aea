using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using OrleansRegistry.TestSupport;

namespace OrleansRegistry.Server.Tests;

/// <summary>Addresses that begin with https, and what browsers are told.</summary>
public sealed class HttpsTests : IDisposable
{
    private readonly DataFolder folder = new();
    private readonly CertificateMaker authority = new();

    [Fact]
    public async Task Https_is_served_with_the_certificate_of_the_settings_for_HTTP_2_too()
    {
        using var made = authority.Make();
        var (certificate, key) = CertificateMaker.Write(folder.Path, "web", made);
        HttpResponseMessage? answer = null;
        var (exitCode, output) = await ServerStart.RunAsync(Settings(certificate, key), async address =>
        {
            using var client = new HttpClient(new SocketsHttpHandler { SslOptions = Trusting() });
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, "/agents"))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            answer = await client.SendAsync(request);
        });
        Assert.True(exitCode == 0 && answer is not null, output);
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (answer.StatusCode, answer.Version));
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("max-age=31536000", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")));
    }

    [Fact]
    public async Task Where_http_is_served_as_well_browsers_are_not_kept_from_it()
    {
        using var made = authority.Make();
        var (certificate, key) = CertificateMaker.Write(folder.Path, "web", made);
        var settings = Settings(certificate, key);
        settings["urls"] = "https://127.0.0.1:0;http://127.0.0.1:0";
        HttpResponseMessage? answer = null;
        var (exitCode, output) = await ServerStart.RunAsync(settings, async address =>
        {
            using var client = new HttpClient(new SocketsHttpHandler { SslOptions = Trusting() });
            answer = await client.GetAsync(new Uri(address, "/no such path"));
        });
        Assert.True(exitCode == 0 && answer is not null, output);
        Assert.Equal((HttpStatusCode.NotFound, false), (answer.StatusCode, answer.Headers.Contains("Strict-Transport-Security")));
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task What_cannot_be_served_stops_the_start_with_the_settings_name()
    {
        using var made = authority.Make();
        using var expired = authority.Make(days: -1);
        var (certificate, key) = CertificateMaker.Write(folder.Path, "web", made);
        var (old, its) = CertificateMaker.Write(folder.Path, "old", expired);
        await RefusedAsync("REGISTRY_TLS_CERT_FILE (with REGISTRY_TLS_KEY_FILE and REGISTRY_TLS_PASSWORD) cannot", Settings(certificate, its));
        await RefusedAsync("the certificate counts from", Settings(old, its));
        await RefusedAsync("a file cannot be read", Settings(certificate + "x", key));
        var settings = Settings(certificate, key);
        settings["urls"] = "http://127.0.0.1:0";
        await RefusedAsync("no address begins with https://", settings);
        settings.Remove("REGISTRY_TLS_CERT_FILE");
        await RefusedAsync("REGISTRY_TLS_CERT_FILE, which is not set", settings);
    }

    public void Dispose()
    {
        authority.Dispose();
        folder.Dispose();
    }

    private static async Task RefusedAsync(string why, Dictionary<string, string> settings)
    {
        var (exitCode, output) = await ServerStart.RunAsync(settings);
        Assert.Equal(1, exitCode);
        Assert.Contains("The registry did not start. ", output, StringComparison.Ordinal);
        Assert.Contains(why, output, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Settings(string certificate, string key) => new()
    {
        ["STORAGE_TYPE"] = "memory",
        ["REGISTRY_EMBEDDINGS"] = "none",
        ["urls"] = "https://127.0.0.1:0",
        ["REGISTRY_TLS_CERT_FILE"] = certificate,
        ["REGISTRY_TLS_KEY_FILE"] = key,
    };

    private SslClientAuthenticationOptions Trusting() => new()
    {
        CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { authority.Certificate },
            RevocationMode = X509RevocationMode.NoCheck,
        },
    };
}
