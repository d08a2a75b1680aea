using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace OrleansRegistry.Storage;

/// <summary>What a store tells of its work: how long it takes, how much is committed at once, and the spans of traced callers.</summary>
/// <param name="store">Which it is: <c>sqlite</c>, <c>memory</c>, <c>postgres</c> or <c>adonet</c>.</param>
internal sealed class StoreTelemetry(string store)
{
    private static readonly InstrumentAdvice<double> Times = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private static readonly InstrumentAdvice<int> Sizes = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] };

    private static readonly Histogram<double> WriteTime = RegistryTelemetry.Meter.CreateHistogram(
        "registry.store.write.duration", "s", "From the call of a write until it is committed, with its wait for the batch.", tags: null, Times);

    private static readonly Histogram<double> ReadTime = RegistryTelemetry.Meter.CreateHistogram(
        "registry.store.read.duration", "s", "From the call of a read until it is answered.", tags: null, Times);

    private static readonly Histogram<double> BatchTime = RegistryTelemetry.Meter.CreateHistogram(
        "registry.store.batch.duration", "s", "The commit of a batch of writes.", tags: null, Times);

    private static readonly Histogram<int> BatchSize = RegistryTelemetry.Meter.CreateHistogram(
        "registry.store.batch.size", "{write}", "The writes of a batch.", tags: null, Sizes);

    /// <summary>Begins a write. Its caller's own span stays the present one.</summary>
    public StoreWrite BeginWrite(RecordKind kind)
    {
        var isTimed = WriteTime.Enabled;
        if (!isTimed && !RegistryTelemetry.Spans.HasListeners())
        {
            return default;
        }

        var callers = Activity.Current;
        var span = Start("registry.store.write");
        Activity.Current = callers;
        span?.SetTag("registry.kind", kind.Name);
        return new StoreWrite(this, kind, isTimed ? Stopwatch.GetTimestamp() : null, span);
    }

    /// <summary>Begins a read, to be disposed once it is answered.</summary>
    /// <param name="operation"><c>get</c>, <c>list</c>, <c>keys</c> or <c>count</c>.</param>
    public StoreRead BeginRead(RecordKind kind, string operation)
    {
        var span = Start("registry.store.read")?.SetTag("registry.kind", kind.Name).SetTag("db.operation.name", operation);
        return ReadTime.Enabled || span is not null ? new StoreRead(this, operation, Stopwatch.GetTimestamp(), span) : default;
    }

    /// <summary>
    /// Begins the commit of a batch, to be disposed after it. It has a span where a write in it has one: below the first of them, with links to all.
    /// </summary>
    public StoreBatch BeginBatch(IReadOnlyList<PendingWrite> writes)
    {
        var span = RegistryTelemetry.Spans.HasListeners() ? StartBatch(writes) : null;
        return BatchTime.Enabled || span is not null ? new StoreBatch(this, writes.Count, Stopwatch.GetTimestamp(), span) : default;
    }

    /// <summary>What nobody asked for, such as the upkeep's looks, would be a trace of its own each time.</summary>
    private Activity? Start(string name) => Activity.Current is null
        ? null
        : RegistryTelemetry.Spans.StartActivity(name, ActivityKind.Client)?.SetTag("db.system.name", store);

    private Activity? StartBatch(IReadOnlyList<PendingWrite> writes)
    {
        List<ActivityLink>? links = null;
        foreach (var write in writes)
        {
            if (write.Followed.Span is { Recorded: true } traced)
            {
                (links ??= []).Add(new ActivityLink(traced.Context));
            }
        }

        return links is null
            ? null
            : RegistryTelemetry.Spans.StartActivity(ActivityKind.Client, links[0].Context, links: links, name: "registry.store.batch")
                ?.SetTag("db.system.name", store)
                .SetTag("db.operation.batch.size", writes.Count);
    }

    private KeyValuePair<string, object?> Store => new("store", store);

    /// <summary>One write on its way; the default is one that nobody follows.</summary>
    internal readonly struct StoreWrite(StoreTelemetry telemetry, RecordKind kind, long? began, Activity? span)
    {
        public Activity? Span => span;

        /// <summary>Tells of it. To be called once, by whoever answers it.</summary>
        public void Ended(Exception? fault)
        {
            if (fault is not null)
            {
                Fail(span, fault);
            }

            span?.Dispose();
            if (began is { } start)
            {
                WriteTime.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, telemetry.Store, new("kind", kind.Name));
            }
        }
    }

    /// <summary>One read under way; the default is one that nobody follows.</summary>
    internal readonly struct StoreRead(StoreTelemetry telemetry, string operation, long began, Activity? span) : IDisposable
    {
        public void Dispose()
        {
            if (telemetry is not null)
            {
                span?.Dispose();
                ReadTime.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, telemetry.Store, new("operation", operation));
            }
        }
    }

    /// <summary>One commit under way; the default is one that nobody follows.</summary>
    internal readonly struct StoreBatch(StoreTelemetry telemetry, int writes, long began, Activity? span) : IDisposable
    {
        /// <summary>It was not committed, or nobody knows.</summary>
        public void Failed(Exception fault) => Fail(span, fault);

        public void Dispose()
        {
            if (telemetry is not null)
            {
                span?.Dispose();
                BatchTime.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, telemetry.Store);
                BatchSize.Record(writes, telemetry.Store);
            }
        }
    }

    /// <summary>Queues a write; one that is refused is answered here.</summary>
    public static ValueTask<long> Enqueue<TQueue>(TQueue queue, PendingWrite write, Func<TQueue, PendingWrite, Task<long>> enqueue)
    {
        try
        {
            return new ValueTask<long>(enqueue(queue, write));
        }
        catch (Exception refused)
        {
            write.Followed.Ended(refused);
            throw;
        }
    }

    /// <summary>What the fault says is left to the log: it may name what callers sent.</summary>
    private static void Fail(Activity? span, Exception fault) =>
        span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", fault.GetType().FullName);
}
