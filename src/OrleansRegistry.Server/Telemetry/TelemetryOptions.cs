namespace OrleansRegistry.Server;

/// <summary>What the server tells of itself, and where.</summary>
internal sealed class TelemetryOptions
{
    /// <summary>Whether <c>/metrics</c> answers (<c>REGISTRY_METRICS</c>).</summary>
    public bool ServesMetrics { get; set; } = true;

    /// <summary>Whether spans are made and sent by OTLP.</summary>
    public bool SendsTraces { get; set; }

    /// <summary>Whether figures are sent by OTLP.</summary>
    public bool SendsMetrics { get; set; }
}
