using System.Diagnostics.Metrics;

namespace OrleansRegistry.Push;

/// <summary>What is told of push notifications. The names are in docs/telemetry.md.</summary>
internal static class PushTelemetry
{
    private static readonly InstrumentAdvice<double> Times = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    private static readonly Histogram<double> DeliveryTime = RegistryTelemetry.Meter.CreateHistogram(
        "registry.push.delivery.duration", "s", "From the request of a push notification to its answer or failure.", tags: null, Times);

    private static readonly UpDownCounter<int> Waiting = RegistryTelemetry.Meter.CreateUpDownCounter<int>(
        "registry.push.waiting", "{webhook}", "Webhooks to which this process has something to deliver, retries included.");

    private static readonly Counter<long> DeadLetters = RegistryTelemetry.Meter.CreateCounter<long>(
        "registry.push.dead_letters", "{webhook}", "Webhooks that this process gave up.");

    public static void Attempted(PushResult result, TimeSpan took) => DeliveryTime.Record(took.TotalSeconds, Outcome(result));

    public static void Waits(int more) => Waiting.Add(more);

    public static void GaveUp() => DeadLetters.Add(1);

    private static KeyValuePair<string, object?> Outcome(PushResult result) => new("outcome", result switch
    {
        PushResult.Delivered => "delivered",
        PushResult.Refused => "refused",
        PushResult.TimedOut => "timed_out",
        PushResult.Failed => "failed",
        _ => "blocked",
    });
}
