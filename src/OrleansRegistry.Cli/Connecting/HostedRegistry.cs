using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansRegistry.Objects.Cloud;
using OrleansRegistry.Mcp;
using OrleansRegistry.Rest;

namespace OrleansRegistry.Cli;

/// <summary>
/// A registry in this process, on a port of the loopback address, for as long as a command takes. So a command is the same on a store as through a
/// registry that runs.
/// </summary>
internal sealed class HostedRegistry : IAsyncDisposable
{
    private readonly WebApplication app;

    private HostedRegistry(WebApplication app) => this.app = app;

    public Uri Url => new(app.Urls.First());

    public IServiceProvider Services => app.Services;

    /// <exception cref="CliException">There is no store, or what it is cannot be served here.</exception>
    public static async Task<HostedRegistry> StartAsync(
        StorePlace place, StoreUse use, Terminal terminal, bool verbose, CancellationToken cancellation)
    {
        var settings = await place.VisitorSettingsAsync(terminal, use, cancellation);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddConfiguration(settings);
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        Loggers.Configure(builder.Logging, verbose);
        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        builder.AddOrleansRegistry();
        builder.Services.AddCloudObjectStores();
        builder.Services.AddRegistryRest();
        builder.Services.AddRegistryMcp();
        var app = builder.Build();
        try
        {
            app.MapRegistryRest();
            app.MapRegistryMcp();
            await app.StartAsync(cancellation);
            return new HostedRegistry(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
    }

    /// <summary>Signals are the command's.</summary>
    private sealed class CommandLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
