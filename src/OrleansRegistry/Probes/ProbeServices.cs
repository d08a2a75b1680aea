using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Probes;

/// <summary>Registers the probes of agents, where there is a directory.</summary>
internal static class ProbeServices
{
    public static void AddProbes(this IServiceCollection services)
    {
        services.AddSingleton<AgentProber>();
        services.AddSingleton<ProbeSchedule>();
        services.AddGuarded<IAgentProbes, AgentProbes, GuardedProbes>();
        services.AddHostedService<ProbeService>();
    }
}
