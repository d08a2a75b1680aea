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

    /// <summary>Runs an operation, with a span where somebody records it.</summary>
    /// <param name="id">Of what it is about, as it was sent.</param>
    /// <param name="run">Gets the span, or null.</param>
    internal static Task<T> RunAsync<T>(string operation, Caller caller, string? id, Func<Activity?, Task<T>> run) =>
        Spans.HasListeners() ? FollowAsync(operation, caller, id, run) : run(null);

    private static async Task<T> FollowAsync<T>(string operation, Caller caller, string? id, Func<Activity?, Task<T>> run)
    {
        using var span = Spans.StartActivity(operation);
        if (span is { IsAllDataRequested: true })
        {
            span.SetTag("registry.tenant", caller.Tenant);
            if (id is { Length: <= Identifiers.MaxLength })
            {
                span.SetTag("registry.id", id);
            }
        }

        try
        {
            return await run(span);
        }
        catch (Exception fault) when (span is not null)
        {
            Mark(span, fault);
            throw;
        }
    }

    /// <summary>
    /// As the semantic conventions have it for servers: an error is what HTTP answers with 5xx, and no refusal of the caller's making, as 4xx is none
    /// there. What the fault says is left to the log: it may name what callers sent.
    /// </summary>
    private static void Mark(Activity span, Exception fault)
    {
        switch (fault)
        {
            case OperationCanceledException:
                break;
            case RegistryException { Error: var error } when IsFailure(error):
                span.SetStatus(ActivityStatusCode.Error).SetTag("error.type", error.ToString());
                break;
            case RegistryException { Error: var error }:
                span.SetTag("registry.refusal", error.ToString());
                break;
            default:
                span.SetStatus(ActivityStatusCode.Error).SetTag("error.type", fault.GetType().FullName);
                break;
        }
    }

    private static bool IsFailure(RegistryError error) => error is RegistryError.Busy or RegistryError.Unavailable or RegistryError.StorageFull
        or RegistryError.NotSupported or RegistryError.Unreadable;

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
