using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using OrleansRegistry.Gateway;
using OrleansRegistry.Hosting;
using OrleansRegistry.Server;
using OrleansRegistry.Storage;

try
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    if (args is [MigrateCommand.Name, .. var words])
    {
        return await MigrateCommand.RunAsync(words, builder.Configuration);
    }

    builder.ConfigureListening();
    builder.AddOrleansRegistry();
    builder.Services.AddOptions<HostOptions>().Configure<RegistryOptions>((host, registry) => host.ShutdownTimeout = registry.ShutdownTime);
    builder.AddGateway();

    var app = builder.Build();
    if (app.Services.GetRequiredService<RegistryOptions>().Cluster.Role == ClusterRole.Silo)
    {
        app.MapRegistryHealth();
    }
    else
    {
        app.MapRegistryGateway();
    }

    await app.RunAsync();
    return 0;
}
catch (AddressInUseException fault)
{
    // Kestrel's own comes as an IOException that names the address; this one is the silo's, and names nothing.
    await Console.Error.WriteLineAsync(
        $"The registry did not start. ORLEANS_SILO_PORT or ORLEANS_GATEWAY_PORT is a port that is in use ({fault.Message}); leave both out to take free ones.");
    return 1;
}
catch (Exception fault) when (fault is SettingException or StoreStartException or OptionsValidationException or IOException)
{
    // What its operator can mend is said in one line; anything else is a fault of ours and keeps its trace.
    await Console.Error.WriteLineAsync($"The registry did not start. {fault.Message}");
    return 1;
}
