using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Server;

/// <summary>
/// Where gRPC is served in clear text. It needs HTTP/2, which clients and servers agree on only under TLS: there gRPC is on the same port as the rest,
/// without TLS on a port that speaks nothing else.
/// </summary>
internal sealed class GrpcListening
{
    /// <summary>Where endpoints are configured.</summary>
    public const string Endpoints = "Kestrel:Endpoints";

    private const string Name = "A2AGrpc";

    /// <summary>The setting, in the options of where the server listens.</summary>
    public static SettingGroup<GrpcListening> Setting { get; } = new SettingGroup<GrpcListening>("Listening").Add(
        "A2A_GRPC_PORT",
        SettingKind.Of<IPEndPoint?>(
            "a port from 1 to 65535, or an address with a port, such as `0.0.0.0:8081` or `[::]:8081`",
            Read,
            value => value is null ? "" : $"{value}",
            _ => true),
        "Serve A2A over gRPC in clear text too, on this port of its own (HTTP/2 only), of this machine only unless an address is given. Over TLS, gRPC "
            + "is on the same port as everything else.",
        options => options.ClearText,
        (options, value) => options.ClearText = value,
        new() { Unset = "only over TLS" });

    /// <summary>Null: gRPC is served over TLS only.</summary>
    public IPEndPoint? ClearText { get; set; }

    /// <summary>Adds the port to those that the server listens on.</summary>
    /// <param name="addresses">Where the server listens else; unused where endpoints are configured, beside which addresses do not count.</param>
    public static void Configure(WebApplicationBuilder builder, IEnumerable<string> addresses)
    {
        if (Read(builder.Configuration) is not { } endpoint)
        {
            return;
        }

        var url = $"http://{endpoint}";
        if (builder.Configuration.GetSection(Endpoints).Exists())
        {
            builder.Configuration[$"{Endpoints}:{Name}:Url"] = url;
            builder.Configuration[$"{Endpoints}:{Name}:Protocols"] = nameof(HttpProtocols.Http2);
            return;
        }

        builder.WebHost.UseUrls([.. addresses, url]);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen =>
        {
            if (endpoint.Equals(listen.IPEndPoint))
            {
                listen.Protocols = HttpProtocols.Http2;
            }
        }));
    }

    /// <summary>The port in clear text; null for none.</summary>
    public static IPEndPoint? Read(IConfiguration configuration)
    {
        var options = new GrpcListening();
        Setting.Bind(configuration, options);
        return options.ClearText;
    }

    private static bool Read(string text, [MaybeNullWhen(false)] out IPEndPoint? value)
    {
        if (ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            value = new IPEndPoint(IPAddress.Loopback, port);
            return port > 0;
        }

        return IPEndPoint.TryParse(text, out value) && value.Port > 0;
    }
}
