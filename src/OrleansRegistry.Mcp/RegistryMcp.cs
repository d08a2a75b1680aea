using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ModelContextProtocol.AspNetCore;
using ModelContextProtocol.Server;
using OrleansRegistry.Mcp.Agents;
using OrleansRegistry.Mcp.Contexts;
using OrleansRegistry.Mcp.Protocol;
using OrleansRegistry.Mcp.Resources;
using OrleansRegistry.Mcp.Snapshots;
using OrleansRegistry.Mcp.Tasks;
using OrleansRegistry.Mcp.Tools;
using OrleansRegistry.Mcp.Trust;

namespace OrleansRegistry.Mcp;

/// <summary>
/// The registry as a server of the Model Context Protocol, for language models. The host registers an <see cref="IAgentRegistry"/>, an
/// <see cref="ITaskRegistry"/> and an <see cref="IContextRegistry"/>; where there is an <see cref="ISnapshotStore"/> too, snapshots can be listed.
/// </summary>
public static class RegistryMcp
{
    /// <summary>Adds what <see cref="MapRegistryMcp"/> needs.</summary>
    /// <param name="configure">Changes what configuration and environment set (<see cref="RegistryMcpSettings"/>).</param>
    public static IServiceCollection AddRegistryMcp(this IServiceCollection services, Action<RegistryMcpOptions>? configure = null)
    {
        services.AddRegistryHttp();
        services.AddSingleton<IValidateOptions<RegistryMcpOptions>, RegistryMcpOptionsValidator>();
        services.AddOptions<RegistryMcpOptions>()
            .Configure<IConfiguration>((options, configuration) => RegistryMcpSettings.All.Bind(configuration, options))
            .Configure(configure ?? (_ => { }))
            .ValidateOnStart();
        services.AddSingleton<ApiSchemaSource>(McpSchemas.All);
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<RegistryMcpOptions>>().Value);
        services.AddSingleton(Tools);
        services.AddSingleton<TaskWait>();
        services.AddSingleton<McpResources>();
        services.AddSingleton<McpHandlers>();
        services.AddMcpServer().WithHttpTransport(transport => transport.SessionMode = HttpServerSessionMode.Stateless);
        services.AddOptions<HttpServerTransportOptions>().Configure<IServiceProvider>(Serve);

        // It warns of each message that a client got wrong. What is configured comes after it, and goes before it.
        services.Configure<LoggerFilterOptions>(log => log.Rules.Insert(0, new LoggerFilterRule(null, "ModelContextProtocol", LogLevel.None, null)));
        return services;
    }

    /// <summary>Maps <c>POST /mcp</c>: streamable HTTP without sessions.</summary>
    /// <param name="endpoints">
    /// Where <paramref name="endpoints"/> is the application itself, the host's name and the origin of each request are checked, and CORS is
    /// answered. Within a larger application all that stays the host's.
    /// </param>
    public static IEndpointRouteBuilder MapRegistryMcp(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        var http = services.GetRequiredService<IOptions<RegistryHttpOptions>>().Value;
        new McpEndpoint(McpLibrary.Endpoint(services), http, services.GetRequiredService<FaultHandler>()).Map(endpoints.UseRegistryHttp());
        return endpoints;
    }

    /// <summary>All tools; those that are offered depend on the options.</summary>
    private static McpTools Tools(IServiceProvider services)
    {
        var options = services.GetRequiredService<RegistryMcpOptions>();
        var agents = services.GetRequiredService<IAgentRegistry>();
        var tasks = services.GetRequiredService<ITaskRegistry>();
        var contexts = services.GetRequiredService<IContextRegistry>();
        var wait = services.GetRequiredService<TaskWait>();
        var tools = new List<McpTool>();
        tools.AddRange(new AgentReadTools(agents, tasks).All);
        if (services.GetService<IAgentFinder>() is { } finder)
        {
            tools.Add(new AgentMatchTool(finder).Tool);
        }

        tools.AddRange(new AgentWriteTools(agents).All);
        tools.AddRange(new SendMessageTool(agents, tasks, wait, options).All);
        tools.AddRange(new TaskReadTools(tasks, wait, options).All);
        tools.AddRange(new TaskItemTools(tasks, contexts).All);
        tools.AddRange(new ContextTools(contexts).All);
        if (services.GetService<ISnapshotStore>() is { } snapshots)
        {
            tools.AddRange(new SnapshotTools(snapshots).All);
        }

        if (services.GetService<IAgentGrants>() is { } grants)
        {
            tools.AddRange(new GrantTools(grants).All);
        }

        return new McpTools(tools, options, services.GetRequiredService<FaultHandler>());
    }

    /// <summary>The handlers are made by the first request: a process that only hosts a silo has the options and no registry.</summary>
    private static void Serve(HttpServerTransportOptions transport, IServiceProvider services)
    {
        var others = transport.ConfigureSessionOptions;
        transport.ConfigureSessionOptions = async (context, options, cancellation) =>
        {
            if (others is not null)
            {
                await others(context, options, cancellation);
            }

            await services.GetRequiredService<McpHandlers>().Configure(context, options, cancellation);
        };
    }
}
