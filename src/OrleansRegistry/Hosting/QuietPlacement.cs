using Microsoft.Extensions.DependencyInjection;
using Polly;
using Polly.Telemetry;

namespace OrleansRegistry.Hosting;

/// <summary>
/// Orleans places each grain through a pipeline of Polly's, which logs every execution as information: two entries for each grain that any caller
/// wakes. They are kept for debugging; what it does when something is wrong is logged as before, and so is the host's own use of Polly.
/// </summary>
internal static class QuietPlacement
{
    private const string Pipeline = "Orleans.Placement";

    public static void AddQuietPlacement(this IServiceCollection services) => services.PostConfigure<TelemetryOptions>(telemetry =>
    {
        var others = telemetry.SeverityProvider;
        telemetry.SeverityProvider = happened =>
            happened.Source.PipelineName == Pipeline && happened.Event.Severity == ResilienceEventSeverity.Information
                ? ResilienceEventSeverity.Debug
                : others?.Invoke(happened) ?? happened.Event.Severity;
    });
}
