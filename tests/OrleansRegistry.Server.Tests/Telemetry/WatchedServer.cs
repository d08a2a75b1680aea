using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Trace;
using OrleansRegistry.Liveness;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Telemetry;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Server.Tests.Telemetry;

/// <summary>One server for all that look at one.</summary>
[CollectionDefinition(Name)]
public sealed class Watched : ICollectionFixture<WatchedServer>
{
    public const string Name = "watched";
}

/// <summary>
/// A server that something happened in: agents, tasks, a worker, a stream, a backup, refusals. What callers sent, and their credentials, have
/// <see cref="Marker"/> in them.
/// </summary>
public sealed class WatchedServer : IAsyncLifetime
{
    /// <summary>What must be told to nobody.</summary>
    public const string Marker = "mArk3r";

    /// <summary>Of <see cref="Marker"/>s those that are secrets, which no answer has either, not even a refusal of the request that it came with.</summary>
    public const string Secret = "s3cret" + Marker;

    /// <summary>What somebody looked for. ASP.NET's log of requests, which is off unless asked for, has it.</summary>
    public const string Sought = "s0ught";

    /// <summary>The trace of the request that submitted the task.</summary>
    public const string Trace = "0af7651916cd43dd8448eb211c80319c";

    private readonly ConcurrentQueue<Activity> spans = new();
    private DataFolder? folder;
    private Collector? collector;
    private RunningServer? server;

    /// <summary>All spans that were to be sent.</summary>
    public IReadOnlyCollection<Activity> Spans => spans;

    /// <summary>A scrape after all that.</summary>
    public string Scrape { get; private set; } = "";

    /// <summary>The token of the worker's lease.</summary>
    public string Token { get; private set; } = "";

    /// <summary>The trace that the worker was given.</summary>
    public string? ClaimedTrace { get; private set; }

    internal Collector Collector => collector!;

    internal RunningServer Server => server!;

    public async ValueTask InitializeAsync()
    {
        folder = new DataFolder();
        collector = await Collector.StartAsync();
        var settings = folder.Settings(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_BSP_SCHEDULE_DELAY", "50"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
            ("REGISTRY_AUDIT", "on"),
            ("Logging:LogLevel:Default", "Debug"),
            ("Logging:LogLevel:Microsoft.AspNetCore", "Debug"));
        server = await RunningServer.StartAsync(settings, builder => builder.Services.ConfigureOpenTelemetryTracerProvider(
            traces => traces.AddProcessor(new Keeper(spans))));
        await WorkAsync();
        using var stream = await Server.Http.GetStreamAsync("/tasks/t1/events");
        Assert.True(await stream.ReadAtLeastAsync(new byte[1], 1) > 0);
        LivenessTelemetry.Changed("expired");
        Server.Services.GetRequiredService<BackupStatus>().Found(DateTimeOffset.UtcNow, 10);
        GC.Collect();

        // What was found at the start, before there was anything, would do for half a minute, or longer where the machine was slow then.
        var figures = Server.Services.GetServices<IHostedService>().OfType<RegistryFigures>().Single();
        string[] last =
        [
            "registry_tasks{", "storage_size_bytes{", "registry_watchers{of=\"tasks\"}", "registry_push_dead_letters_total{",
            "registry_forward_running{", "registry_health_changes_total{", "registry_probes_total{",
        ];
        await Eventually.TrueAsync(
            async () =>
            {
                figures.Expire();
                Scrape = await Server.ScrapeAsync();
                return last.All(figure => Scrape.Contains(figure, StringComparison.Ordinal));
            },
            "all figures");
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Collector.DisposeAsync();
        folder!.Dispose();
    }

    private async Task WorkAsync()
    {
        await Send("POST", "/agents", """{"agent_card":{"name":"leased"},"ttl":5}""", 200);
        await Send("POST", "/agents/leased:heartbeat", null, 200);
        await Send("POST", "/agents", """{"agent_card":{"name":"probed"},"probe_url":"http://127.0.0.1:1/"}""", 200);
        await Send("POST", "/agents/probed:probe", null, 200);
        await Send("POST", "/agents", $$$"""{"agent_card":{"name":"weather","description":"{{{Marker}}}","x":{"y":"{{{Marker}}}"} } }""", 200);
        await Send("POST", "/agents", $$$"""{"agent_card":{"description":"{{{Marker}}}"}}""", 400);
        await Send("POST", "/agents", $$"""{"agent_card":{"name":"broken","description":"{{Marker}}" """, 400);
        await Send("GET", $"/agents?query={Sought}", null, 200);
        await Send("POST", "/tasks", Submission(Marker), 201, traced: true);
        await Send("POST", "/tasks", Submission("other " + Marker), 409);
        await Send("POST", "/tasks", """{"taskId":"t2","message":{"role":"ROLE_USER","messageId":"m2","parts":[{"text":"x"}]}}""", 201);
        var claimed = await Send("POST", "/agents/weather/tasks:claim", """{"worker":"w"}""", 200);
        Token = claimed.GetProperty("lease").GetProperty("token").GetString()!;
        ClaimedTrace = claimed.TryGetProperty("traceparent", out var trace) ? trace.GetString() : null;
        await Send("PATCH", "/tasks/t1", $$"""{"state":"working","leaseToken":"{{Secret}}"}""", 409);
        await Send(
            "PATCH",
            "/tasks/t1",
            $$$"""
            {"leaseToken":"{{{Token}}}","artifacts":[{"artifactId":"a1","parts":[{"text":"{{{Marker}}}"}]}],"metadata":{"x":"{{{Marker}}}"},
            "statusMessage":{"role":"ROLE_AGENT","parts":[{"text":"{{{Marker}}}"}]},"state":"working"}
            """,
            200);
        await Send(
            "POST",
            "/tasks/t1/pushNotificationConfigs",
            $$$"""
            {"id":"w","url":"https://example.com/{{{Marker}}}","token":"{{{Marker}}}",
            "authentication":{"scheme":"Bearer","credentials":"{{{Secret}}}"}}
            """,
            200);
        await Send("POST", "/tasks/t2/pushNotificationConfigs", $$"""{"url":"http://localhost:1/{{Marker}}","token":"{{Marker}}"}""", 200);
        await Send("PATCH", "/tasks/t2", """{"state":"working"}""", 200);
        await Send("POST", "/agents", """{"agent_card":{"name":"remote","url":"http://localhost:1/"},"delivery":"forward"}""", 200);
        await Send("POST", "/tasks", """{"agentId":"remote","message":{"role":"ROLE_USER","messageId":"m3","parts":[{"text":"x"}]}}""", 201);
        await SendSecretsAsync();
        await Send("POST", "/tasks/t1/feedback", $$"""{"said":"{{Marker}}"}""", 201);
        await Send("PATCH", "/contexts/c1", $$$"""{"data":{"x":"{{{Marker}}}"}}""", 200);
        await Send("GET", "/tasks", null, 200);
        await Send("GET", "/tasks/none", null, 404);
        await Send("GET", "/health/ready", null, 200);
    }

    /// <summary>Secrets wherever one can be sent, right and wrong.</summary>
    private async Task SendSecretsAsync()
    {
        var signing = $"whsec_{Convert.ToBase64String(Encoding.ASCII.GetBytes($"{Secret} of twenty-four bytes"))}";
        await Send("PUT", "/review-policy", $$"""{"secret":"{{signing}}"}""", 200);
        await Send("PUT", "/review-policy", $$"""{"secret":"{{Secret}}"}""", 400);
        await Send("PATCH", "/agents/remote", $$$"""{"credentials":{"Authorization":"Bearer {{{Secret}}}"}}""", 200);
        await Send("PATCH", "/agents/remote", $$$"""{"credentials":{"Authorization":"{{{Secret}}}\n"}}""", 400);
        await Send("PATCH", "/agents/remote", $$"""{"credentials":"{{Secret}}"}""", 400);
        await Send("GET", "/agents/remote", null, 200);
        await Send("PUT", "/subscriptions/s", $$"""{"url":"http://localhost:1/hook","secret":"{{signing}}"}""", 201);
        await Send("PUT", "/subscriptions/s", $$"""{"url":"http://localhost:1/hook","secret":"{{Secret}}"}""", 400);
        await Send("PUT", "/subscriptions/s", $$"""{"url":"http://u:{{Secret}}@localhost:1/hook"}""", 400);
        await Send("GET", "/subscriptions/s", null, 200);
        await Send("POST", "/tasks/t1/pushNotificationConfigs", $$"""{"url":"https://u:{{Secret}}@example.com/"}""", 400);
        var wrong = $$$"""{"url":"https://example.com/","authentication":{"scheme":"Bearer","credentials":"{{{Secret}}}\n"}}""";
        await Send("POST", "/tasks/t1/pushNotificationConfigs", wrong, 400);
        await Send("GET", "/tasks/t1/pushNotificationConfigs/w", null, 200);
        await Send("POST", "/agents", $$"""{"card_url":"http://u:{{Secret}}@localhost:1/card.json"}""", 400);
        await Send("PUT", "/agents/remote/instances/i", $$"""{"url":"http://u:{{Secret}}@localhost:1/"}""", 400);
    }

    private async Task<JsonElement> Send(string method, string path, string? body, int status, bool traced = false)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add("Authorization", $"Bearer {Secret}");
        request.Headers.Add("Cookie", $"session={Secret}");
        request.Headers.Add("X-Api-Key", Secret);
        if (traced)
        {
            request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
        }

        using var answer = await Server.Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.False(text.Contains(Secret, StringComparison.Ordinal), $"{method} {path}: {text}");
        Assert.True((int)answer.StatusCode == status, $"{method} {path}: {answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private static string Submission(string text) =>
        $$$"""
        {"taskId":"t1","contextId":"c1","agentId":"weather","metadata":{"x":"{{{Marker}}}"},
        "message":{"role":"ROLE_USER","messageId":"m1","parts":[{"text":"{{{text}}}"}]}}
        """;

    private sealed class Keeper(ConcurrentQueue<Activity> spans) : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            if (data.Recorded)
            {
                spans.Enqueue(data);
            }
        }
    }
}
