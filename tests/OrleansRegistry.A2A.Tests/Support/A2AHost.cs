using System.Collections.Concurrent;
using System.Net;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansRegistry.A2A.Tests;
using OrleansRegistry.Hosting;
using OrleansRegistry.Http;
using OrleansRegistry.TestSupport;

[assembly: AssemblyFixture(typeof(A2AHost))]

namespace OrleansRegistry.A2A.Tests;

/// <summary>A2A on real Kestrel over a store in memory. One for all tests that need no other.</summary>
public sealed class A2AHost : IAsyncLifetime
{
    private WebApplication? app;

    /// <summary>What the log holds from level warning up.</summary>
    internal ConcurrentQueue<string> Log { get; } = new();

    internal HttpClient Client { get; private set; } = null!;

    /// <summary>To the port that speaks clear-text HTTP/2.</summary>
    internal GrpcChannel Grpc { get; private set; } = null!;

    internal IAgentRegistry Agents => app!.Services.GetRequiredService<IAgentRegistry>();

    internal ITaskRegistry Tasks => app!.Services.GetRequiredService<ITaskRegistry>();

    internal ICardTrust Trust => app!.Services.GetRequiredService<ICardTrust>();

    internal ITenants Tenants => app!.Services.GetRequiredService<ITenants>();

    /// <summary>A server of its own for one test.</summary>
    internal static async Task<A2AHost> StartAsync(
        Action<RegistryA2AOptions>? configure = null,
        Action<RegistryHttpOptions>? http = null,
        Action<RegistryOptions>? registry = null,
        Action<IServiceCollection>? services = null)
    {
        var host = new A2AHost();
        await host.RunAsync(builder =>
        {
            services?.Invoke(builder.Services);
            builder.Services.AddRegistryHttp(http).AddRegistryA2A(configure);
            builder.AddOrleansRegistry(options =>
            {
                options.StorageType = StorageType.Memory;
                registry?.Invoke(options);
            });
        });
        return host;
    }

    /// <summary>Has the cards name the port that speaks clear-text HTTP/2, which is known only now.</summary>
    internal void NameGrpc() => app!.Services.GetRequiredService<IOptions<RegistryA2AOptions>>().Value.GrpcClearText =
        new IPEndPoint(IPAddress.Loopback, new Uri(app.Urls.Last()).Port);

    /// <summary>The one that is shared believes the headers that say who calls; without them everybody is the default caller.</summary>
    public async ValueTask InitializeAsync() => await RunAsync(builder =>
    {
        builder.Services.AddRegistryHttp(options =>
        {
            options.TrustCallerHeaders = true;
            options.DefaultCaller = Caller.Default;
        }).AddRegistryA2A();
        builder.AddOrleansRegistry(options => options.StorageType = StorageType.Memory);
    });

    /// <summary>Registers an agent of which nobody else knows.</summary>
    /// <param name="capabilities">Of its card.</param>
    /// <param name="more">Further members of its card, after a comma.</param>
    internal async Task<TestAgent> RegisterAsync(string capabilities = "{}", string more = "", AgentDelivery? delivery = AgentDelivery.Worker)
    {
        var id = $"agent-{Guid.NewGuid():N}";
        var skills = more.Contains("\"skills\"", StringComparison.Ordinal) ? "" : ",\"skills\":[]";
        var card = $$"""{"name":"{{id}}","description":"For tests","version":"1","capabilities":{{capabilities}}{{skills}}{{more}}}""";
        var registration = new AgentRegistration(TestAgent.Utf8(card)) { Delivery = delivery };
        await Agents.RegisterAsync(Caller.Default, registration, TestContext.Current.CancellationToken);
        return new TestAgent(this, id);
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    internal Task StopAsync() => app!.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        Grpc?.Dispose();
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    private async Task RunAsync(Action<WebApplicationBuilder> build)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddProvider(new LogCatcher(Log, LogLevel.Warning));
        build(builder);
        app = builder.Build();
        app.MapRegistryA2A();
        await app.StartAsync();
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.First()) };
        Grpc = GrpcChannel.ForAddress(app.Urls.Last(), new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
    }
}
