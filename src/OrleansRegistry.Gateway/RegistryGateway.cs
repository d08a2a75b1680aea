using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansRegistry.Gateway.A2A;
using OrleansRegistry.Gateway.Agents;
using OrleansRegistry.Gateway.Contexts;
using OrleansRegistry.Gateway.Events;
using OrleansRegistry.Gateway.Extensions;
using OrleansRegistry.Gateway.Health;
using OrleansRegistry.Gateway.Http;
using OrleansRegistry.Gateway.OpenApi;
using OrleansRegistry.Gateway.Tasks;

namespace OrleansRegistry.Gateway;

/// <summary>The registry over HTTP. The host registers an <see cref="IAgentRegistry"/>, an <see cref="ITaskRegistry"/> and an <see cref="IContextRegistry"/>; the gateway translates and holds no rules of its own.</summary>
public static class RegistryGateway
{
    /// <summary>Adds what <see cref="MapRegistryGateway"/> needs. Readiness is every health check with the tag <see cref="HealthCheckNames.Ready"/>.</summary>
    public static IServiceCollection AddRegistryGateway(this IServiceCollection services, Action<GatewayOptions>? configure = null)
    {
        services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
        services.AddOptions<GatewayOptions>().Configure(configure ?? (_ => { })).ValidateOnStart();
        services.AddHealthChecks();
        services.AddRouting();
        services.AddCors();
        services.AddSingleton(provider => new ListeningHosts(provider.GetRequiredService<IServer>(), provider.GetRequiredService<IOptions<GatewayOptions>>().Value));
        services.AddOpenApi("v1", OpenApiDescriber.Configure);
        services.AddSingleton<GatewayErrors>();
        services.AddSingleton<Readiness>();
        services.TryAddKeyedSingleton(RegistryTimeAttribute.ServiceKey, TimeProvider.System);
        return services;
    }

    /// <summary>Maps every path of the registry.</summary>
    /// <param name="endpoints">
    /// Where <paramref name="endpoints"/> is the application itself, paths and methods that nobody serves get problem details too;
    /// the host's name and the origin of each request are checked, and CORS is answered. Within a larger application all that stays the host's.
    /// </param>
    public static IEndpointRouteBuilder MapRegistryGateway(this IEndpointRouteBuilder endpoints)
    {
        if (endpoints is IApplicationBuilder application)
        {
            application.UseMiddleware<StoppingMiddleware>();
            Guard(application);
        }

        var services = endpoints.ServiceProvider;
        var registry = services.GetRequiredService<IAgentRegistry>();
        var options = services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        GatewayOptionsValidator.CheckBodies(options, services.GetService<AgentRules>(), services.GetService<TaskRules>());
        var errors = services.GetRequiredService<GatewayErrors>();
        var readiness = services.GetRequiredService<Readiness>();
        var card = new RegistryCard(options);

        var routes = new GatewayRoutes(endpoints, registry, errors, options);
        new AgentReadEndpoints(registry).Map(routes);
        new AgentListEndpoints(registry, options).Map(routes);
        new AgentWriteEndpoints(registry, options).Map(routes);
        new AgentChangeEndpoints(registry, options).Map(routes);
        new AgentBatchEndpoint(registry, options).Map(routes);
        new AgentFacetEndpoints(registry).Map(routes);
        new ExtensionEndpoints(registry, options).Map(routes);
        new JsonRpcEndpoint(new JsonRpcMethods(registry, readiness, card), errors, options).Map(routes);
        new RegistryCardEndpoint(card).Map(routes);
        MapTasks(routes, services, options);
        new HealthEndpoints(readiness).Map(routes);
        new ServiceEndpoints(options).Map(routes);
        endpoints.MapOpenApi();
        return endpoints;
    }

    /// <summary>Maps the paths of health alone, for a process that answers no calls. It needs no <see cref="IAgentRegistry"/>.</summary>
    public static IEndpointRouteBuilder MapRegistryHealth(this IEndpointRouteBuilder endpoints)
    {
        if (endpoints is IApplicationBuilder application)
        {
            Guard(application);
        }

        var services = endpoints.ServiceProvider;
        var options = services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        var routes = new GatewayRoutes(endpoints, registry: null, services.GetRequiredService<GatewayErrors>(), options);
        new HealthEndpoints(services.GetRequiredService<Readiness>()).Map(routes);
        return endpoints;
    }

    private static void Guard(IApplicationBuilder application)
    {
        var options = application.ApplicationServices.GetRequiredService<IOptions<GatewayOptions>>().Value;
        TrustedProxies.Use(application, options.TrustedProxies);
        application.UseMiddleware<RequestGuard>();
        if (CorsRules.Policy(options) is { } cors)
        {
            application.UseMiddleware<CorsMiddleware>(cors);
        }

        application.UseMiddleware<BareStatusMiddleware>();
    }

    private static void MapTasks(GatewayRoutes routes, IServiceProvider services, GatewayOptions options)
    {
        var tasks = services.GetRequiredService<ITaskRegistry>();
        var contexts = services.GetRequiredService<IContextRegistry>();
        var lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        var polls = new LongPoll(lifetime);
        var streams = new EventStreams(lifetime, services.GetRequiredKeyedService<TimeProvider>(RegistryTimeAttribute.ServiceKey), options);

        new TaskReadEndpoints(tasks, polls).Map(routes);
        new TaskArtifactEndpoints(tasks).Map(routes);
        new TaskListEndpoints(tasks).Map(routes);
        new TaskWriteEndpoints(tasks, options).Map(routes);
        new TaskClaimEndpoints(tasks, polls, options).Map(routes);
        new TaskFeedbackEndpoints(tasks, options).Map(routes);
        new TaskWebhookEndpoints(tasks, options).Map(routes);
        new TaskEventEndpoint(tasks, streams).Map(routes);
        new ContextReadEndpoints(contexts, tasks).Map(routes);
        new ContextWriteEndpoints(contexts, options).Map(routes);
        new ContextEventEndpoint(contexts, streams).Map(routes);
    }
}
