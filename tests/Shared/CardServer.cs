using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Tests.Shared;

/// <summary>A server that publishes agent cards: what it has at each path, else 404. It keeps the requests.</summary>
internal sealed class CardServer : IAsyncDisposable
{
    public const string WellKnown = "/.well-known/agent-card.json";

    private readonly WebApplication app;
    private readonly ConcurrentQueue<(string Path, IHeaderDictionary Headers)> requests = new();

    private CardServer(WebApplication app) => this.app = app;

    /// <summary>What is answered, by path.</summary>
    public ConcurrentDictionary<string, RequestDelegate> At { get; } = new();

    public IReadOnlyList<(string Path, IHeaderDictionary Headers)> Requests => [.. requests];

    public static async Task<CardServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var server = new CardServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public static string Card(string name, string description = "A card") =>
        $$"""{"name":"{{name}}","description":"{{description}}","version":"1","url":"https://agent.example.com","skills":[]}""";

    /// <summary>Answers a card, or 304 where the client has the one with this tag.</summary>
    public static RequestDelegate Serve(string body, string? tag = null, int status = 200, string type = "application/json") => context =>
    {
        if (tag is not null)
        {
            context.Response.Headers.ETag = $"\"{tag}\"";
            if (context.Request.Headers.IfNoneMatch == $"\"{tag}\"")
            {
                context.Response.StatusCode = 304;
                return Task.CompletedTask;
            }
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body);
    };

    public static RequestDelegate Redirect(string to, int status = 302) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Location = to;
        return Task.CompletedTask;
    };

    public string Url(string path = "", string host = "127.0.0.1", string scheme = "http") =>
        $"{scheme}://{host}:{new Uri(app.Urls.First()).Port}{path}";

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path + context.Request.QueryString;
        requests.Enqueue((path, new HeaderDictionary(context.Request.Headers.ToDictionary())));
        return At.GetValueOrDefault(path, Serve("not here", status: 404, type: "text/plain"))(context);
    }
}
