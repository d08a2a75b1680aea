using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Tests.Push;

/// <summary>A client's server for notifications, which answers as a test says.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ConcurrentQueue<Posted> posted = new();

    private Receiver(WebApplication application) => this.application = application;

    /// <summary>The status to answer with; 200 unless set.</summary>
    public Func<HttpContext, Task<int>> Answer { get; set; } = _ => Task.FromResult(200);

    /// <summary>Every request, in the order of coming, with the status that it got.</summary>
    public IReadOnlyList<Posted> All => [.. posted];

    /// <summary>Those that were accepted.</summary>
    public IReadOnlyList<Posted> Taken => [.. posted.Where(one => one.Status == 200)];

    public int Port => new Uri(application.Urls.Single()).Port;

    public string Url(string path = "/hook", string host = "127.0.0.1") => $"http://{host}:{Port}{path}";

    public static async Task<Receiver> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1));
        var receiver = new Receiver(builder.Build());
        receiver.application.Run(receiver.TakeAsync);
        await receiver.application.StartAsync(TestContext.Current.CancellationToken);
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await application.StopAsync(now.Token);
        await application.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var status = await Answer(context);
        posted.Enqueue(new Posted(
            context.Request.Path, context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()), body, status));
        context.Response.StatusCode = status;
    }

    internal sealed record Posted(string Path, IReadOnlyDictionary<string, string> Headers, string Body, int Status)
    {
        /// <summary>The generation and the place in it.</summary>
        public string Name => Headers["X-Registry-Event"];

        public long Generation => long.Parse(Name.Split('.')[0]);
    }
}
