using System.Diagnostics;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Server.Tests.Telemetry;

/// <summary>The trace of one request, and what is sent of it.</summary>
[Collection(Watched.Name)]
public sealed class TraceTests(WatchedServer watched)
{
    [Fact]
    public async Task A_submission_is_one_trace_from_the_request_to_the_batch_of_the_store()
    {
        await Eventually.TrueAsync(() => Named("registry.store.batch").Any() && Named("POST /tasks").Any(), "the spans");
        var request = Assert.Single(Named("POST /tasks"));
        Assert.Equal("b7ad6b7169203331", request.ParentSpanId.ToHexString());
        Assert.Equal(("/tasks", 201), (request.GetTagItem("http.route"), request.GetTagItem("http.response.status_code")));
        var submit = Assert.Single(Named("registry.task.submit"));
        Assert.Equal((request.SpanId, "t1"), (submit.ParentSpanId, submit.GetTagItem("registry.id")));
        var create = Named("ITaskGrain/Create").ToList();
        Assert.Contains(create, call => call.Kind == ActivityKind.Client);
        var inGrain = Assert.Single(create, call => call.Kind == ActivityKind.Server);
        var write = Assert.Single(Named("registry.store.write"), span => Equals(span.GetTagItem("registry.kind"), "task"));
        Assert.Contains(inGrain.SpanId, Above(write));
        Assert.Contains(submit.SpanId, Above(write));
        var batch = Named("registry.store.batch").First(span => span.Links.Any(link => link.Context.SpanId == write.SpanId));
        Assert.Equal("sqlite", batch.GetTagItem("db.system.name"));
    }

    [Fact]
    public void The_worker_gets_the_trace_and_its_claim_is_linked_to_it()
    {
        var submit = Assert.Single(Named("registry.task.submit"));
        Assert.Equal($"00-{WatchedServer.Trace}-{submit.SpanId.ToHexString()}-01", watched.ClaimedTrace);
        var claim = Assert.Single(
            watched.Spans, span => span.OperationName == "registry.task.claim" && Equals(span.GetTagItem("registry.id"), "weather"));
        Assert.Equal(submit.SpanId, Assert.Single(claim.Links).Context.SpanId);
        Assert.NotEqual(submit.TraceId, claim.TraceId);
    }

    [Fact]
    public void What_runs_by_itself_is_no_trace()
    {
        Assert.DoesNotContain(watched.Spans, span => span.DisplayName.Contains("Membership", StringComparison.Ordinal));
        Assert.DoesNotContain(
            watched.Spans,
            span => span.Parent is null && span.ParentId is null && span.OperationName.StartsWith("registry.store", StringComparison.Ordinal));
    }

    [Fact]
    public void Probes_and_scrapes_are_no_traces() => Assert.DoesNotContain(
        watched.Spans,
        span => span.DisplayName.Contains("/health", StringComparison.Ordinal) || span.DisplayName.Contains("/metrics", StringComparison.Ordinal));

    [Fact]
    public async Task Traces_and_metrics_are_sent_to_the_collector()
    {
        await Eventually.TrueAsync(
            () => Sent("/v1/traces", "registry.store.batch", "registry.task.submit", "POST /tasks", "service.name", "orleans-registry")
                && Sent("/v1/metrics", "registry.store.batch.duration", "total_agents", "orleans-registry"),
            "what is sent");
        Assert.DoesNotContain(WatchedServer.Marker, watched.Collector.Taken("/v1/traces"), StringComparison.Ordinal);
        Assert.DoesNotContain(WatchedServer.Marker, watched.Collector.Taken("/v1/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_callers_sent_is_in_no_log_line_span_or_metric()
    {
        string[] secrets = [WatchedServer.Marker, watched.Token];
        var log = string.Join('\n', watched.Server.Log);
        var spans = string.Join('\n', watched.Spans.Select(Text));
        Assert.Contains("agents at revision", log, StringComparison.Ordinal);
        Assert.Contains("Request starting", log, StringComparison.Ordinal);
        Assert.Contains("registry.id=t1", spans, StringComparison.Ordinal);
        Assert.All(secrets, secret =>
        {
            Assert.Equal("", string.Join("\n", watched.Server.Log.Where(line => line.Contains(secret, StringComparison.Ordinal))));
            Assert.DoesNotContain(secret, spans, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, watched.Scrape, StringComparison.Ordinal);
        });
    }

    private bool Sent(string path, params string[] texts)
    {
        var sent = watched.Collector.Taken(path);
        return texts.All(text => sent.Contains(text, StringComparison.Ordinal));
    }

    private IEnumerable<Activity> Named(string name) =>
        watched.Spans.Where(span => span.TraceId.ToHexString() == WatchedServer.Trace && span.DisplayName == name);

    /// <summary>The spans that a span is below of.</summary>
    private IEnumerable<ActivitySpanId> Above(Activity span)
    {
        for (var above = span; above is not null; above = watched.Spans.FirstOrDefault(other => other.SpanId == above.ParentSpanId))
        {
            yield return above.ParentSpanId;
        }
    }

    private static string Text(Activity span)
    {
        var tags = span.TagObjects.Concat(span.Events.SelectMany(happened => happened.Tags)).Select(tag => $"{tag.Key}={tag.Value}");
        return string.Join(' ', [span.OperationName, span.DisplayName, span.StatusDescription, .. tags, .. span.Baggage.Select(item => item.Value)]);
    }
}
