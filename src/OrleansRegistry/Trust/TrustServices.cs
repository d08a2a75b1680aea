using Microsoft.Extensions.DependencyInjection;

namespace OrleansRegistry.Trust;

/// <summary>Registers what judges callers, wherever there are registries.</summary>
internal static class TrustServices
{
    public static void AddTrust(this IServiceCollection services)
    {
        services.AddSingleton<ITenantEnds, TenantEnds>();
        services.AddSingleton<IDataGate, DataGate>();
        services.AddSingleton<TenantQuotas>();
        services.AddSingleton<TenantRoom>();
        services.AddSingleton<TenantEraser>();
        services.AddHostedService<TenantErasureService>();
        services.AddSingleton<ITenants, TenantRegistry>();
        services.AddSingleton<Operations>();
        services.AddSingleton<GrantBook>();
        services.AddSingleton<GrantRoom>();
        services.AddSingleton<IAgentGrants, AgentGrants>();
        services.AddSingleton<MessageGate>();
        services.AddSingleton<AgentSight>();
        services.AddSingleton<AgentOwnership>();
        services.AddSingleton<IPublicAgents, PublicAgents>();
    }

    /// <summary>Callers get the guard; what is within the registry may ask for the registry itself.</summary>
    public static void AddGuarded<TInterface, TRegistry, TGuard>(this IServiceCollection services)
        where TInterface : class
        where TRegistry : class, TInterface
        where TGuard : class, TInterface
    {
        services.AddSingleton<TRegistry>();
        services.AddSingleton<TInterface, TGuard>();
    }
}
