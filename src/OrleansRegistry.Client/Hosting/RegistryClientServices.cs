using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansRegistry;
using OrleansRegistry.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a <see cref="RegistryClient"/> to an application.</summary>
public static class RegistryClientServices
{
    /// <summary>
    /// Adds a <see cref="RegistryClient"/>, and its <see cref="IAgentRegistry"/>, <see cref="ITaskRegistry"/>, <see cref="IContextRegistry"/>,
    /// <see cref="IAgentSubscriptions"/>, <see cref="IAgentVersions"/>, <see cref="IAgentDrafts"/>, <see cref="IAgentVectors"/>,
    /// <see cref="IAgentLiveness"/>, <see cref="IAgentInstances"/>, <see cref="IAgentProbes"/>, <see cref="IAgentSignatures"/>,
    /// <see cref="ICardTrust"/>, <see cref="IDomains"/>, <see cref="IAgentReviews"/>, <see cref="IAuditTrail"/>, <see cref="IPublicAgents"/> and
    /// <see cref="IAgentGrants"/> where the application has none.
    /// </summary>
    /// <param name="configure">Sets at least <see cref="RegistryClientOptions.BaseAddress"/>.</param>
    public static IServiceCollection AddRegistryClient(this IServiceCollection services, Action<RegistryClientOptions> configure)
    {
        services.TryAddSingleton(_ =>
        {
            var options = new RegistryClientOptions();
            configure(options);
            return new RegistryClient(options);
        });
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Agents);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Versions);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Drafts);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Liveness);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Vectors);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Instances);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Probes);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Signatures);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().CardTrust);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Domains);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Tasks);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Contexts);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Subscriptions);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Audit);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().PublicAgents);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Grants);
        services.TryAddSingleton(provider => provider.GetRequiredService<RegistryClient>().Reviews);
        return services;
    }
}
