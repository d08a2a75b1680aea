using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Gateway.Http;

/// <summary>The one place that says on whose behalf a request is.</summary>
internal static class CallerOf
{
#pragma warning disable IDE0060 // The request decides, as soon as there is more than one tenant.
    public static Caller Request(HttpContext context) => Caller.Default;
#pragma warning restore IDE0060
}
