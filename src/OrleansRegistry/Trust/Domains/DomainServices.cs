using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Trust.Domains;

/// <summary>Registers the proof of domains, where there are registries.</summary>
internal static class DomainServices
{
    public static void AddDomains(this IServiceCollection services, DomainOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<DomainProbe>();
        services.AddSingleton<DomainBook>();
        services.AddSingleton(provider =>
        {
            var domains = ActivatorUtilities.CreateInstance<DomainRecords>(provider);
            provider.GetRequiredService<AgentDirectory>().Verdicts.Domains = domains;
            return domains;
        });
        services.AddSingleton<DomainGate>();
        services.AddSingleton<IDomains, GuardedDomains>();
        services.AddHostedService<DomainService>();
    }
}

/// <summary>Looks again at domains that are due.</summary>
internal sealed class DomainService(DomainRecords domains, BackgroundLoops loops) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        loops.RepeatAsync("the checks of domains", Often, domains.RecheckAsync, stoppingToken);
}
