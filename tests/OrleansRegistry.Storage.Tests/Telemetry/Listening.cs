using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OrleansRegistry.Storage.Tests.Telemetry;

/// <summary>Takes the spans of one trace, and of those that began in it.</summary>
internal sealed class SpanCapture : IDisposable
{
    private static readonly ActivitySource Callers = new("tests");

    private readonly ConcurrentQueue<Activity> ended = new();
    private readonly ActivityListener listener;

    /// <param name="others">More sources to take spans of.</param>
    public SpanCapture(params string[] others)
    {
        listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is RegistryTelemetry.Name or "tests" || others.Contains(source.Name),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        Caller = Callers.StartActivity("caller")!;
    }

    /// <summary>The present span.</summary>
    public Activity Caller { get; }

    /// <summary>The spans of the trace that have ended.</summary>
    public IEnumerable<Activity> Ended(string name) =>
        ended.Where(span => span.OperationName == name && span.TraceId == Caller.TraceId);

    public void Dispose()
    {
        Caller.Dispose();
        listener.Dispose();
    }
}

/// <summary>Adds up what instruments of the registry are told.</summary>
internal sealed class FigureCapture : IDisposable
{
    private readonly ConcurrentQueue<(string Name, double Figure, string Tags)> told = new();
    private readonly MeterListener listener = new();

    /// <param name="of">The scope of the meter; null for any.</param>
    public FigureCapture(object? of = null)
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == RegistryTelemetry.Name && (of is null || instrument.Meter.Scope == of))
            {
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((instrument, figure, tags, _) => Add(instrument, figure, tags));
        listener.SetMeasurementEventCallback<long>((instrument, figure, tags, _) => Add(instrument, figure, tags));
        listener.SetMeasurementEventCallback<double>((instrument, figure, tags, _) => Add(instrument, figure, tags));
        listener.Start();
    }

    /// <summary>What an instrument was told under these tags: <c>store=sqlite kind=agent</c>.</summary>
    public double[] Told(string name, string tags = "") => [.. told.Where(one => one.Name == name && one.Tags == tags).Select(one => one.Figure)];

    /// <summary>Asks those that are asked.</summary>
    public void Ask()
    {
        told.Clear();
        listener.RecordObservableInstruments();
    }

    public void Dispose() => listener.Dispose();

    private void Add(Instrument instrument, double figure, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var words = new List<string>();
        foreach (var (key, value) in tags)
        {
            words.Add($"{key}={value}");
        }

        told.Enqueue((instrument.Name, figure, string.Join(' ', words)));
    }
}
