using System.Net;
using Microsoft.Extensions.Options;
using OrleansRegistry.Http;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Server;

/// <summary>Keeps a server that asks nobody who calls to this machine, unless a setting says that more is meant.</summary>
internal static partial class AskedCallers
{
    /// <exception cref="SettingException">Others could reach the server, and nobody would be asked; or whoever asks may say where it comes from.</exception>
    public static void Check(WebApplication app)
    {
        if (string.Equals(app.Configuration["FORWARDEDHEADERS_ENABLED"], "true", StringComparison.OrdinalIgnoreCase))
        {
            throw new SettingException(
                "ASPNETCORE_FORWARDEDHEADERS_ENABLED has ASP.NET believe anybody's X-Forwarded-For, so that anybody could come as a proxy does. "
                    + "Leave it out, and name the proxies in front by REGISTRY_TRUSTED_PROXIES.");
        }

        var options = app.Services.GetRequiredService<IOptions<RegistryHttpOptions>>().Value;
        if (options.DemandsCaller)
        {
            return;
        }

        var open = ServerSettings.AllAddresses(app.Configuration).FirstOrDefault(address => !IsOfThisMachine(address));
        if (open is null)
        {
            LogNobodyIsAsked(app.Logger);
        }
        else if (options.AllowAnonymous)
        {
            LogEverybodyMay(app.Logger, open);
        }
        else
        {
            throw new SettingException(
                $"It would listen on {open}, and whoever reaches that could do everything. Have it ask who calls: by REGISTRY_API_KEYS, by "
                    + "REGISTRY_LOGINS, by REGISTRY_JWT_AUTHORITY or REGISTRY_JWT_KEYS, by REGISTRY_CLIENT_CERT_CA_FILE behind a proxy that asks for "
                    + "certificates, or by REGISTRY_TRUST_CALLER_HEADERS without REGISTRY_DEFAULT_CALLER behind a gateway that says so. "
                    + "REGISTRY_ALLOW_ANONYMOUS=true where it is meant for everybody.");
        }
    }

    private static bool IsOfThisMachine(string address)
    {
        var bound = BindingAddress.Parse(address);
        return bound.IsUnixPipe
            || bound.IsNamedPipe
            || bound.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(bound.Host.Trim('[', ']'), out var one) && IPAddress.IsLoopback(one));
    }

    [LoggerMessage(LogLevel.Information, "Nobody is asked who calls: whoever is on this machine may do everything (docs/trust.md)")]
    private static partial void LogNobodyIsAsked(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "Nobody is asked who calls, and others reach {Address}: REGISTRY_ALLOW_ANONYMOUS lets them do everything")]
    private static partial void LogEverybodyMay(ILogger logger, string address);
}
