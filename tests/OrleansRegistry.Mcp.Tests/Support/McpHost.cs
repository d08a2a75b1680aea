using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Client;
using OrleansRegistry.Hosting;
using OrleansRegistry.Http;
using OrleansRegistry.Mcp.Tests;
using OrleansRegistry.Rest;
using OrleansRegistry.TestSupport;

[assembly: AssemblyFixture(typeof(McpHost))]

namespace OrleansRegistry.Mcp.Tests;

/// <summary>A registry with MCP on a port of its own. One for all tests that need no other: each has a tenant of its own in it.</summary>
public sealed class McpHost : IAsyncLifetime
{
    private WebApplication? app;

    internal Uri Address { get; private set; } = null!;

    internal Uri Endpoint => new(Address, "/mcp");

    /// <summary>What the log holds from level warning up.</summary>
    internal ConcurrentQueue<string> Log { get; } = new();

    internal IServiceProvider Services => app!.Services;

    internal IAgentRegistry Agents => Services.GetRequiredService<IAgentRegistry>();

    internal ITaskRegistry Tasks => Services.GetRequiredService<ITaskRegistry>();

    internal IContextRegistry Contexts => Services.GetRequiredService<IContextRegistry>();

    /// <summary>A server of its own for one test.</summary>
    internal static async Task<McpHost> StartAsync(
        Action<RegistryMcpOptions>? configure = null, Action<WebApplicationBuilder>? build = null, bool hasRest = false)
    {
        var host = new McpHost();
        await host.BeginAsync(configure, build, hasRest);
        return host;
    }

    public async ValueTask InitializeAsync() => await BeginAsync(null, null, hasRest: true);

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    internal Task StopAsync() => app!.StopAsync(TestContext.Current.CancellationToken);

    /// <summary>A client of the library's own.</summary>
    /// <param name="version">Of the protocol; null for the newest that both speak.</param>
    internal async Task<TestClient> ConnectAsync(string? tenant = null, string? version = null, string subject = "default")
    {
        var caller = new Caller(tenant ?? $"t-{Guid.NewGuid():N}", subject);
        var transport = new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = Endpoint,
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string>
            {
                ["X-Registry-Tenant"] = caller.Tenant,
                ["X-Registry-Subject"] = caller.Subject,
            },
        });
        var options = new McpClientOptions { ProtocolVersion = version };
        return new TestClient(await McpClient.CreateAsync(transport, options, cancellationToken: TestContext.Current.CancellationToken), caller);
    }

    /// <summary>One request as it is.</summary>
    internal async Task<(HttpStatusCode Status, string Body, HttpResponseMessage Answer)> SendAsync(
        HttpContent? body, HttpMethod? method = null, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, Endpoint) { Content = body };
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), answer);
    }

    internal Task<(HttpStatusCode Status, string Body, HttpResponseMessage Answer)> SendAsync(
        string json, params (string Name, string Value)[] headers) => SendAsync(JsonContent(Encoding.UTF8.GetBytes(json)), null, headers);

    /// <summary>Calls a tool with arguments as they are, and gives the answer's text.</summary>
    internal async Task<string> CallAsync(string tool, string arguments, params (string Name, string Value)[] headers)
    {
        var parameters = "{\"name\":\"" + tool + "\",\"arguments\":" + arguments + "}";
        return (await SendAsync("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":" + parameters + "}", headers)).Body;
    }

    internal static ByteArrayContent JsonContent(byte[] body) =>
        new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    private async Task BeginAsync(Action<RegistryMcpOptions>? configure, Action<WebApplicationBuilder>? build, bool hasRest)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddProvider(new LogCatcher(Log, LogLevel.Warning));
        builder.Services.AddRegistryHttp(options =>
        {
            options.TrustCallerHeaders = true;
            options.TrustScopeHeader = true;
            options.DefaultCaller = Caller.Default;
        });
        builder.AddOrleansRegistry(options => options.StorageType = StorageType.Memory);
        builder.Services.AddRegistryMcp(configure);
        if (hasRest)
        {
            builder.Services.AddRegistryRest();
        }

        build?.Invoke(builder);
        app = builder.Build();
        if (hasRest)
        {
            app.MapRegistryRest();
        }

        app.MapRegistryMcp();
        await app.StartAsync();
        Address = new Uri(app.Urls.First());
    }
}
