using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Http;

/// <summary>
/// Answers what a request ends in. Endpoints of the kit ask it themselves, so that their answers keep the headers that are set, and are the same
/// within a larger application. By the framework's middleware it also answers refusals of the registry from endpoints of the host.
/// </summary>
internal sealed partial class FaultHandler(ILogger<FaultHandler> logger, IRefusedCalls? refused = null) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not (RegistryException or HttpProblemException))
        {
            return false;
        }

        await AnswerAsync(httpContext, exception);
        return true;
    }

    /// <summary>Answers a request that ended in <paramref name="fault"/>.</summary>
    public Task AnswerAsync(HttpContext context, Exception fault)
    {
        if (context.RequestAborted.IsCancellationRequested || fault is ConnectionResetException)
        {
            // The client is gone, which is not a fault of the registry.
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }

            return Task.CompletedTask;
        }

        refused?.Tell(context, fault);
        var problem = ProblemOf(context, fault);
        if (problem.Status == StatusCodes.Status500InternalServerError && fault is not RegistryException)
        {
            Log(context, fault);
        }

        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        Prepare(context.Response, fault);
        return problem.SendAsync(context);
    }

    /// <summary>Logs a fault of which a caller gets no details.</summary>
    public void Log(HttpContext context, Exception fault) =>
        LogUnexpected(fault, LogText.Id(context.Request.Method), LogText.Id(context.Request.Path.Value ?? ""));

    private static RegistryProblem ProblemOf(HttpContext context, Exception fault) => fault switch
    {
        RegistryException refusal => new RegistryProblem(
            ProblemStatus.Of(refusal.Error, EntityTags.AreConditionsIn(context.Request)), refusal.Message + Hint(context, refusal), refusal.Field)
            .Add("code", RegistryErrorCode.Of(refusal.Error))
            .Add("state", refusal.CurrentState is { } state ? StateFormat.OfProblem(context).Spell(state) : null)
            .Add("current_generation", refusal.CurrentGeneration),
        LimitException limit => new RegistryProblem(limit.StatusCode, limit.Message).Add("code", "limit_exceeded"),
        BadHttpRequestException bad => new RegistryProblem(bad.StatusCode, bad.Message, bad is HttpProblemException problem ? problem.Field : "body"),
        _ => new RegistryProblem(StatusCodes.Status500InternalServerError, "The registry failed to answer this request; its log says why."),
    };

    /// <summary>RFC 9110, 13.1.1: a weak tag never matches in <c>If-Match</c>, also one that a proxy made of a strong one.</summary>
    private static string Hint(HttpContext context, RegistryException refusal) =>
        refusal.Error == RegistryError.Conflict && context.Request.Headers.IfMatch.ToString().Contains("W/", StringComparison.Ordinal)
            ? " If-Match has a weak entity tag, which never matches; a proxy that compresses answers makes ours weak: send it without the W/."
            : "";

    private static void Prepare(HttpResponse response, Exception fault)
    {
        response.Headers.Remove(HeaderNames.ETag);
        if (fault is RegistryException { Error: RegistryError.Busy or RegistryError.Unavailable } refusal)
        {
            var seconds = Math.Max(1, Math.Ceiling((refusal.RetryAfter ?? TimeSpan.Zero).TotalSeconds));
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }
        else if (fault is LimitException limit)
        {
            limit.Prepare(response);
        }
        else if (fault is HttpProblemException { Header: { } header })
        {
            response.Headers[header.Name] = header.Value;
        }
    }
}
