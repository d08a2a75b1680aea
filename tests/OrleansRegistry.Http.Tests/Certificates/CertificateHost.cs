using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Rest.Tests;

namespace OrleansRegistry.Http.Tests.Certificates;

/// <summary>A front end that takes client certificates of one authority, at a time that stands still.</summary>
internal sealed class CertificateHost : IAsyncDisposable
{
    private FrontEndHost? host;

    private CertificateHost() => Authority = new ClientAuthority(Now);

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.Parse("2021-05-01T12:00:00Z", CultureInfo.InvariantCulture));

    public ClientAuthority Authority { get; }

    public DateTimeOffset Now => Time.GetUtcNow();

    public HttpClient Client => host!.Client;

    public static async Task<CertificateHost> StartAsync(Action<RegistryHttpOptions>? configure = null)
    {
        var started = new CertificateHost();
        started.host = await FrontEndHost.StartAsync(
            configure: options =>
            {
                options.Certificates.AuthorityFile = started.Authority.File;
                configure?.Invoke(options);
            },
            services: services => services.AddKeyedSingleton<TimeProvider>(RegistryTimeAttribute.ServiceKey, started.Time),
            use: app => ((IEndpointRouteBuilder)app).UseRegistryHttp().Get("/me", WriteAsync, new ApiOperation("me", "Me", "Who calls")));
        return started;
    }

    /// <summary>A certificate that counts for an hour.</summary>
    public X509Certificate2 Make(string name = "CN=ann,O=acme", string? usage = ClientAuthority.ForClients, params string[] uris) =>
        Authority.Make(name, Now.AddHours(-1), Now.AddHours(1), usage, uris);

    public Task<HttpResponseMessage> AskAsync(X509Certificate2 certificate) => AskAsync(Structured(certificate));

    public Task<HttpResponseMessage> AskAsync(string value, string header = "Client-Cert") => Client.SendAsync("GET", "/me", null, (header, value));

    /// <summary>Whom the certificate names, and what that may do.</summary>
    public async Task<string> CallerAsync(X509Certificate2 certificate)
    {
        using var answer = await AskAsync(certificate);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, text);
        return text;
    }

    public async Task RefusesAsync(string value, string reason)
    {
        var answer = await AskAsync(value);
        Assert.StartsWith("Client-Certificate header=\"Client-Cert\"", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Contains(reason, (await answer.ProblemAsync(401, "Client-Cert")).Text("detail"), StringComparison.Ordinal);
    }

    /// <summary>As RFC 9440 has it.</summary>
    public static string Structured(X509Certificate2 certificate) => $":{Convert.ToBase64String(certificate.RawData)}:";

    public async ValueTask DisposeAsync()
    {
        await host!.DisposeAsync();
        Authority.Dispose();
    }

    private static Task WriteAsync(HttpContext context)
    {
        var caller = context.GetCaller();
        return context.Response.WriteAsync($"{caller.Tenant}/{caller.Subject} {caller.Allowed} {caller.Credential}");
    }
}
