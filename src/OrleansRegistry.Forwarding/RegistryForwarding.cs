using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using OrleansRegistry.Clustering;
using OrleansRegistry.Forwarding.Agents;
using OrleansRegistry.Forwarding.Wire;
using OrleansRegistry.Hosting;
using OrleansRegistry.Outbound;
using Polly;
using Polly.Timeout;

namespace OrleansRegistry.Forwarding;

/// <summary>
/// Makes a registry the A2A client of agents that serve themselves: what is sent to an agent delivered <see cref="AgentDelivery.Forward"/> goes on to
/// the URL of its card, and what the agent does is mirrored into the task here.
/// </summary>
public static class RegistryForwarding
{
    internal const string ClientName = "registry.forward";

    /// <summary>Adds it to a process with <c>AddOrleansRegistry</c>. In the role of a silo alone, which takes no messages, it does nothing.</summary>
    /// <param name="configure">Changes what configuration and environment set (<see cref="ForwardingSettings"/>).</param>
    public static IServiceCollection AddRegistryForwarding(this IServiceCollection services, Action<ForwardingOptions>? configure = null)
    {
        services.AddSingleton<IValidateOptions<ForwardingOptions>, ForwardingOptionsValidator>();
        services.AddOptions<ForwardingOptions>()
            .Configure<IConfiguration>((options, configuration) => ForwardingSettings.All.Bind(configuration, options))
            .Configure(configure ?? (_ => { }))
            .ValidateOnStart();
        services.AddSingleton<RemoteAgents>();
        services.AddSingleton<ForwardingService>();
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<RegistryOptions>().Cluster.Role == ClusterRole.Silo
            ? new NoForwarding()
            : provider.GetRequiredService<ForwardingService>());
        services.AddHttpClient(ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(Handler)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)

            // Of each request several lines with its URL: what matters is logged by the turn that it is of.
            .RemoveAllLoggers()
            .AddResilienceHandler(ClientName, (pipeline, context) =>
            {
                var options = context.ServiceProvider.GetRequiredService<IOptions<ForwardingOptions>>().Value;
                pipeline.TelemetryListener = null;
                pipeline.AddRetry(new HttpRetryStrategyOptions
                {
                    MaxRetryAttempts = options.Retries,
                    Delay = options.Pause,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    MaxDelay = TimeSpan.FromSeconds(30),
                    ShouldHandle = attempt => ValueTask.FromResult(MayPass(attempt.Outcome)),
                    OnRetry = attempt =>
                    {
                        if (attempt.Outcome.Exception is not { } fault || !RemoteFault.Of(fault).IsUnreached)
                        {
                            attempt.Context.GetRequestMessage()?.Options.Set(RemoteFault.MayHaveArrived, true);
                        }

                        return default;
                    },
                });

                // Of each attempt. An agent that takes so long may be at it, and gets no second request.
                pipeline.AddTimeout(options.Timeout);
            });
        return services;
    }

    private static bool MayPass(Outcome<HttpResponseMessage> outcome) =>
        (HttpClientResiliencePredicates.IsTransient(outcome) || outcome.Exception is SocketException)
        && outcome.Exception is not TimeoutRejectedException
        && outcome.Result?.StatusCode != HttpStatusCode.NotImplemented
        && !AddressRefusedException.IsIn(outcome.Exception);

    private static SocketsHttpHandler Handler(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<ForwardingOptions>>().Value;
        return GuardedHttp.Handler(options.Addresses, connections: int.MaxValue, connectTimeout: TimeSpan.FromSeconds(10));
    }

    private sealed class NoForwarding : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;
    }
}
