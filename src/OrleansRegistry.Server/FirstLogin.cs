using Microsoft.Extensions.Options;
using OrleansRegistry.Http;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Server;

/// <summary>Has somebody be able to log in, before it serves: by the password of the settings, or one that the console shows this once.</summary>
internal sealed class FirstLogin(IFirstUser user, IOptions<RegistryHttpOptions> http, TextWriter console) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var options = http.Value;
        if (!options.Logins)
        {
            return;
        }

        try
        {
            var given = options.AdminPassword ?? FirstKey.Read(options.AdminPasswordFile, "REGISTRY_ADMIN_PASSWORD_FILE");
            if (await user.EnsureAsync(given, cancellationToken) is { } made)
            {
                // Not to the log: that is kept, and read by others.
                await console.WriteLineAsync($"The password of the user admin, who runs this registry, shown this once (docs/trust.md): {made}");
                await console.FlushAsync(cancellationToken);
            }
        }
        catch (RegistryException wrong) when (wrong.Error == RegistryError.Invalid)
        {
            throw new SettingException(wrong.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
