using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Cli.Tests;
using OrleansRegistry.Hosting;
using OrleansRegistry.Trust.Audit;
using OrleansRegistry.Objects;
using OrleansRegistry.Rest;

[assembly: AssemblyFixture(typeof(RunningRegistry))]

namespace OrleansRegistry.Cli.Tests;

/// <summary>A registry that runs, on a store in memory; each test has a tenant of its own in it.</summary>
public sealed class RunningRegistry : IAsyncLifetime
{
    private readonly TempFolder place = new();
    private WebApplication? app;

    internal Uri Url => new(app!.Urls.First());

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        builder.Configuration["REGISTRY_TRUST_CALLER_HEADERS"] = "true";
        builder.Configuration["REGISTRY_TRUST_SCOPE_HEADER"] = "true";
        builder.Configuration["REGISTRY_ALLOW_TRANSFER"] = "true";
        builder.Configuration["REGISTRY_DEFAULT_CALLER"] = "default/default";
        builder.Configuration["CARD_FETCH_ALLOWED_NETWORKS"] = "127.0.0.1";
        builder.AddOrleansRegistry(options =>
        {
            options.Audit = new AuditOptions { Mode = AuditMode.On };
            options.StorageType = StorageType.Memory;
            options.Backups = options.Backups with { Place = ObjectPlace.OfFolder(place.Path) };
        });
        builder.Services.AddRegistryRest();
        app = builder.Build();

        // As a gateway does for who runs the registry: the commands are tried, and not what others may not do.
        app.Use((context, next) =>
        {
            context.Request.Headers["X-Registry-Roles"] = RegistryRoles.Operator;
            return next(context);
        });
        app.MapRegistryRest();
        await app.StartAsync();
    }

    /// <summary>The command against this registry, in a tenant of its own.</summary>
    internal TestCli Cli() => new("--url", Url.ToString(), "--tenant", $"t-{Guid.NewGuid():N}");

    /// <summary>What the command has no words for, in the tenant of <paramref name="cli"/>.</summary>
    /// <param name="json">In it, <c>MESSAGE</c> is a message.</param>
    internal async Task CallAsync(TestCli cli, HttpMethod method, string path, string json)
    {
        const string Message = """{"role":"ROLE_USER","messageId":"m1","parts":[{"text":"Rain today?"}]}""";
        using var http = new HttpClient { BaseAddress = Url };
        using var request = new HttpRequestMessage(method, path)
        {
            Content = new StringContent(json.Replace("MESSAGE", Message, StringComparison.Ordinal), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-Registry-Tenant", cli.Always[^1]);
        using var answer = await http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Registers an agent, in the tenant of <paramref name="cli"/>, as somebody who may not approve it.</summary>
    internal async Task AskForReviewAsync(TestCli cli, string id)
    {
        var caller = new Caller(cli.Always[^1], "alice") { Allowed = RegistryRoles.Of(["user"]) };
        var card = Encoding.UTF8.GetBytes($$"""{"name":"{{id}}"}""");
        var written = await app!.Services.GetRequiredService<IAgentRegistry>().RegisterAsync(caller, new AgentRegistration(card));
        Assert.NotNull(written.Review);
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        place.Dispose();
    }
}
