using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.A2A;
using OrleansRegistry.Hosting;
using OrleansRegistry.Rest;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Benchmarks;

/// <summary>A web application in this process on a free port.</summary>
internal sealed class HttpHost(WebApplication app, string? folder) : IAsyncDisposable
{
    public IPEndPoint Address
    {
        get
        {
            var url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
            return new IPEndPoint(IPAddress.Loopback, url.Port);
        }
    }

    public IAgentRegistry Agents => app.Services.GetRequiredService<IAgentRegistry>();

    public IAgentLiveness Liveness => app.Services.GetRequiredService<IAgentLiveness>();

    public IAgentInstances Instances => app.Services.GetRequiredService<IAgentInstances>();

    public IApiKeys Keys => app.Services.GetRequiredService<IApiKeys>();

    public ITaskRegistry Tasks => app.Services.GetRequiredService<ITaskRegistry>();

    /// <summary>The registry with its REST API and A2A, on SQLite unless a database is given.</summary>
    public static async Task<HttpHost> RegistryAsync(
        PostgresStoreOptions? postgres = null, Action<IServiceCollection>? services = null, Action<RegistryOptions>? configure = null)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("registry-benchmark-").FullName;
        var builder = Builder();
        builder.AddOrleansRegistry(options =>
        {
            options.StorageType = postgres is null ? StorageType.Sqlite : StorageType.Postgres;
            options.Postgres = postgres;
            options.DataDirectory = folder;
            configure?.Invoke(options);
        });
        builder.Services.AddRegistryRest();
        builder.Services.AddRegistryA2A();
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapRegistryRest();
        app.MapRegistryA2A();
        await app.StartAsync();
        return new HttpHost(app, folder);
    }

    /// <summary>Kestrel with nothing but one endpoint: GET answers these bytes, POST reads the body and answers them.</summary>
    public static async Task<HttpHost> BareAsync(byte[] answer)
    {
        var app = Builder().Build();
        app.Run(async context =>
        {
            if (HttpMethods.IsPost(context.Request.Method))
            {
                await context.Request.BodyReader.CopyToAsync(Stream.Null);
            }

            context.Response.ContentType = "application/json";
            context.Response.ContentLength = answer.Length;
            context.Response.BodyWriter.Write(answer);
        });
        await app.StartAsync();
        return new HttpHost(app, null);
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        if (folder is not null)
        {
            System.IO.Directory.Delete(folder, recursive: true);
        }
    }

    private static WebApplicationBuilder Builder()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        return builder;
    }
}
