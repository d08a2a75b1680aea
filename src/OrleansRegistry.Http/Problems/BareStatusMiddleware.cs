using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>Gives the errors that routing answers without a body (404, 405) the same body as all others.</summary>
internal sealed class BareStatusMiddleware(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var answered = next(context);
        return answered.IsCompletedSuccessfully && !IsBare(context.Response) ? answered : FinishAsync(context, answered);
    }

    private static bool IsBare(HttpResponse response) =>
        response.StatusCode is StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed
        && !response.HasStarted
        && response.ContentType is null
        && response.ContentLength is null;

    private static async Task FinishAsync(HttpContext context, Task answered)
    {
        await answered;
        if (IsBare(context.Response))
        {
            // A method that is not allowed at what is left of the path says nothing of what the path names.
            if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed && PathCheck.FaultOf(context) is { } fault)
            {
                await new Problem(StatusCodes.Status400BadRequest, fault.Message, fault.Field).SendAsync(context);
                return;
            }

            var detail = context.Response.StatusCode == StatusCodes.Status404NotFound
                ? "There is nothing at this path; GET / tells what there is."
                : $"{context.Request.Method} is not allowed here; allowed is {context.Response.Headers.Allow}.";
            await new Problem(context.Response.StatusCode, detail).SendAsync(context);
        }
    }
}
