using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansRegistry.Http;

/// <summary>Liveness (restart me), readiness (send me requests), and the older registry's <c>GET /health</c>.</summary>
internal sealed class HealthEndpoints(Readiness readiness)
{
    private const string Tag = "Health";

    public void Map(ApiRoutes routes)
    {
        routes.Get("/health", GetHealthAsync, new ApiOperation("getHealth", Tag, "Whether the registry is healthy").AllowAnonymous().Unlimited()
            .Answer(200, "It is.", "Health")
            .Answer(503, "It can't serve now.", "Health"));
        routes.Get("/health/live", GetLiveAsync, new ApiOperation("getLiveness", Tag, "Liveness: answered as long as the process runs")
            .AllowAnonymous().Unlimited()
            .Answer(200, "It runs.", "Health"));
        routes.Get("/health/ready", GetReadyAsync, new ApiOperation("getReadiness", Tag, "Readiness, check by check").AllowAnonymous().Unlimited()
            .Answer(200, "It can serve.", "Readiness")
            .Answer(503, "It can't serve now, and why.", "Readiness"));
        routes.Get("/health/serving", GetServingAsync, new ApiOperation(
            "getServing", Tag, "Whether this process takes requests, whatever its store can do: for balancers")
            .AllowAnonymous().Unlimited()
            .Answer(200, "It does.", "Readiness")
            .Answer(503, "It is stopping.", "Readiness"));
    }

    private async Task GetHealthAsync(HttpContext context)
    {
        var report = await readiness.CheckAsync(context.RequestAborted);
        await SendAsync(context, Readiness.Text(report.Status), StatusOf(report));
    }

    private Task GetLiveAsync(HttpContext context) => SendAsync(context, "healthy", StatusCodes.Status200OK);

    private async Task GetReadyAsync(HttpContext context) => await SendAsync(context, await readiness.CheckAsync(context.RequestAborted));

    private async Task GetServingAsync(HttpContext context) =>
        await SendAsync(context, await readiness.CheckAsync(HealthCheckNames.Serving, context.RequestAborted));

    private static async Task SendAsync(HttpContext context, HealthReport report)
    {
        context.Response.Headers.CacheControl = "no-store";
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteString("status"u8, report.Status == HealthStatus.Unhealthy ? "unready" : "ready");
        json.WriteStartArray("checks"u8);
        foreach (var (name, check) in report.Entries)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, Readiness.NameOf(name));
            json.WriteString("status"u8, Readiness.TextOfCheck(check.Status));
            json.WriteString("description"u8, check.Description ?? "");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        await answer.SendObjectAsync(context, StatusOf(report));
    }

    private static Task SendAsync(HttpContext context, string health, int status)
    {
        context.Response.Headers.CacheControl = "no-store";
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteString("status"u8, health);
        json.WriteString("service"u8, RegistryService.Name);
        return answer.SendObjectAsync(context, status);
    }

    private static int StatusOf(HealthReport report) =>
        report.Status == HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
}
