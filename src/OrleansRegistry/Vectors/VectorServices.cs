using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Vectors;

/// <summary>Registers the search by meaning; without an <see cref="ITextEmbedder"/> it does nothing.</summary>
internal static class VectorServices
{
    public static void AddVectors(this IServiceCollection services)
    {
        services.AddSingleton(provider => new VectorDirectory(
            provider.GetRequiredService<AgentDirectory>(), provider.GetService<ITextEmbedder>()?.Model));
        services.AddSingleton<EmbeddingShare>();
        services.AddSingleton<QueryVectors>();
        services.AddSingleton<RankedSearch>();
        services.AddHostedService<VectorFeed>();
        services.AddHostedService<EmbeddingWorker>();
        services.AddHostedService<VectorGraphs>();
    }
}
