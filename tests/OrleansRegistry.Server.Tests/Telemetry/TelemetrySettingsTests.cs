using System.Net;
using OrleansRegistry.Storage.Tests.Postgres;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Server.Tests.Telemetry;

public sealed class TelemetrySettingsTests
{
    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4317", "an absolute http or https URL")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:s3cretPW@localhost:4317", "without a user")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://localhost", "an absolute http or https URL")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "`grpc`, `http/protobuf`")]
    [InlineData("OTEL_TRACES_SAMPLER", "sometimes", "`always_on`")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG", "7", "a share from 0 to 1")]
    [InlineData("REGISTRY_METRICS", "perhaps", "true or false")]
    public async Task A_value_that_would_be_passed_over_stops_the_start(string name, string value, string choices)
    {
        var (exitCode, output) = await ServerStart.RunAsync(new Dictionary<string, string> { ["STORAGE_TYPE"] = "memory", [name] = value });
        Assert.Equal(1, exitCode);
        Assert.Contains(name, output, StringComparison.Ordinal);
        Assert.Contains(choices, output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cretPW", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_metrics_there_is_no_such_path_and_a_collector_that_is_gone_is_told_of()
    {
        await using var server = await RunningServer.StartAsync(new Dictionary<string, string>
        {
            ["STORAGE_TYPE"] = "memory",
            ["REGISTRY_METRICS"] = "false",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "200",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "10",
        });
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/agents")).StatusCode);
        await Eventually.TrueAsync(
            () => server.Log.Any(line => line.StartsWith("Warning: Traces or metrics could not be sent", StringComparison.Ordinal)),
            "the warning");
    }
}
