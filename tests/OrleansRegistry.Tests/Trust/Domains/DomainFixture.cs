using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrleansRegistry.Trust.Domains;

namespace OrleansRegistry.Tests.Trust.Domains;

/// <summary>A registry whose DNS and files are a test's, and whose domains are looked at again when a test says so.</summary>
public sealed class DomainFixture : HttpMessageHandler, IAsyncLifetime
{
    // Short, as each step of a fake clock runs all timers of a registry.
    internal static readonly TimeSpan Recheck = TimeSpan.FromMinutes(1);
    internal static readonly TimeSpan Grace = TimeSpan.FromMinutes(3);
    internal static readonly TimeSpan TokenLife = TimeSpan.FromMinutes(6);

    internal FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    internal TestDns Dns { get; } = new();

    /// <summary>The files, by domain; of others there is none.</summary>
    internal ConcurrentDictionary<string, Func<HttpResponseMessage>> Files { get; } = new(StringComparer.Ordinal);

    internal RegistryHost Host { get; private set; } = null!;

    internal RegistryHost Strict { get; private set; } = null!;

    public async ValueTask InitializeAsync() => (Host, Strict) = (await StartAsync(required: false), await StartAsync(required: true));

    private Task<RegistryHost> StartAsync(bool required) => RegistryHost.StartAsync(
        options => options.Domains = new DomainOptions
        {
            Resolver = Dns.Address, Backchannel = this, Recheck = Recheck, Grace = Grace, TokenLife = TokenLife, Required = required,
        },
        store: null,
        Time,
        services => services.Remove(services.Single(service => service.ImplementationType == typeof(DomainService))));

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Strict.DisposeAsync();
        Dns.Dispose();
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var url = request.RequestUri!;
        var isFile = url.Scheme == Uri.UriSchemeHttps && url.AbsolutePath == DomainProof.FilePath;
        return Task.FromResult(isFile && Files.TryGetValue(url.Host, out var file) ? file() : new HttpResponseMessage(HttpStatusCode.NotFound));
    }
}
