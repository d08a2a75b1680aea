using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.A2A;

/// <summary>What a request to an agent ends in, as an error of A2A.</summary>
internal sealed class A2AFaults(FaultHandler faults, [RegistryTime] TimeProvider time)
{
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>The error that a fault is; one that nobody expected is logged.</summary>
    public A2AException Of(HttpContext context, Exception fault)
    {
        switch (fault)
        {
            case A2AException known:
                return known;
            case RegistryException refusal:
                return A2AException.Of(refusal);
            case LimitException limit:
                return new A2AException(ErrorOf(limit.StatusCode), limit.Message, limit) { RetryAfter = limit.RetryAfter };
            case BadHttpRequestException bad:
                return new A2AException(ErrorOf(bad.StatusCode), bad.Message, bad) { Field = (bad as HttpProblemException)?.Field };
            default:
                faults.Log(context, fault);
                return new A2AException(A2AError.Internal, "The registry failed to answer this request; its log says why.", fault);
        }
    }

    /// <summary>Answers a request with an error, unless its client is gone or has had a part of another answer.</summary>
    /// <param name="write">Writes the body.</param>
    public async Task AnswerAsync(HttpContext context, Exception fault, string contentType, Action<Utf8JsonWriter, A2AException> write)
    {
        if (context.RequestAborted.IsCancellationRequested || context.Response.HasStarted || fault is ConnectionResetException)
        {
            await faults.AnswerAsync(context, fault);
            return;
        }

        var error = Of(context, fault);
        SetHeaders(context.Response, error);
        var answer = JsonAnswer.Rent();
        write(answer.Json, error);
        await answer.SendAsync(context, error.Error.Http, contentType);
    }

    /// <summary>Sets the headers that go with an error: when to try again, how to say who calls.</summary>
    public static void SetHeaders(HttpResponse response, A2AException error)
    {
        if (error.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (error.InnerException is HttpProblemException { Header: { } header })
        {
            response.Headers[header.Name] = header.Value;
        }
    }

    private static A2AError ErrorOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => A2AError.Unauthenticated,
        StatusCodes.Status403Forbidden => A2AError.Forbidden,
        StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed => A2AError.MethodNotFound,
        StatusCodes.Status413PayloadTooLarge => A2AError.TooLarge,
        StatusCodes.Status429TooManyRequests => A2AError.TooMany,
        StatusCodes.Status503ServiceUnavailable => A2AError.Unavailable,
        StatusCodes.Status415UnsupportedMediaType => A2AError.ContentTypeNotSupported,
        _ => A2AError.InvalidRequest,
    };
}
