using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansRegistry.Embeddings.Endpoint;
using OrleansRegistry.Embeddings.Local;

namespace OrleansRegistry.Embeddings;

/// <summary>Lets a registry search by meaning.</summary>
public static class RegistryEmbeddings
{
    /// <summary>
    /// Adds what makes vectors of texts (<see cref="ITextEmbedder"/>) to a host with <c>AddOrleansRegistry</c>. A host may also add one of its own. The
    /// local model is loaded when the first text comes, and takes 300 MB of memory from then on.
    /// </summary>
    /// <param name="configure">Changes what configuration and environment set (<see cref="EmbeddingSettings"/>).</param>
    /// <exception cref="SettingException">A setting has a value that it cannot have.</exception>
    public static IHostApplicationBuilder AddRegistryEmbeddings(this IHostApplicationBuilder builder, Action<EmbeddingOptions>? configure = null)
    {
        var options = new EmbeddingOptions();
        EmbeddingSettings.All.Bind(builder.Configuration, options);
        configure?.Invoke(options);
        EmbeddingSettings.Check(options);
        if (options.IsEndpoint)
        {
            builder.Services.AddEndpointEmbedder(options);
        }
        else if (options.Source == EmbeddingOptions.Local)
        {
            builder.Services.AddSingleton<ITextEmbedder>(_ => new MiniLmEmbedder(options.Threads));
        }

        return builder;
    }
}
