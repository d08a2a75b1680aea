using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using OrleansRegistry.Outbound;
using Polly;

namespace OrleansRegistry.Embeddings.Endpoint;

/// <summary>Makes the client of an endpoint.</summary>
internal static class EndpointServices
{
    private const int Retries = 2;

    public static void AddEndpointEmbedder(this IServiceCollection services, EmbeddingOptions options)
    {
        services.AddHttpClient(EndpointEmbedder.ClientName, client =>
            {
                client.Timeout = Timeout.InfiniteTimeSpan;
                client.MaxResponseContentBufferSize = EndpointEmbedder.MostBytes;
            })
            .ConfigurePrimaryHttpMessageHandler(() => GuardedHttp.Handler(Anywhere, connections: 16, connectTimeout: TimeSpan.FromSeconds(10)))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)

            // Lines of each request say what the worker that makes it says once.
            .RemoveAllLoggers()
            .AddResilienceHandler(EndpointEmbedder.ClientName, pipeline =>
            {
                pipeline.TelemetryListener = null;
                pipeline.AddTimeout(options.Timeout);
                pipeline.AddRetry(new HttpRetryStrategyOptions
                {
                    MaxRetryAttempts = Retries,
                    Delay = options.Pause,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    ShouldHandle = attempt => ValueTask.FromResult(
                        HttpClientResiliencePredicates.IsTransient(attempt.Outcome) || attempt.Outcome.Exception is SocketException),
                });
            });
        services.AddSingleton<ITextEmbedder>(provider =>
            new EndpointEmbedder(provider.GetRequiredService<IHttpClientFactory>().CreateClient(EndpointEmbedder.ClientName), options));
    }

    /// <summary>The operator chose the URL, and no caller: it may be on this machine. Redirects and proxies, which would get the key, are not followed.</summary>
    private static OutboundAddresses Anywhere { get; } = new([IPNetwork.Parse("0.0.0.0/0"), IPNetwork.Parse("::/0")]);
}
