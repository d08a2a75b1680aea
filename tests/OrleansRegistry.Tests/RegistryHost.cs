using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Tests;

/// <summary>The registry inside a plain .NET host, as a co-hosting program has it.</summary>
internal sealed class RegistryHost : IAsyncDisposable
{
    private readonly IHost host;

    private RegistryHost(IHost host) => this.host = host;

    public IAgentRegistry Agents => host.Services.GetRequiredService<IAgentRegistry>();

    public ITaskRegistry Tasks => host.Services.GetRequiredService<ITaskRegistry>();

    public IContextRegistry Contexts => host.Services.GetRequiredService<IContextRegistry>();

    public IAgentVersions Versions => host.Services.GetRequiredService<IAgentVersions>();

    public IAgentDrafts Drafts => host.Services.GetRequiredService<IAgentDrafts>();

    public IServiceProvider Services => host.Services;

    public static async Task<RegistryHost> StartAsync(
        Action<RegistryOptions>? configure = null, IRecordStore? store = null, TimeProvider? time = null, Action<IServiceCollection>? services = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.AddOrleansRegistry(options =>
        {
            options.StorageType = StorageType.Memory;

            // Webhooks of tests that are not about them lead to hosts that there are not.
            options.Push = options.Push with { Enabled = false };

            // Tests count what is asked of the store.
            options.AgentActivity = false;
            configure?.Invoke(options);
        });
        if (store is not null)
        {
            builder.Services.Replace(ServiceDescriptor.Singleton(store));
        }

        if (time is not null)
        {
            builder.Services.AddKeyedSingleton(RegistryTimeAttribute.ServiceKey, time);
        }

        services?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new RegistryHost(host);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(TestContext.Current.CancellationToken);
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}
