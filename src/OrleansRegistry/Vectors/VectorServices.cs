using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Vectors;

/// <summary>
/// Registers the vectors of agents, and the search by meaning, which without an <see cref="ITextEmbedder"/> does nothing.
/// </summary>
internal static class VectorServices
{
    public static void AddVectors(this IServiceCollection services)
    {
        services.AddSingleton(provider => new VectorDirectory(
            provider.GetRequiredService<AgentDirectory>(), provider.GetService<ITextEmbedder>()?.Model));
        services.AddSingleton<GivenVectorDirectory>();
        services.AddGuarded<IAgentVectors, AgentVectorRegistry, GuardedVectors>();
        services.AddSingleton<EmbeddingShare>();
        services.AddSingleton<QueryVectors>();
        services.AddSingleton<AgentMeaning>();
        services.AddSingleton<RankedSearch>();
        services.AddHostedService<GivenVectorFeed>();
        services.AddHostedService<VectorFeed>();
        services.AddHostedService<EmbeddingWorker>();
        services.AddHostedService<VectorGraphs>();
    }
}
