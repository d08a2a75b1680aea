using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using OrleansRegistry.A2A;
using OrleansRegistry.Clustering;
using OrleansRegistry.Embeddings;
using OrleansRegistry.Forwarding;
using OrleansRegistry.Hosting;
using OrleansRegistry.Http;
using OrleansRegistry.Mcp;
using OrleansRegistry.Objects;
using OrleansRegistry.Objects.Cloud;
using OrleansRegistry.Rest;
using OrleansRegistry.Settings;
using OrleansRegistry.Storage;
using OrleansRegistry.Trust.Audit;

namespace OrleansRegistry.Server;

/// <summary>The whole of the program.</summary>
internal static partial class RegistryServer
{
    /// <summary>Serves until stopped, or runs another command.</summary>
    /// <param name="output">Takes what a command prints.</param>
    /// <param name="errors">Receives one line with the reason of a failed start.</param>
    /// <param name="configure">Changes what is built last.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, Action<WebApplicationBuilder>? configure = null)
    {
        if (HelpCommand.Run(args, output, errors) is { } exitCode)
        {
            return exitCode;
        }

        IConfiguration? configuration = null;
        try
        {
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
            configuration = builder.Configuration;
            builder.CheckLogging();
            builder.Logging.AddPlainConsole();
            builder.ConfigureListening();
            builder.AddOrleansRegistry();
            builder.AddRegistryEmbeddings();
            builder.Services.AddOptions<HostOptions>().Configure<RegistryOptions>((host, registry) => host.ShutdownTimeout = registry.ShutdownTime);
            builder.Services.AddCloudObjectStores();
            builder.Services.AddRegistryRest();
            builder.Services.AddRegistryA2A(options => options.GrpcClearText = GrpcListening.Read(builder.Configuration));
            builder.Services.AddRegistryMcp();
            builder.Services.AddRegistryForwarding();
            builder.Services.AddSingleton(services => new AuditDefault(
                services.GetRequiredService<IOptions<RegistryHttpOptions>>().Value.DemandsCaller ? AuditMode.On : AuditMode.Off));
            builder.AddFirstKey(output);
            builder.AddServerTelemetry();
            configure?.Invoke(builder);
            await ServeAsync(builder.Build());
            return 0;
        }
        catch (AddressInUseException fault)
        {
            // Kestrel's own comes as an IOException that names the address; this one is the silo's, and names nothing.
            await errors.WriteLineAsync(
                $"The registry did not start. ORLEANS_SILO_PORT or ORLEANS_GATEWAY_PORT is a port that is in use ({fault.Message}); "
                    + "leave both out to take free ones.");
            return 1;
        }
        catch (Exception fault)
            when (fault is SettingException or StoreStartException or ObjectStoreException or OptionsValidationException or IOException)
        {
            // What its operator can mend is said in one line.
            await errors.WriteLineAsync($"The registry did not start. {fault.Message}");
            return 1;
        }
#pragma warning disable CA1031 // The end of the program: reported with configured values masked, as they may be passwords.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            await errors.WriteLineAsync($"The registry ended. {ConfiguredValues.Mask(fault.ToString(), configuration)}");
            return 1;
        }
    }

    private static async Task ServeAsync(WebApplication app)
    {
        foreach (var (name, nearest) in UnknownSettings.Find(app.Configuration, ServerSettings.All))
        {
            LogUnknown(app.Logger, name, nearest is null ? "--help lists all" : $"is {nearest} meant?");
        }

        app.UseServerTelemetry();
        if (app.Services.GetRequiredService<RegistryOptions>().Cluster.Role == ClusterRole.Silo)
        {
            app.MapRegistryHealth();
        }
        else
        {
            AskedCallers.Check(app);
            app.MapRegistryA2A();
            app.MapRegistryRest();
            app.MapRegistryMcp();
        }

        app.MapServerTelemetry();
        await app.RunAsync();
    }

    [LoggerMessage(LogLevel.Warning, "{Name} is set, and is no setting of the registry: {Advice}")]
    private static partial void LogUnknown(ILogger logger, string name, string advice);
}
