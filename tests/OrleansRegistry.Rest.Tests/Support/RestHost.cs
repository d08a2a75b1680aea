using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Rest.Tests;
using OrleansRegistry.Hosting;
using OrleansRegistry.Http;
using OrleansRegistry.TestSupport;

[assembly: AssemblyFixture(typeof(RestHost))]

namespace OrleansRegistry.Rest.Tests;

/// <summary>The REST API on real Kestrel, as a test server has no request line to take ids from. One for all tests that need no other.</summary>
public sealed class RestHost : IAsyncLifetime
{
    private WebApplication? app;

    /// <summary>What the log holds from level warning up.</summary>
    internal ConcurrentQueue<string> Log { get; } = new();

    internal HttpClient Client { get; private set; } = null!;

    internal Uri Address { get; private set; } = null!;

    internal IAgentRegistry Registry => app!.Services.GetRequiredService<IAgentRegistry>();

    internal IEnumerable<RouteEndpoint> Routes =>
        ((IEndpointRouteBuilder)app!).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    /// <summary>A server of its own for one test.</summary>
    /// <param name="registry">In place of the real one, over a store in memory.</param>
    /// <param name="tasks">With it, in place of the real ones.</param>
    internal static async Task<RestHost> StartAsync(
        Action<RegistryHttpOptions>? configure = null,
        IAgentRegistry? registry = null,
        Action<WebApplicationBuilder>? build = null,
        string? pathBase = null,
        RefusingTasks? tasks = null,
        Action<RegistryRestOptions>? rest = null,
        Action<RegistryOptions>? options = null)
    {
        var host = new RestHost();
        await host.StartAsync(builder =>
        {
            builder.Services.AddRegistryHttp(configure).AddRegistryRest(rest);
            if (registry is null && tasks is null)
            {
                builder.AddOrleansRegistry(changed =>
                {
                    changed.StorageType = StorageType.Memory;
                    options?.Invoke(changed);
                });
            }
            else
            {
                tasks ??= new RefusingTasks(new NotSupportedException());
                builder.Services.AddSingleton(registry ?? new RefusingRegistry(new NotSupportedException()));
                builder.Services.AddSingleton<ITaskRegistry>(tasks);
                builder.Services.AddSingleton<IContextRegistry>(tasks);
            }

            build?.Invoke(builder);
        }, pathBase);
        return host;
    }

    public async ValueTask InitializeAsync() => await StartAsync(
        builder =>
        {
            builder.Services.AddRegistryRest();
            builder.AddOrleansRegistry(options => options.StorageType = StorageType.Memory);
        },
        null);

    /// <summary>Asks it to end, and waits until it has: requests that are still open have until then.</summary>
    internal Task StopAsync() => app!.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    private async Task StartAsync(Action<WebApplicationBuilder> build, string? pathBase)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddProvider(new LogCatcher(Log, LogLevel.Warning));
        build(builder);
        app = builder.Build();
        if (pathBase is not null)
        {
            app.UsePathBase(pathBase);
            app.UseRouting();
        }

        app.MapRegistryRest();
        await app.StartAsync();
        Address = new Uri(app.Urls.First());
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Address };
    }
}
