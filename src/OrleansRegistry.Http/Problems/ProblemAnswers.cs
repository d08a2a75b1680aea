using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Http;

/// <summary>The one place that says which answer a fault is.</summary>
internal sealed partial class ProblemAnswers(ILogger<ProblemAnswers> logger)
{
    private const int ClientClosedRequest = 499;

    /// <summary>The HTTP status of a refusal.</summary>
    /// <param name="conditional">The request asked for it, by <c>If-Match</c> or <c>If-None-Match</c>.</param>
    public static int StatusOf(RegistryError error, bool conditional = false) => error switch
    {
        RegistryError.Invalid => StatusCodes.Status400BadRequest,
        RegistryError.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RegistryError.Forbidden => StatusCodes.Status403Forbidden,
        RegistryError.NotFound => StatusCodes.Status404NotFound,
        RegistryError.Conflict => conditional ? StatusCodes.Status412PreconditionFailed : StatusCodes.Status409Conflict,
        RegistryError.Terminal or RegistryError.IdReused => StatusCodes.Status409Conflict,
        RegistryError.KeyReused => StatusCodes.Status422UnprocessableEntity,
        RegistryError.Busy or RegistryError.Unavailable => StatusCodes.Status503ServiceUnavailable,
        RegistryError.StorageFull => StatusCodes.Status507InsufficientStorage,
        RegistryError.Unreadable => StatusCodes.Status500InternalServerError,
        RegistryError.NotSupported => StatusCodes.Status501NotImplemented,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>Answers a request that ended in <paramref name="fault"/>.</summary>
    public Task SendAsync(HttpContext context, Exception fault)
    {
        if (context.RequestAborted.IsCancellationRequested || fault is ConnectionResetException)
        {
            // Nobody is there to be answered, and it is no fault of the registry that they left.
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = ClientClosedRequest;
            }

            return Task.CompletedTask;
        }

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

    /// <summary>Logs a fault that a caller gets no details of.</summary>
    public void Log(HttpContext context, Exception fault) => LogUnexpected(fault, LogText.Id(context.Request.Method), LogText.Id(context.Request.Path.Value ?? ""));

    private static Problem ProblemOf(HttpContext context, Exception fault) => fault switch
    {
        RegistryException refusal => new Problem(StatusOf(refusal.Error, EntityTags.AreConditionsIn(context.Request)), refusal.Message + Hint(context, refusal), refusal.Field)
        {
            State = refusal.CurrentState is { } state ? StateFormat.OfProblem(context).Spell(state) : null,
            CurrentGeneration = refusal.CurrentGeneration,
        },
        HttpProblemException problem => new Problem(problem.Status, problem.Message, problem.Field),
        BadHttpRequestException bad => new Problem(bad.StatusCode, bad.Message, "body"),
        _ => new Problem(StatusCodes.Status500InternalServerError, "The registry failed to answer this request; its log says why."),
    };

    /// <summary>RFC 9110, 13.1.1: a weak tag never matches in <c>If-Match</c>, also one that a proxy made of a strong one.</summary>
    private static string Hint(HttpContext context, RegistryException refusal) =>
        refusal.Error == RegistryError.Conflict && context.Request.Headers.IfMatch.ToString().Contains("W/", StringComparison.Ordinal)
            ? " If-Match has a weak entity tag, which never matches; a proxy that compresses answers makes ours weak: send it without the W/."
            : "";

    private static void Prepare(HttpResponse response, Exception fault)
    {
        response.Headers.Remove(HeaderNames.ETag);
        switch (fault)
        {
            case RegistryException { Error: RegistryError.Busy or RegistryError.Unavailable } refusal:
                var seconds = Math.Max(1, Math.Ceiling((refusal.RetryAfter ?? TimeSpan.Zero).TotalSeconds));
                response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
                break;
            case HttpProblemException { Status: StatusCodes.Status415UnsupportedMediaType }:
                response.Headers.Accept = JsonContentType.Json;
                break;
            case HttpProblemException { Status: StatusCodes.Status401Unauthorized }:
                response.Headers.WWWAuthenticate = RequestCaller.Challenge;
                break;
            case HttpProblemException { Allow: { } methods }:
                response.Headers.Allow = methods;
                break;
        }
    }
}
