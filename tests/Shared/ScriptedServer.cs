using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Tests.Shared;

/// <summary>A server that answers each request with the next step of a script, the last again and again, and keeps the requests.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Queue<Func<HttpContext, Task>> script;

    private ScriptedServer(WebApplication app, Func<HttpContext, Task>[] script)
    {
        this.app = app;
        this.script = new Queue<Func<HttpContext, Task>>(script);
    }

    public Uri Address => new(app.Urls.First());

    /// <summary>Of what came, in order.</summary>
    public List<(string Target, IHeaderDictionary Headers)> Requests { get; } = [];

    public static async Task<ScriptedServer> StartAsync(params Func<HttpContext, Task>[] script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new ScriptedServer(app, script);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>Answers a status with a body.</summary>
    public static Func<HttpContext, Task> Say(int status, string body, string type = "application/json", int? retryAfter = null) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        if (retryAfter is not null)
        {
            context.Response.Headers.RetryAfter = $"{retryAfter}";
        }

        return context.Response.WriteAsync(body);
    };

    /// <summary>Sends events, and cuts the connection then.</summary>
    public static Func<HttpContext, Task> Events(string events, Task? cutAfter = null) => async context =>
    {
        context.Response.ContentType = "text/event-stream";
        await context.Response.WriteAsync(events);
        await context.Response.Body.FlushAsync();
        if (cutAfter is not null)
        {
            await cutAfter;
            context.Abort();
        }
    };

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private Task AnswerAsync(HttpContext context)
    {
        Func<HttpContext, Task> next;
        lock (script)
        {
            var headers = new HeaderDictionary(context.Request.Headers.ToDictionary());
            Requests.Add((context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, headers));
            next = script.Count > 1 ? script.Dequeue() : script.Peek();
        }

        return next(context);
    }
}
