using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace OrleansRegistry.Http;

/// <summary>Once the process is stopping, each answer closes its connection: clients reconnect, to another process.</summary>
internal sealed class StoppingMiddleware(RequestDelegate next, IHostApplicationLifetime lifetime)
{
    public Task InvokeAsync(HttpContext context)
    {
        // HTTP/2 and later have no such header, and end connections by themselves when the server stops.
        if (lifetime.ApplicationStopping.IsCancellationRequested && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Response.Headers.Connection = "close";
        }

        return next(context);
    }
}
