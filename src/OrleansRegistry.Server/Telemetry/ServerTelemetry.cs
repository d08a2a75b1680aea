using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using OpenTelemetry;
using OrleansRegistry.Clustering;
using OrleansRegistry.Hosting;
using OrleansRegistry.Http;

namespace OrleansRegistry.Server;

/// <summary>What the server tells of itself to those who watch over it: traces and metrics by OTLP, metrics for Prometheus.</summary>
internal static class ServerTelemetry
{
    /// <summary>What the server is called, unless <c>OTEL_SERVICE_NAME</c> says otherwise.</summary>
    public const string ServiceName = "orleans-registry";

    private const string ScrapePath = "/metrics";
    private const string Requests = "http.server.request.duration";

    /// <summary>Of other meters, the instruments that are taken: those of load. Each of the others would cost something for each message.</summary>
    private static readonly Dictionary<string, HashSet<string>> OfOthers = new(StringComparer.Ordinal)
    {
        ["Microsoft.Orleans"] =
        [
            "orleans-catalog-activations",
            "orleans-messaging-received-messages-size",
            "orleans-messaging-sent-local",
            "orleans-messaging-sent-messages-size",
        ],
        ["Microsoft.AspNetCore.Hosting"] = [Requests, "http.server.active_requests"],
        ["System.Runtime"] =
        [
            "dotnet.gc.last_collection.heap.size",
            "dotnet.gc.pause.time",
            "dotnet.process.cpu.time",
            "dotnet.process.memory.working_set",
        ],
    };

    /// <summary>ASP.NET's own begin at 5 ms, above nearly all answers.</summary>
    private static readonly double[] RequestTimes = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    /// <exception cref="Settings.SettingException">A setting has an invalid value.</exception>
    public static void AddServerTelemetry(this WebApplicationBuilder builder)
    {
        var options = TelemetrySettings.Read(builder.Configuration);
        builder.Services.AddSingleton(options);
        if (!options.ServesMetrics && !options.SendsMetrics && !options.SendsTraces)
        {
            return;
        }

        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(Describe);
        if (options.ServesMetrics || options.SendsMetrics)
        {
            telemetry.WithMetrics(metrics => Add(metrics, options));
        }

        if (options.SendsTraces)
        {
            telemetry.WithTracing(traces => traces
                .AddSource(RegistryTelemetry.Name, "Microsoft.AspNetCore", "Microsoft.Orleans.Application", SpanContents.OfGrains)
                .AddProcessor(new SpanContents())
                .AddOtlpExporter());
            AddPropagation(builder);
        }

        if (options.SendsMetrics || options.SendsTraces)
        {
            builder.Services.AddHostedService<ExportFaults>();
        }
    }

    /// <summary>Maps <c>/metrics</c>, and leaves the requests of those who watch out of traces and metrics.</summary>
    public static void MapServerTelemetry(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<TelemetryOptions>();
        if (options.ServesMetrics)
        {
            app.MapPrometheusScrapingEndpoint(ScrapePath)
                .WithMetadata(new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]))
                .DisableHttpMetrics()
                .DemandToken(app.Services, Permissions.Metrics);
        }
    }

    /// <summary>Names the spans of requests by their routes, which ASP.NET does not. Before all other middleware.</summary>
    public static void UseServerTelemetry(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<TelemetryOptions>().SendsTraces)
        {
            return;
        }

        app.Use(async (context, next) =>
        {
            var span = Activity.Current;
            var path = context.Request.Path;
            if (path.StartsWithSegments("/health", StringComparison.Ordinal) || path.Equals(ScrapePath, StringComparison.Ordinal))
            {
                Forget(span);
            }

            try
            {
                await next(context);
            }
            finally
            {
                if (span is { IsAllDataRequested: true })
                {
                    Describe(span, context);
                }
            }
        });
    }

    /// <summary>As the semantic conventions for HTTP have it.</summary>
    private static void Describe(Activity span, HttpContext context)
    {
        var method = span.GetTagItem("http.request.method") as string ?? context.Request.Method;
        var status = context.Response.StatusCode;
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        span.DisplayName = route is null ? method : $"{method} {route}";
        span.SetTag("http.route", route).SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
        {
            span.SetStatus(ActivityStatusCode.Error).SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>What is below a span that is not recorded is not recorded either.</summary>
    private static void Forget(Activity? span)
    {
        if (span is not null)
        {
            span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            span.IsAllDataRequested = false;
        }
    }

    private static void Describe(ResourceBuilder resource) => resource
        .AddService(
            ServiceName,
            serviceVersion: typeof(ServerTelemetry).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion,
            serviceInstanceId: $"{Environment.MachineName}:{Environment.ProcessId}")
        .AddEnvironmentVariableDetector();

    private static void Add(MeterProviderBuilder metrics, TelemetryOptions options)
    {
        metrics.AddMeter([RegistryTelemetry.Name, .. OfOthers.Keys]).AddView(ViewOf);
        if (options.ServesMetrics)
        {
            metrics.AddPrometheusExporter(exporter => exporter.ScopeInfoEnabled = false);
        }

        if (options.SendsMetrics)
        {
            metrics.AddOtlpExporter();
        }
    }

    private static MetricStreamConfiguration? ViewOf(System.Diagnostics.Metrics.Instrument instrument)
    {
        if (OfOthers.TryGetValue(instrument.Meter.Name, out var taken) && !taken.Contains(instrument.Name))
        {
            return MetricStreamConfiguration.Drop;
        }

        return instrument.Name == Requests ? new ExplicitBucketHistogramConfiguration { Boundaries = RequestTimes } : null;
    }

    /// <summary>Calls of grains carry the trace of their caller. They would even where nobody listens, so that is only asked for here.</summary>
    private static void AddPropagation(WebApplicationBuilder builder)
    {
        var registry = builder.Services.Select(service => service.ImplementationInstance).OfType<RegistryOptions>().First();
        if (registry.Cluster.Role == ClusterRole.Gateway)
        {
            builder.UseOrleansClient(client => client.AddActivityPropagation());
        }
        else
        {
            builder.UseOrleans(silo => silo.AddActivityPropagation());
        }
    }
}
