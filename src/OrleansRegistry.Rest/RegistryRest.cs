using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansRegistry.Rest.Agents;
using OrleansRegistry.Rest.Agents.Versions;
using OrleansRegistry.Rest.Backups;
using OrleansRegistry.Rest.Contexts;
using OrleansRegistry.Rest.Extensions;
using OrleansRegistry.Rest.Finding;
using OrleansRegistry.Rest.Instances;
using OrleansRegistry.Rest.JsonRpc;
using OrleansRegistry.Rest.Liveness;
using OrleansRegistry.Rest.Probes;
using OrleansRegistry.Rest.Service;
using OrleansRegistry.Rest.Snapshots;
using OrleansRegistry.Rest.Subscriptions;
using OrleansRegistry.Rest.Tasks;
using OrleansRegistry.Rest.Transfer;
using OrleansRegistry.Rest.Trust;
using OrleansRegistry.Rest.Trust.Audit;
using OrleansRegistry.Rest.Vectors;

namespace OrleansRegistry.Rest;

/// <summary>
/// The REST API, and the older registry's JSON-RPC. The host registers an <see cref="IAgentRegistry"/>, an <see cref="ITaskRegistry"/> and an
/// <see cref="IContextRegistry"/>; where there is an <see cref="IRegistryTransfer"/> too, what is held can be exported and imported.
/// </summary>
public static class RegistryRest
{
    /// <summary>Adds what <see cref="MapRegistryRest"/> needs.</summary>
    /// <param name="configure">Changes what configuration and environment set (<see cref="RegistryRestSettings"/>).</param>
    public static IServiceCollection AddRegistryRest(this IServiceCollection services, Action<RegistryRestOptions>? configure = null)
    {
        services.AddRegistryHttp();
        services.AddSingleton<IValidateOptions<RegistryRestOptions>, RegistryRestOptionsValidator>();
        services.AddOptions<RegistryRestOptions>()
            .Configure<IServiceProvider, IConfiguration>(Configure)
            .Configure(configure ?? (_ => { }))
            .ValidateOnStart();
        services.AddSingleton<AgentFormat>(AgentJson.WriteRecord);
        services.AddSingleton<ApiSchemaSource>(AgentSchemas.All);
        services.AddSingleton<ApiSchemaSource>(FindingSchemas.All);
        services.AddSingleton<ApiSchemaSource>(AgentVersionSchemas.All);
        services.AddSingleton<ApiSchemaSource>(LeaseSchemas.All);
        services.AddSingleton<ApiSchemaSource>(AgentVectorSchemas.All);
        services.AddSingleton<ApiSchemaSource>(InstanceSchemas.All);
        services.AddSingleton<ApiSchemaSource>(ProbeSchemas.All);
        services.AddSingleton<ApiSchemaSource>(SignatureSchemas.All);
        services.AddSingleton<ApiSchemaSource>(CardTrustSchemas.All);
        services.AddSingleton<ApiSchemaSource>(DomainSchemas.All);
        services.AddSingleton<ApiSchemaSource>(ReviewSchemas.All);
        services.AddSingleton<ApiSchemaSource>(ExtensionSchemas.All);
        services.AddSingleton<ApiSchemaSource>(TaskSchemas.All);
        services.AddSingleton<ApiSchemaSource>(ContextSchemas.All);
        services.AddSingleton<ApiSchemaSource>(SnapshotSchemas.All);
        services.AddSingleton<ApiSchemaSource>(JsonRpcSchemas.All);
        services.AddSingleton<ApiSchemaSource>(BackupSchemas.All);
        services.AddSingleton<ApiSchemaSource>(ServiceSchemas.All);
        services.AddSingleton<ApiSchemaSource>(SubscriptionSchemas.All);
        services.AddSingleton<ApiSchemaSource>(TransferSchemas.All);
        services.AddSingleton<ApiSchemaSource>(TenantSchemas.All);
        services.AddSingleton<ApiSchemaSource>(AuditSchemas.All);
        services.AddSingleton<ApiSchemaSource>(KeySchemas.All);
        services.AddSingleton<ApiSchemaSource>(SharingSchemas.All);
        services.AddSingleton<ApiSchemaSource>(GrantSchemas.All);
        services.AddSingleton<ApiSchemaSource>(LoginSchemas.All);
        return services;
    }

    /// <summary>Maps every path of the REST API and of JSON-RPC, health and the documentation.</summary>
    /// <param name="endpoints">
    /// Where <paramref name="endpoints"/> is the application itself, unknown paths and methods get problem details too;
    /// the host's name and the origin of each request are checked, and CORS is answered. Within a larger application all that stays the host's.
    /// </param>
    public static IEndpointRouteBuilder MapRegistryRest(this IEndpointRouteBuilder endpoints)
    {
        var routes = endpoints.UseRegistryHttp();
        var services = endpoints.ServiceProvider;
        var http = services.GetRequiredService<IOptions<RegistryHttpOptions>>().Value;
        var rest = services.GetRequiredService<IOptions<RegistryRestOptions>>().Value;
        RegistryHttpOptionsValidator.CheckBodies(http, services.GetService<RegistryLimits>());
        var agents = services.GetRequiredService<IAgentRegistry>();
        var tasks = services.GetRequiredService<ITaskRegistry>();
        var contexts = services.GetRequiredService<IContextRegistry>();
        var polls = services.GetRequiredService<LongPoll>();
        var streams = services.GetRequiredService<EventStreams>();
        var card = new RegistryCard(http);

        new AgentReadEndpoints(agents).Map(routes);
        new AgentListEndpoints(agents, http).Map(routes);
        new AgentWatchEndpoint(agents, streams, polls).Map(routes);
        new AgentWriteEndpoints(agents, http).Map(routes);
        new AgentChangeEndpoints(agents, http).Map(routes);
        new AgentBatchEndpoint(agents, http, rest).Map(routes);
        new AgentFacetEndpoints(agents).Map(routes);
        if (services.GetService<IAgentFinder>() is { } finder)
        {
            new AgentCountEndpoints(finder).Map(routes);
            new AgentFindEndpoints(finder, http).Map(routes);
            new AgentMatchEndpoint(finder, http).Map(routes);
        }

        if (services.GetService<IPublicAgents>() is { } publicAgents)
        {
            new PublicAgentEndpoints(publicAgents).Map(routes);
        }

        if (services.GetService<IAgentGrants>() is { } grants)
        {
            new GrantEndpoints(grants, http).Map(routes);
        }

        if (services.GetService<IAgentLiveness>() is { } liveness)
        {
            new HeartbeatEndpoints(liveness, http).Map(routes);
        }

        if (services.GetService<IAgentInstances>() is { } instances)
        {
            new InstanceEndpoints(instances, http).Map(routes);
        }

        if (services.GetService<IAgentSignatures>() is { } signatures)
        {
            new SignatureEndpoints(signatures).Map(routes);
            new CardTrustEndpoints(services.GetRequiredService<ICardTrust>(), http).Map(routes);
        }

        if (services.GetService<IDomains>() is { } domains)
        {
            new DomainEndpoints(domains, http).Map(routes);
        }

        if (services.GetService<IAgentReviews>() is { } reviews)
        {
            new ReviewEndpoints(reviews, http).Map(routes);
        }

        if (services.GetService<IAgentProbes>() is { } probes)
        {
            new ProbeEndpoints(probes).Map(routes);
        }

        new ExtensionEndpoints(agents, rest).Map(routes);
        new TaskReadEndpoints(tasks, polls).Map(routes);
        new TaskArtifactEndpoints(tasks).Map(routes);
        new TaskListEndpoints(tasks).Map(routes);
        new TaskWriteEndpoints(tasks, http).Map(routes);
        new TaskClaimEndpoints(tasks, polls, http).Map(routes);
        new TaskFeedbackEndpoints(tasks, http).Map(routes);
        new TaskWebhookEndpoints(tasks, http).Map(routes);
        new TaskEventEndpoint(tasks, streams).Map(routes);
        new ContextReadEndpoints(contexts, tasks).Map(routes);
        new ContextWriteEndpoints(contexts, http).Map(routes);
        new ContextEventEndpoint(contexts, streams).Map(routes);
        if (services.GetService<IApiKeys>() is { } keys)
        {
            new KeyEndpoints(keys, http, services.GetRequiredKeyedService<TimeProvider>(RegistryTimeAttribute.ServiceKey)).Map(routes);
        }

        MeEndpoint.Map(routes);
        if (http.Logins && services.GetService<ILogins>() is { } logins)
        {
            new LoginEndpoints(logins, http).Map(routes);
            new UserEndpoints(services.GetRequiredService<IUsers>(), http).Map(routes);
        }

        if (services.GetService<IAgentSubscriptions>() is { } subscriptions)
        {
            new SubscriptionEndpoints(subscriptions, http).Map(routes);
        }

        if (services.GetService<ISnapshotStore>() is { } snapshots)
        {
            new SnapshotReadEndpoints(snapshots).Map(routes);
            new SnapshotWriteEndpoints(snapshots).Map(routes);
            new SnapshotUploadEndpoints(snapshots).Map(routes);
        }

        if (services.GetService<IAgentVersions>() is { } versions)
        {
            new AgentVersionEndpoints(versions, http).Map(routes);
            new AgentLabelEndpoints(versions, http).Map(routes);
        }

        if (services.GetService<IAgentDrafts>() is { } drafts)
        {
            new AgentDraftEndpoints(drafts, http).Map(routes);
        }

        var vectors = services.GetService<IAgentVectors>();
        if (vectors is not null)
        {
            new AgentVectorEndpoints(vectors, http).Map(routes);
        }

        var methods = new JsonRpcMethods(agents, services.GetRequiredService<Readiness>(), card, vectors);
        new JsonRpcEndpoint(methods, services.GetRequiredService<FaultHandler>(), http, rest).Map(routes);
        new RegistryCardEndpoint(card, services.GetService<IOwnCardSigner>()).Map(routes);
        new ServiceEndpoint(rest).Map(routes);
        if (services.GetService<ITenants>() is { } tenants)
        {
            new TenantEndpoints(tenants, http).Map(routes);
        }

        if (services.GetService<IRegistryTransfer>() is { } transfer)
        {
            new TransferEndpoints(
                transfer,
                services.GetRequiredService<IDataGate>(),
                rest,
                services.GetRequiredKeyedService<TimeProvider>(RegistryTimeAttribute.ServiceKey)).Map(routes);
        }

        if (services.GetService<IAuditTrail>() is { } trail)
        {
            new AuditEndpoints(trail, http, services.GetService<IOwnCardSigner>()).Map(routes);
        }

        if (services.GetService<IRegistryBackups>() is { } backups)
        {
            new BackupEndpoints(
                backups, services.GetRequiredService<IDataGate>(), rest, services.GetService<IHostApplicationLifetime>()).Map(routes);
        }

        return endpoints.MapRegistryHealth().MapRegistryDocs();
    }

    /// <summary>The mode that the registry works in, and then what is configured.</summary>
    private static void Configure(RegistryRestOptions options, IServiceProvider services, IConfiguration configuration)
    {
        if (services.GetService<ExtensionPolicy>() is { } extensions)
        {
            options.DevelopmentMode = extensions.DevelopmentMode;
            options.RequireExtensionVerification = extensions.RequireVerification;
        }

        if (services.GetService<CardDemands>() is { } demands)
        {
            (options.RequireDomainVerification, options.RequireSignatureVerification) = (demands.Domain, demands.Signature);
        }

        RegistryRestSettings.All.Bind(configuration, options);
    }
}
