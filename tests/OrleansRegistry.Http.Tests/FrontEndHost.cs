using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Http.Tests;

/// <summary>A front end of a few endpoints on the kit alone: neither REST nor a registry is there.</summary>
internal sealed class FrontEndHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private FrontEndHost(WebApplication app)
    {
        this.app = app;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    /// <param name="fault">What <c>GET /things/{id}</c> ends in.</param>
    /// <param name="use">Middleware that comes after the kit's own, and endpoints of the host.</param>
    /// <param name="prefix">Within a larger application, below this path.</param>
    /// <param name="events">What <c>GET /events</c> sends.</param>
    public static async Task<FrontEndHost> StartAsync(
        Exception? fault = null,
        Channel<string>? events = null,
        Action<RegistryHttpOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? use = null, string? prefix = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        builder.Services.AddRegistryHttp(configure).AddRegistryHttp();
        services?.Invoke(builder.Services);
        var app = builder.Build();
        IEndpointRouteBuilder endpoints = prefix is null ? app : app.MapGroup(prefix);
        Map(endpoints.UseRegistryHttp(), app, fault, events);
        endpoints.MapRegistryHealth().MapRegistryDocs();
        use?.Invoke(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new FrontEndHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }

    private static void Map(ApiRoutes routes, IEndpointRouteBuilder app, Exception? fault, Channel<string>? events)
    {
        routes.Get("/things/{id}", _ => throw fault!, new ApiOperation("getThing", "Things", "One thing").Path("id", "Its id.").Problems(404));
        routes.Post("/things", StoreAsync, new ApiOperation("storeThing", "Things", "Store a thing").Body("Problem").Answer(201, "It is stored."));
        var streams = app.ServiceProvider.GetRequiredService<EventStreams>();
        routes.Get(
            "/events",
            context => streams.SendAsync(context, events!.Reader.ReadAllAsync, WriteAsync),
            new ApiOperation("watchThings", "Things", "Events").AnswerEvents("They."));
    }

    private static async Task StoreAsync(HttpContext context)
    {
        var body = await RequestBody.ReadJsonAsync(context, 1024);
        var name = new RequestMembers(body.Bytes, new RequestMembers.Names("thingName", "size")) is var members
            && members.Integer("size", 1, 9) is not null
            ? members.Text("thingName")
            : throw members.Missing("size", "a thing has a size");
        context.Response.Headers.Location = PublicPath.Of(context, $"/things/{name}");
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    private static Task WriteAsync(SseWriter output, string text) => EventStreams.WriteEventAsync(output, "thing", text.Length, answer =>
    {
        answer.Json.WriteStringValue(text.Length > 3 ? throw new RegistryException(RegistryError.Unavailable, text) : text);
        return default;
    });
}
