using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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
        var options = place.Options(terminal);
        var isNew = StorePlace.IsNew(options);
        if (use == StoreUse.Existing)
        {
            StorePlace.MustExist(options);
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddConfiguration(place.Settings(terminal)).AddInMemoryCollection(Visitor(isNew));
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        if (verbose)
        {
            builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter(nameof(OrleansRegistry), LogLevel.Information)
                .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        }

        builder.Services.AddSingleton<IHostLifetime, CommandLifetime>();
        builder.AddOrleansRegistry();
        builder.Services.AddRegistryRest();
        var app = builder.Build();
        try
        {
            app.MapRegistryRest();
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

    /// <summary>
    /// This process comes and goes: it is no part of a cluster, and changes no schema that a server might still need. Whoever has the store has all
    /// that is in it, so callers are believed.
    /// </summary>
    private static Dictionary<string, string?> Visitor(bool isNew) => new()
    {
        ["REGISTRY_CLUSTERING"] = "localhost",
        ["REGISTRY_ROLE"] = "all",
        ["REGISTRY_DRAIN_SECONDS"] = "0",
        ["ORLEANS_SILO_PORT"] = "0",
        ["ORLEANS_GATEWAY_PORT"] = "0",
        ["ORLEANS_ADVERTISED_ADDRESS"] = "",
        ["REGISTRY_PUBLIC_URL"] = "",
        ["REGISTRY_TRUST_CALLER_HEADERS"] = "true",
        ["REGISTRY_TRUST_SCOPE_HEADER"] = "true",
        ["REGISTRY_DEFAULT_CALLER"] = "default/default",
        ["STORAGE_CHECK_ON_STARTUP"] = "false",
        ["STORAGE__RUN_MIGRATIONS_ON_STARTUP"] = isNew ? "true" : "false",
    };

    /// <summary>Signals are the command's.</summary>
    private sealed class CommandLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
