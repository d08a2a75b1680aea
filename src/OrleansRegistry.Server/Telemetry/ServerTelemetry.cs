using OpenTelemetry.Metrics;

namespace OrleansRegistry.Server;

/// <summary>What the server tells of itself to those who watch over it.</summary>
internal static class ServerTelemetry
{
    /// <summary>Those of Orleans's instruments that tell of load; each of the others would cost something for each message.</summary>
    private static readonly HashSet<string> OfOrleans =
    [
        "orleans-catalog-activations",
        "orleans-messaging-received-messages-size",
        "orleans-messaging-sent-local",
        "orleans-messaging-sent-messages-size",
    ];

    public static IServiceCollection AddServerTelemetry(this IServiceCollection services)
    {
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter("Microsoft.Orleans", "Microsoft.AspNetCore.Hosting")
            .AddView(instrument => instrument.Meter.Name != "Microsoft.Orleans" || OfOrleans.Contains(instrument.Name)
                ? null
                : MetricStreamConfiguration.Drop)
            .AddPrometheusExporter());
        return services;
    }
}
