using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace OrleansRegistry.Http;

/// <summary>
/// What every HTTP front end of the registry stands on. A front end translates between HTTP and the registry's interfaces, and holds no rules of its
/// own.
/// </summary>
public static class RegistryHttp
{
    private const long LeastTaskBody = 64 * 1024;

    /// <summary>Room for a few messages and artifacts at once, each as large as it may be.</summary>
    private const long MessagesInBody = 4;

    /// <summary>Adds what every front end needs. Each adds it for itself, so a host calls this only to change options.</summary>
    /// <param name="configure">Changes what configuration and environment set (<see cref="RegistryHttpSettings"/>).</param>
    public static IServiceCollection AddRegistryHttp(this IServiceCollection services, Action<RegistryHttpOptions>? configure = null)
    {
        if (!services.Any(service => service.ServiceType == typeof(FaultHandler)))
        {
            AddKit(services);
        }

        if (configure is not null)
        {
            services.Configure(configure);
        }

        return services;
    }

    /// <summary>Maps the paths of health. Readiness is every health check with the tag <see cref="HealthCheckNames.Ready"/>.</summary>
    /// <inheritdoc cref="UseRegistryHttp"/>
    public static IEndpointRouteBuilder MapRegistryHealth(this IEndpointRouteBuilder endpoints)
    {
        new HealthEndpoints(endpoints.ServiceProvider.GetRequiredService<Readiness>()).Map(endpoints.UseRegistryHttp());
        return endpoints;
    }

    /// <summary>Maps the OpenAPI document of all front ends, <c>/openapi/v1.json</c>, and <c>/docs</c>, which shows it.</summary>
    /// <inheritdoc cref="UseRegistryHttp"/>
    public static IEndpointRouteBuilder MapRegistryDocs(this IEndpointRouteBuilder endpoints)
    {
        endpoints.UseRegistryHttp();
        endpoints.MapOpenApi();
        ApiReference.Map(endpoints);
        return endpoints;
    }

    /// <summary>Of an endpoint of the host: its requests say who calls as they do to the registry's own where credentials are asked for, else are 401.</summary>
    /// <param name="permissions">Its caller must have one of these, else 403.</param>
    public static void DemandToken(this IEndpointConventionBuilder mapped, IServiceProvider services, Permissions permissions)
    {
        if (services.GetRequiredService<IOptions<RegistryHttpOptions>>().Value.AsksCredentials)
        {
            var (gate, faults) = (services.GetRequiredService<CallerGate>(), services.GetRequiredService<FaultHandler>());
            mapped.Add(endpoint => endpoint.RequestDelegate = gate.Before(endpoint.RequestDelegate!, faults.AnswerAsync, permissions));
        }
    }

    /// <summary>What a front end maps its endpoints with.</summary>
    /// <param name="endpoints">
    /// Where <paramref name="endpoints"/> is the application itself, unknown paths and methods get problem details too;
    /// the host's name and the origin of each request are checked, and CORS is answered. Within a larger application all that stays the host's.
    /// </param>
    internal static ApiRoutes UseRegistryHttp(this IEndpointRouteBuilder endpoints)
    {
        if (endpoints is IApplicationBuilder application && application.Properties.TryAdd(nameof(RegistryHttp), true))
        {
            UseMiddleware(application);
        }

        return new ApiRoutes(endpoints);
    }

    private static void AddKit(IServiceCollection services)
    {
        services.AddSingleton<IValidateOptions<RegistryHttpOptions>, RegistryHttpOptionsValidator>();
        services.AddOptions<RegistryHttpOptions>().Configure<IServiceProvider, IConfiguration>(Configure).ValidateOnStart();
        services.AddHealthChecks();
        services.AddRouting();
        services.AddCors();
        services.AddSingleton<ListeningHosts>();
        services.AddOpenApi("v1", OpenApiDescriber.Configure);
        services.AddSingleton<ApiSchemaSource>(ApiSchemas.All);
        services.AddSingleton<FaultHandler>();
        services.AddSingleton<IExceptionHandler>(provider => provider.GetRequiredService<FaultHandler>());
        services.AddProblemDetails();

        // The first that can write does, and the framework's own can nearly always.
        services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, ProblemWriter>());
        services.AddTokens();
        services.AddSingleton<CertificateGate>();
        services.AddSingleton<RefusedAddresses>();
        services.AddSingleton<CallerGate>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<RequestLimits>();
        services.AddSingleton<LongPoll>();
        services.AddSingleton<EventStreams>();
        services.TryAddKeyedSingleton(RegistryTimeAttribute.ServiceKey, TimeProvider.System);
    }

    /// <summary>What follows from the registry's own rules, and then what is configured.</summary>
    private static void Configure(RegistryHttpOptions options, IServiceProvider services, IConfiguration configuration)
    {
        if (services.GetService<RegistryLimits>() is { } limits)
        {
            options.MaxTaskBodyBytes = Math.Max(LeastTaskBody, MessagesInBody * limits.MaxMessageBytes);
        }

        foreach (var group in RegistryHttpSettings.All)
        {
            group.Bind(configuration, options);
        }
    }

    private static void UseMiddleware(IApplicationBuilder application)
    {
        var options = application.ApplicationServices.GetRequiredService<IOptions<RegistryHttpOptions>>().Value;
        application.UseExceptionHandler();
        application.UseMiddleware<SecurityHeaders>();
        application.UseMiddleware<StoppingMiddleware>();
        TrustedProxies.Use(application, options.TrustedProxies);
        application.UseMiddleware<RequestGuard>();
        if (CorsRules.Policy(options) is { } cors)
        {
            application.UseMiddleware<CorsMiddleware>(cors);
        }

        application.UseStatusCodePages(StatusPages.SendAsync);
    }
}
