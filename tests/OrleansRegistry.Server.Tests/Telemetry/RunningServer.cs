using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.TestSupport;

namespace OrleansRegistry.Server.Tests.Telemetry;

/// <summary>The whole server in this process, until it is disposed.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly Task<int> running;
    private readonly StringWriter console = new();
    private readonly StringWriter errors = new();
    private readonly TaskCompletionSource<IServiceProvider> started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningServer(IReadOnlyDictionary<string, string> settings, Action<WebApplicationBuilder>? configure)
    {
        string[] words = ["--urls=http://127.0.0.1:0", .. settings.Select(setting => $"--{setting.Key}={setting.Value}")];
        running = Task.Run(() => RegistryServer.RunAsync(words, console, errors, builder =>
        {
            builder.Logging.ClearProviders().AddProvider(new LogCatcher(Log));
            builder.Services.AddSingleton<IHostedService>(services => new Starting(services, started));
            configure?.Invoke(builder);
        }));
    }

    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>What the console showed at the start.</summary>
    public string Shown => console.ToString();

    public HttpClient Http { get; private set; } = new();

    public IServiceProvider Services => started.Task.Result;

    public static async Task<RunningServer> StartAsync(IReadOnlyDictionary<string, string> settings, Action<WebApplicationBuilder>? configure = null)
    {
        var server = new RunningServer(settings, configure);
        if (await Task.WhenAny(server.started.Task, server.running).WaitAsync(TimeSpan.FromSeconds(60)) == server.running)
        {
            throw new InvalidOperationException($"The server ended with {await server.running}: {server.errors}");
        }

        var addresses = server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        server.Http = new HttpClient { BaseAddress = new Uri(addresses.First()) };
        return server;
    }

    /// <summary>What Prometheus gets.</summary>
    public Task<string> ScrapeAsync() => Http.GetStringAsync("/metrics");

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await running.WaitAsync(TimeSpan.FromSeconds(60));
        await errors.DisposeAsync();
        await console.DisposeAsync();
    }

    private sealed class Starting(IServiceProvider services, TaskCompletionSource<IServiceProvider> started) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.Register(() => started.TrySetResult(services));
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
