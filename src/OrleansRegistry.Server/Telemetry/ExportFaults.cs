using System.Diagnostics.Tracing;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Server;

/// <summary>Logs that traces or metrics could not be sent, which OpenTelemetry tells nobody.</summary>
internal sealed partial class ExportFaults : EventListener, IHostedService
{
    private const string Exporter = "OpenTelemetry-Exporter-OpenTelemetryProtocol";

    private readonly ILogger<ExportFaults> logger;
    private readonly LogPace pace;

    public ExportFaults(ILogger<ExportFaults> logger)
    {
        this.logger = logger;
        pace = new LogPace(TimeProvider.System, logger);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var source in EventSource.GetSources())
        {
            Listen(source);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    protected override void OnEventSourceCreated(EventSource eventSource) => Listen(eventSource);

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        // The base class begins to listen before there is a logger.
        if (eventData.EventSource.Name == Exporter && pace is not null)
        {
            var said = eventData.Payload?.OfType<string>().LastOrDefault() ?? "";
            pace.Write(() => LogNotSent(eventData.EventName ?? "", said.Split('\n')[0].Trim()));
        }
    }

    private void Listen(EventSource source)
    {
        if (source.Name == Exporter)
        {
            EnableEvents(source, EventLevel.Error, EventKeywords.All);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Traces or metrics could not be sent to what OTEL_EXPORTER_OTLP_ENDPOINT names ({Event}): {Reason}")]
    private partial void LogNotSent(string @event, string reason);
}
