using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using OrleansRegistry.Hosting;
using OrleansRegistry.Http;
using OrleansRegistry.Rest;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Server;

/// <summary>The whole of the program.</summary>
internal static class RegistryServer
{
    /// <summary>Serves until it is told to stop, or does what <c>migrate</c> asks for.</summary>
    /// <param name="errors">Is told in a line why it did not start.</param>
    /// <param name="configure">Changes what is built last.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter errors, Action<WebApplicationBuilder>? configure = null)
    {
        IConfiguration? configuration = null;
        try
        {
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
            configuration = builder.Configuration;
            if (args is [MigrateCommand.Name, .. var words])
            {
                return await MigrateCommand.RunAsync(words, builder.Configuration);
            }

            builder.CheckLogging();
            builder.Logging.AddPlainConsole();
            builder.ConfigureListening();
            builder.AddOrleansRegistry();
            builder.Services.AddOptions<HostOptions>().Configure<RegistryOptions>((host, registry) => host.ShutdownTimeout = registry.ShutdownTime);
            builder.AddFrontEnds();
            configure?.Invoke(builder);
            await ServeAsync(builder.Build());
            return 0;
        }
        catch (AddressInUseException fault)
        {
            // Kestrel's own comes as an IOException that names the address; this one is the silo's, and names nothing.
            await errors.WriteLineAsync(
                $"The registry did not start. ORLEANS_SILO_PORT or ORLEANS_GATEWAY_PORT is a port that is in use ({fault.Message}); leave both out to take free ones.");
            return 1;
        }
        catch (Exception fault) when (fault is SettingException or StoreStartException or OptionsValidationException or IOException)
        {
            // What its operator can mend is said in one line.
            await errors.WriteLineAsync($"The registry did not start. {fault.Message}");
            return 1;
        }
#pragma warning disable CA1031 // The end of the program: it is told, without what might be a password.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            await errors.WriteLineAsync($"The registry ended. {ConfiguredValues.Mask(fault.ToString(), configuration)}");
            return 1;
        }
    }

    private static async Task ServeAsync(WebApplication app)
    {
        if (app.Services.GetRequiredService<RegistryOptions>().Cluster.Role == ClusterRole.Silo)
        {
            app.MapRegistryHealth();
        }
        else
        {
            app.MapRegistryRest();
        }

        await app.RunAsync();
    }
}
