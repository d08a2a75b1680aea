using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansRegistry.A2A.Cards;
using OrleansRegistry.A2A.Grpc;
using OrleansRegistry.A2A.HttpJson;
using OrleansRegistry.A2A.JsonRpc;
using OrleansRegistry.A2A.Service;

namespace OrleansRegistry.A2A;

/// <summary>
/// A2A for the agents that the registry fronts: JSON-RPC at <c>/a2a/{agentId}</c>, HTTP+JSON below it, and gRPC where the host speaks HTTP/2. The
/// host registers an <see cref="IAgentRegistry"/>, an <see cref="ITaskRegistry"/> and an <see cref="IContextRegistry"/>.
/// </summary>
public static class RegistryA2A
{
    /// <summary>Adds what <see cref="MapRegistryA2A"/> needs.</summary>
    /// <param name="configure">Changes what configuration and environment set (<see cref="RegistryA2ASettings"/>).</param>
    public static IServiceCollection AddRegistryA2A(this IServiceCollection services, Action<RegistryA2AOptions>? configure = null)
    {
        services.AddRegistryHttp();
        services.AddSingleton<IValidateOptions<RegistryA2AOptions>, RegistryA2AOptionsValidator>();
        services.AddOptions<RegistryA2AOptions>()
            .Configure<IConfiguration>((options, configuration) => RegistryA2ASettings.All.Bind(configuration, options))
            .Configure(configure ?? (_ => { }))
            .ValidateOnStart();
        services.AddSingleton<ApiSchemaSource>(A2ADocs.Schemas);
        services.AddSingleton<AgentGate>();
        services.AddSingleton<A2AService>();
        services.AddSingleton<BinduService>();
        services.AddSingleton<A2AFaults>();
        services.AddSingleton<SpokenBindings>();
        services.AddSingleton<CardSigning>();
        services.AddSingleton<IOwnCardSigner>(provider => provider.GetRequiredService<CardSigning>());
        services.AddGrpcBinding();
        return services;
    }

    /// <summary>Maps the paths of A2A.</summary>
    /// <param name="endpoints">
    /// Where <paramref name="endpoints"/> is the application itself, the host's name and the origin of each request are checked, and CORS is answered.
    /// Within a larger application all that stays the host's.
    /// </param>
    public static IEndpointRouteBuilder MapRegistryA2A(this IEndpointRouteBuilder endpoints)
    {
        var routes = endpoints.UseRegistryHttp();
        var services = endpoints.ServiceProvider;
        var http = services.GetRequiredService<IOptions<RegistryHttpOptions>>().Value;
        var gate = services.GetRequiredService<AgentGate>();
        var service = services.GetRequiredService<A2AService>();
        var faults = services.GetRequiredService<A2AFaults>();
        var streams = services.GetRequiredService<EventStreams>();

        var below = new HttpJsonRoutes(routes, gate, faults);
        new MessageEndpoints(service, streams, http).Map(below);
        new TaskEndpoints(service, streams, http).Map(below);
        new PushEndpoints(service, http).Map(below);
        var options = services.GetRequiredService<IOptions<RegistryA2AOptions>>().Value;
        var spoken = services.GetRequiredService<SpokenBindings>();
        new CardEndpoint(gate, services.GetRequiredService<CardSigning>(), spoken, faults, http, options).Map(routes);
        below.RefuseOthers();
        var legacy = new LegacyMethods(service, new BinduMethods(services.GetRequiredService<BinduService>()));
        new JsonRpcEndpoint(gate, new JsonRpcMethods(service), legacy, streams, faults, http).Map(routes);
        endpoints.MapGrpcBinding(routes);
        return endpoints;
    }
}
