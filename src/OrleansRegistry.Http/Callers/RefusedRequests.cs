using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace OrleansRegistry.Http;

/// <summary>Tells of requests that are answered with 401 or 403.</summary>
internal static class RefusedRequests
{
    /// <summary>Tells of the request, if <paramref name="fault"/> is such an answer.</summary>
    public static void Tell(this IRefusedCalls refused, HttpContext context, Exception fault)
    {
        var status = fault switch
        {
            BadHttpRequestException problem => problem.StatusCode,
            RegistryException refusal => ProblemStatus.Of(refusal.Error),
            _ => 0,
        };
        if (status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
        {
            // The route, and not the path: that is as long as its sender likes.
            var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
            refused.Tell(
                context.Features.Get<AdmittedCaller>()?.Caller,
                status,
                $"{LogText.Id(context.Request.Method)} {route}".TrimEnd(),
                RequestCaller.AddressOf(context),
                fault);
        }
    }
}
