using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Agents.Sources;
using OrleansRegistry.Client.Tests;
using OrleansRegistry.Hosting;
using OrleansRegistry.Http;
using OrleansRegistry.Rest;
using OrleansRegistry.Trust.Audit;

[assembly: AssemblyFixture(typeof(ClientHost))]

namespace OrleansRegistry.Client.Tests;

/// <summary>A registry on real Kestrel that believes its callers, so that each test has a tenant of its own; and the same registry co-hosted.</summary>
public sealed class ClientHost : IAsyncLifetime
{
    private static int lastName;

    private WebApplication? app;
    private RegistryClient? client;
    private HttpClient? operators;

    internal static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal Uri Address { get; private set; } = null!;

    internal RegistryClient Client => client!;

    /// <summary>A client whose gateway says that its callers run the registry.</summary>
    internal RegistryClient Operator => new(operators ??= new HttpClient
    {
        BaseAddress = Address,
        DefaultRequestHeaders = { { "X-Registry-Roles", RegistryRoles.Operator } },
    });

    internal IAgentRegistry LocalAgents => app!.Services.GetRequiredService<IAgentRegistry>();

    internal ITaskRegistry LocalTasks => app!.Services.GetRequiredService<ITaskRegistry>();

    internal IContextRegistry LocalContexts => app!.Services.GetRequiredService<IContextRegistry>();

    internal IAgentVersions LocalVersions => app!.Services.GetRequiredService<IAgentVersions>();

    internal IAgentVectors LocalVectors => app!.Services.GetRequiredService<IAgentVectors>();

    internal IAuditTrail LocalAudit => app!.Services.GetRequiredService<IAuditTrail>();

    internal IApiKeys LocalKeys => app!.Services.GetRequiredService<IApiKeys>();

    internal IUsers LocalUsers => app!.Services.GetRequiredService<IUsers>();

    internal IAgentSubscriptions LocalSubscriptions => app!.Services.GetRequiredService<IAgentSubscriptions>();

    internal static Caller NewCaller() => new($"tenant-{Interlocked.Increment(ref lastName):D6}", "somebody");

    internal static ReadOnlyMemory<byte> Json(string json) => Encoding.UTF8.GetBytes(json);

    internal static ReadOnlyMemory<byte> Card(string name, string more = "") =>
        Json($$"""{"name":"{{name}}","description":"About {{name}}","version":"1.0.0","url":"https://{{name}}.example.com"{{more}}}""");

    /// <summary>A server of its own for one test.</summary>
    /// <param name="folder">Where it keeps what it has; null: in memory.</param>
    /// <param name="port">0 for any.</param>
    /// <param name="logins">Callers are users who log in, and no others.</param>
    internal static async Task<ClientHost> StartAsync(string? folder = null, int port = 0, bool logins = false)
    {
        var host = new ClientHost();
        await host.RunAsync(folder, port, logins);
        return host;
    }

    public async ValueTask InitializeAsync() => await RunAsync(null, 0, logins: false);

    public async ValueTask DisposeAsync()
    {
        client?.Dispose();
        operators?.Dispose();
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    /// <summary>A client that does not wait long for a registry which is away.</summary>
    internal static RegistryClient Quick(Uri address, int retries = 8) => new(address.AbsoluteUri, new RegistryClientOptions
    {
        Retries = retries,
        LongestPause = TimeSpan.FromMilliseconds(50),
    });

    private async Task RunAsync(string? folder, int port, bool logins)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Logging.ClearProviders();
        builder.Services.AddRegistryHttp(options =>
        {
            options.Logins = logins;
            options.TrustCallerHeaders = !logins;
            options.TrustScopeHeader = !logins;
            options.DefaultCaller = logins ? null : Caller.Default;
        });
        builder.Services.AddRegistryRest();
        builder.AddOrleansRegistry(options =>
        {
            options.StorageType = folder is null ? StorageType.Memory : StorageType.Sqlite;
            options.DataDirectory = folder ?? options.DataDirectory;
            options.Audit = new AuditOptions { Mode = AuditMode.On };
            options.Logins = options.Logins with { HashIterations = 1 };
            options.CardFetch = new CardFetchOptions { AllowedNetworks = ["127.0.0.1"] };
        });
        app = builder.Build();
        app.MapRegistryRest();
        await app.StartAsync();
        Address = new Uri(app.Urls.First());
        client = new RegistryClient(Address.AbsoluteUri);
    }
}
