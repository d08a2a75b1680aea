using System.Globalization;
using OrleansRegistry.A2A;
using OrleansRegistry.Embeddings;
using OrleansRegistry.Forwarding;
using OrleansRegistry.Hosting;
using OrleansRegistry.Http;
using OrleansRegistry.Mcp;
using OrleansRegistry.Objects;
using OrleansRegistry.Objects.Cloud;
using OrleansRegistry.Rest;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Server;

/// <summary>All settings of the server, and its own: where it listens, and what it logs.</summary>
internal static class ServerSettings
{
    private const string DefaultUrl = "http://127.0.0.1:8080";
    private const string Urls = $"such as {DefaultUrl}, with a port from 0 to 65535 and no path, semicolon between";
    private const string Ports = "ports from 0 to 65535, semicolon between";

    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    /// <summary>The settings of everything that is in this program: a front end that is added adds its own here.</summary>
    public static IReadOnlyList<SettingGroup> All { get; } =
    [
        GrpcListening.Setting
            .AddForeign("ASPNETCORE_URLS", Urls, $"`{DefaultUrl}`", "Where the server listens.")
            .AddForeign("ASPNETCORE_HTTP_PORTS", Ports, "", "Listen for HTTP on all addresses, on these ports. `ASPNETCORE_URLS` goes first.")
            .AddForeign(
                "ASPNETCORE_HTTPS_PORTS",
                Ports,
                "",
                "The same for HTTPS, with the certificate of `REGISTRY_TLS_CERT_FILE`, else of ASP.NET's settings."),
        TlsListening.Settings,
        .. RegistrySettings.Groups,
        .. EmbeddingSettings.Groups,
        .. ObjectSettings.Groups,
        .. CloudStorageSettings.Groups,
        .. RegistryHttpSettings.Groups,
        .. RegistryRestSettings.Groups,
        .. RegistryA2ASettings.Groups,
        .. RegistryMcpSettings.Groups,
        .. ForwardingSettings.Groups,
        TelemetrySettings.Group,
        new SettingGroup("Log")
            .AddForeign(
                "Logging__LogLevel__OrleansRegistry",
                string.Join(", ", Enum.GetNames<LogLevel>().Select(level => $"`{level}`")),
                "`Information`",
                "What the registry logs. Every other logging setting of ASP.NET works too."),
        new SettingGroup("Command line")
            .AddForeign("REGISTRY_URL", "an http or https URL", $"`{DefaultUrl}`", "Where the command `registry` finds the registry.")
            .AddForeign("REGISTRY_TOKEN", "a JSON web token", "", "What the command `registry` says by who calls.")
            .AddForeign("REGISTRY_TOKEN_FILE", "a path", "", "A file with that token, read anew when it changes."),
    ];

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

        GrpcListening.Configure(builder, Addresses(builder.Configuration));
        TlsListening.Configure(builder);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // A stream of gRPC sends nothing while nothing happens: this finds out that its client is gone.
            kestrel.Limits.Http2.KeepAlivePingDelay = KeepAlive;

            // The server refuses what is longer without a body; the registry's limits are lower, and say why.
            kestrel.Limits.MaxRequestLineSize = 64 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 128 * 1024;
        });
    }

    /// <summary>Where the server listens, as the host reads it: ports count where there are no addresses.</summary>
    private static IEnumerable<string> Addresses(IConfiguration configuration)
    {
        var urls = Split(configuration["urls"]);
        return urls.Length > 0
            ? urls
            : Split(configuration["http_ports"]).Select(port => $"http://*:{port}")
                .Concat(Split(configuration["https_ports"]).Select(port => $"https://*:{port}"));
    }

    /// <summary>All that the server will listen on, as it is configured.</summary>
    public static IEnumerable<string> AllAddresses(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection(GrpcListening.Endpoints).GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToList();
        var named = endpoints.Count > 0 ? endpoints : Addresses(configuration);
        return GrpcListening.Read(configuration) is { } grpc ? named.Append($"http://{grpc}") : named;
    }

    private static string[] Split(string? text) =>
        (text ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static void CheckUrls(string? urls)
    {
        foreach (var url in Split(urls))
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
                throw SettingException.Of("ASPNETCORE_URLS (or --urls)", url, Urls);
            }
        }
    }

    private static void CheckPorts(ConfigurationManager configuration, string name)
    {
        foreach (var port in Split(configuration[name]))
        {
            if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                throw SettingException.Of($"ASPNETCORE_{name.ToUpperInvariant()}", port, Ports);
            }
        }
    }

    /// <summary>Checks the levels of the log, which the logger would refuse with their values.</summary>
    /// <exception cref="SettingException">A value is not a log level.</exception>
    public static void CheckLogging(this WebApplicationBuilder builder)
    {
        foreach (var (key, value) in builder.Configuration.GetSection("Logging").AsEnumerable())
        {
            if (value is not null && key.Contains("LogLevel:", StringComparison.OrdinalIgnoreCase)
                && !Enum.TryParse<LogLevel>(value, ignoreCase: true, out _))
            {
                throw SettingException.Of(key.Replace(":", "__", StringComparison.Ordinal), value, string.Join(", ", Enum.GetNames<LogLevel>()));
            }
        }
    }
}
