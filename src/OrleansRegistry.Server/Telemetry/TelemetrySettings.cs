using System.Globalization;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Server;

/// <summary>The settings of traces and metrics. Those of OpenTelemetry are its own; what it would pass over in silence is refused here.</summary>
internal static class TelemetrySettings
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    private const string MetricsEndpoint = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";
    private const string Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private const string Sampler = "OTEL_TRACES_SAMPLER";
    private const string SamplerArgument = "OTEL_TRACES_SAMPLER_ARG";
    private const string Address = "an absolute http or https URL without a user, such as `http://localhost:4317`";
    private const string Share = "a share from 0 to 1";

    private static readonly string[] Protocols = ["grpc", "http/protobuf"];

    private static readonly string[] Samplers =
        ["always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"];

    private static readonly SettingGroup<TelemetryOptions> Own = new SettingGroup<TelemetryOptions>("Telemetry")
        .Add(
            "REGISTRY_METRICS",
            SettingKind.Flag,
            "Answer `GET /metrics` for Prometheus. Without it and without a collector, nothing is counted.",
            options => options.ServesMetrics,
            (options, value) => options.ServesMetrics = value,
            new() { More = "telemetry.md#metrics" });

    /// <summary>All of them.</summary>
    public static SettingGroup Group { get; } = Own
        .AddForeign(
            Endpoint,
            Address,
            "",
            $"Where traces and metrics are sent by OTLP; without it they are not made. `{TracesEndpoint}` and `{MetricsEndpoint}` name one of them "
                + "alone. All other `OTEL_…` settings of .NET's OpenTelemetry work too.")
        .AddForeign(Protocol, Choices(Protocols), "`grpc`", "What is spoken there.")
        .AddForeign(Sampler, Choices(Samplers), "`parentbased_always_on`", "Which requests are traced.")
        .AddForeign(SamplerArgument, Share, "`1`", "The share of requests that the samplers with `ratio` trace.")
        .AddForeign("OTEL_SERVICE_NAME", "any text", $"`{ServerTelemetry.ServiceName}`", "What the server is called in traces and metrics.");

    /// <exception cref="SettingException">A setting has an invalid value.</exception>
    public static TelemetryOptions Read(IConfiguration configuration)
    {
        var options = new TelemetryOptions();
        Own.Bind(configuration, options);
        var all = IsAddress(configuration, Endpoint);
        var isOff = string.Equals(Configured.Text(configuration, "OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase);
        options.SendsTraces = (IsAddress(configuration, TracesEndpoint) || all) && !isOff && !IsNone(configuration, "OTEL_TRACES_EXPORTER");
        options.SendsMetrics = (IsAddress(configuration, MetricsEndpoint) || all) && !isOff && !IsNone(configuration, "OTEL_METRICS_EXPORTER");
        options.ServesMetrics &= !isOff;
        CheckChoice(configuration, Protocol, Protocols);
        CheckChoice(configuration, Sampler, Samplers);
        if (Configured.Text(configuration, SamplerArgument) is { } share
            && !(double.TryParse(share, NumberStyles.Float, CultureInfo.InvariantCulture, out var part) && part is >= 0 and <= 1))
        {
            throw SettingException.Of(SamplerArgument, share, Share);
        }

        return options;
    }

    private static bool IsAddress(IConfiguration configuration, string name)
    {
        if (Configured.Text(configuration, name) is not { } text)
        {
            return false;
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo is ""
            ? true
            : throw SettingException.Of(name, text, Address);
    }

    private static bool IsNone(IConfiguration configuration, string name) => Configured.Text(configuration, name) is "none";

    private static void CheckChoice(IConfiguration configuration, string name, string[] choices)
    {
        if (Configured.Text(configuration, name) is { } text && !choices.Contains(text, StringComparer.Ordinal))
        {
            throw SettingException.Of(name, text, Choices(choices));
        }
    }

    private static string Choices(string[] choices) => string.Join(", ", choices.Select(choice => $"`{choice}`"));
}
