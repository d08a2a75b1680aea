using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>Gives the errors that routing answers without a body (404, 405) the same body as all others.</summary>
internal static class StatusPages
{
    public static Task SendAsync(StatusCodeContext status)
    {
        var context = status.HttpContext;
        var problem = context.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => new RegistryProblem(
                StatusCodes.Status404NotFound, "There is nothing at this path; GET / tells what there is."),
            StatusCodes.Status405MethodNotAllowed => NotAllowed(context),
            _ => null,
        };
        return problem?.SendAsync(context) ?? Task.CompletedTask;
    }

    /// <summary>
    /// The server resolves dot segments before it routes: a method that is not allowed at what is left says nothing of what the path names.
    /// </summary>
    private static RegistryProblem NotAllowed(HttpContext context) => PathCheck.FaultOf(context) is { } fault
        ? new RegistryProblem(StatusCodes.Status400BadRequest, fault.Message, fault.Field)
        : new RegistryProblem(
            StatusCodes.Status405MethodNotAllowed, $"{context.Request.Method} is not allowed here; allowed is {context.Response.Headers.Allow}.");
}
