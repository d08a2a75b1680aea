using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry;
using OrleansRegistry.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds an <see cref="AgentWorker"/> to an application, which works while the application runs.</summary>
public static class AgentWorkerServices
{
    /// <summary>
    /// Adds a worker over the application's registry: a co-hosted one, or that of <see cref="RegistryClientServices.AddRegistryClient"/>.
    /// </summary>
    /// <param name="work">As of <see cref="AgentWorker.RunAsync"/>.</param>
    public static IServiceCollection AddAgentWorker(
        this IServiceCollection services, string agentId, Func<TaskRecord, WorkerContext, Task> work, Action<AgentWorkerOptions>? configure = null) =>
        services.AddSingleton<IHostedService>(provider =>
        {
            var options = new AgentWorkerOptions { Logger = provider.GetRequiredService<ILoggerFactory>().CreateLogger<AgentWorker>() };
            configure?.Invoke(options);
            var worker = new AgentWorker(
                provider.GetRequiredService<ITaskRegistry>(), provider.GetRequiredService<IAgentRegistry>(), agentId, options);
            return new AgentWorkerService(worker, work);
        });

    private sealed class AgentWorkerService(AgentWorker worker, Func<TaskRecord, WorkerContext, Task> work) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => worker.RunAsync(work, stoppingToken);
    }
}
