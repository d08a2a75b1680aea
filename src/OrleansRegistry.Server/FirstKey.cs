using Microsoft.Extensions.Options;
using OrleansRegistry.Http;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Server;

/// <summary>Has somebody be able to manage the registry, before it serves: the key of the settings, or one that the console shows this once.</summary>
internal sealed class FirstKey(IFirstAdmin admin, IOptions<RegistryHttpOptions> http, TextWriter console) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var options = http.Value;
        if (!options.ApiKeys)
        {
            return;
        }

        try
        {
            if (await admin.EnsureAsync(options.AdminKey ?? Read(options.AdminKeyFile), cancellationToken) is { } made)
            {
                // Not to the log: that is kept, and read by others.
                await console.WriteLineAsync($"The key of who runs this registry, shown this once (docs/trust.md): {made}");
                await console.FlushAsync(cancellationToken);
            }
        }
        catch (RegistryException wrong) when (wrong.Error == RegistryError.Invalid)
        {
            throw new SettingException(wrong.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal static string? Read(string? path, string setting = "REGISTRY_ADMIN_KEY_FILE")
    {
        try
        {
            return path is null ? null : File.ReadAllText(path).Trim();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"{setting}: {fault.Message}");
        }
    }
}

internal static class FirstKeyServices
{
    /// <param name="console">Where a key that is made is shown.</param>
    public static void AddFirstKey(this WebApplicationBuilder builder, TextWriter console)
    {
        if (builder.Services.Any(service => service.ServiceType == typeof(IFirstAdmin)))
        {
            builder.Services.AddHostedService(services => new FirstKey(
                services.GetRequiredService<IFirstAdmin>(), services.GetRequiredService<IOptions<RegistryHttpOptions>>(), console));
            builder.Services.AddHostedService(services => new FirstLogin(
                services.GetRequiredService<IFirstUser>(), services.GetRequiredService<IOptions<RegistryHttpOptions>>(), console));
        }
    }
}
