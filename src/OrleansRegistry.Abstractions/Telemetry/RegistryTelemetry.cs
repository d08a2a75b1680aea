using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OrleansRegistry;

/// <summary>
/// Spans and figures of the registry, for whoever listens: OpenTelemetry takes both by <see cref="Name"/>. Where nobody listens, none are made.
/// Their names are in docs/telemetry.md.
/// </summary>
public static class RegistryTelemetry
{
    /// <summary>The name of the <see cref="ActivitySource"/> and of the <see cref="System.Diagnostics.Metrics.Meter"/>.</summary>
    public const string Name = "OrleansRegistry";

    private static readonly string? Version = typeof(RegistryTelemetry).Assembly.GetName().Version?.ToString(3);

    internal static ActivitySource Spans { get; } = new(Name, Version);

    internal static Meter Meter { get; } = new(Name, Version);

    private static readonly UpDownCounter<int> Watchers = Meter.CreateUpDownCounter<int>(
        "registry.watchers", "{watcher}", "Callers that watch a task or context, or wait for work.");

    /// <summary>
    /// The W3C trace context (<c>traceparent</c>) of the work that the caller is doing now; null unless it came with one, or is recorded here.
    /// </summary>
    internal static string? TraceParent =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C } current && (current.Recorded || current.ParentId is not null) ? current.Id : null;

    /// <summary>Begins a span of an operation, to be disposed by the same asynchronous method; null where nobody records it.</summary>
    /// <param name="id">Of what it is about.</param>
    internal static Activity? Start(string operation, Caller caller, string? id = null)
    {
        var span = Spans.StartActivity(operation);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("registry.tenant", caller.Tenant);
            if (id is not null)
            {
                span.SetTag("registry.id", id);
            }
        }

        return span;
    }

    /// <summary>Counts somebody who watches, until it is disposed.</summary>
    /// <param name="what"><c>tasks</c>, <c>contexts</c> or <c>work</c>.</param>
    internal static Watcher Watch(string what)
    {
        Watchers.Add(1, Watched(what));
        return new Watcher(what);
    }

    private static KeyValuePair<string, object?> Watched(string what) => new("of", what);

    internal readonly struct Watcher(string what) : IDisposable
    {
        public void Dispose() => Watchers.Add(-1, Watched(what));
    }
}
