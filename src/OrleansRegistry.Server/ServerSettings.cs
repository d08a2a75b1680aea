using System.Globalization;
using OrleansRegistry.Hosting;
using OrleansRegistry.Http;
using OrleansRegistry.Model;
using OrleansRegistry.Rest;

namespace OrleansRegistry.Server;

/// <summary>The server's own settings: where it listens, and how its front ends behave.</summary>
internal static class ServerSettings
{
    private const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>Listens where ASP.NET's settings say (<c>ASPNETCORE_URLS</c>, <c>--urls</c>, …), else on this machine only.</summary>
    public static void ConfigureListening(this WebApplicationBuilder builder)
    {
        string[] named = ["urls", "http_ports", "https_ports", "Kestrel:Endpoints"];
        if (!named.Any(name => builder.Configuration.GetSection(name).Exists()))
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }
        else
        {
            CheckUrls(builder.Configuration["urls"]);
            CheckPorts(builder.Configuration, "http_ports");
            CheckPorts(builder.Configuration, "https_ports");
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // The server refuses what is longer without a body; the registry's limits are lower, and say why.
            kestrel.Limits.MaxRequestLineSize = 64 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 128 * 1024;
        });
    }

    private static void CheckUrls(string? urls)
    {
        foreach (var url in (urls ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            try
            {
                var address = BindingAddress.Parse(url);
                if (address.Port is < 0 or > 65_535 || url.Contains('@') || (!address.IsUnixPipe && address.PathBase.Length > 0))
                {
                    throw new FormatException();
                }
            }
            catch (FormatException)
            {
                throw Settings.Refused("ASPNETCORE_URLS (or --urls)", url, $"such as {DefaultUrl}, with a port from 0 to 65535 and no path, semicolon between");
            }
        }
    }

    private static void CheckPorts(ConfigurationManager configuration, string name)
    {
        foreach (var port in (configuration[name] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                throw Settings.Refused($"ASPNETCORE_{name.ToUpperInvariant()}", port, "ports from 0 to 65535, semicolon between");
            }
        }
    }

    /// <summary>Checks the levels of the log, which the logger would refuse with their values.</summary>
    /// <exception cref="SettingException">One is no level.</exception>
    public static void CheckLogging(this WebApplicationBuilder builder)
    {
        foreach (var (key, value) in builder.Configuration.GetSection("Logging").AsEnumerable())
        {
            if (value is not null && key.Contains("LogLevel:", StringComparison.OrdinalIgnoreCase) && !Enum.TryParse<LogLevel>(value, ignoreCase: true, out _))
            {
                throw Settings.Refused(key.Replace(":", "__", StringComparison.Ordinal), value, string.Join(", ", Enum.GetNames<LogLevel>()));
            }
        }
    }

    public static void AddFrontEnds(this WebApplicationBuilder builder)
    {
        var settings = new Settings(builder.Configuration);
        builder.Services.AddRegistryHttp(http =>
        {
            http.MaxBodyBytes = settings.Number("REGISTRY_MAX_BODY_BYTES", (int)http.MaxBodyBytes, 64 * 1024, int.MaxValue / 2);
            http.MaxTaskBodyBytes = settings.Number("REGISTRY_MAX_TASK_BODY_BYTES", TaskBodyBytes(settings), 64 * 1024, int.MaxValue / 2);
            http.TrustCallerHeaders = settings.Flag("REGISTRY_TRUST_CALLER_HEADERS", http.TrustCallerHeaders);
            http.TrustScopeHeader = settings.Flag("REGISTRY_TRUST_SCOPE_HEADER", http.TrustScopeHeader);
            http.DefaultCaller = ReadCaller(settings.Text("REGISTRY_DEFAULT_CALLER"));
            http.AllowedHosts = ReadList(settings.Text("REGISTRY_ALLOWED_HOSTS"));
            http.TrustedProxies = ReadList(settings.Text("REGISTRY_TRUSTED_PROXIES"));
            http.CorsOrigins = ReadList(settings.Text("REGISTRY_CORS_ORIGINS"));
            http.PublicUrl = settings.Text("REGISTRY_PUBLIC_URL");
        });
        builder.Services.AddRegistryRest(rest =>
        {
            rest.MaxBatchEntries = settings.Number("REGISTRY_MAX_BATCH", rest.MaxBatchEntries, 1, 1_000_000);
            rest.DevelopmentMode = settings.Flag("A2A_REGISTRY_DEV_MODE", rest.DevelopmentMode);
            rest.RequireExtensionVerification = settings.Flag("A2A_REGISTRY_REQUIRE_EXTENSION_VERIFICATION", rest.RequireExtensionVerification);
        });
    }

    private static string[] ReadList(string? text) => (text ?? "").Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>A caller as <c>tenant/subject</c>; the options say what either may be.</summary>
    private static Caller? ReadCaller(string? text) => text?.Split('/', 2) switch
    {
        null => null,
        [var tenant, var subject] => new Caller(tenant, subject),
        _ => throw Settings.Refused("REGISTRY_DEFAULT_CALLER", text, "a tenant and a subject with a slash between, such as acme/default"),
    };

    /// <summary>Room for a few messages and artifacts at once, each as large as it may be.</summary>
    private static int TaskBodyBytes(Settings settings) =>
        Math.Max(64 * 1024, 4 * settings.Number("REGISTRY_MAX_MESSAGE_BYTES", new RegistryOptions().MaxMessageBytes, 1024, 16 * 1024 * 1024));
}
