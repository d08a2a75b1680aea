using System.Text.Json;
using OrleansRegistry.Rest.Tests;
using OrleansRegistry.Trust.Audit;

[assembly: AssemblyFixture(typeof(TrustingHost))]

namespace OrleansRegistry.Rest.Tests;

/// <summary>A gateway that believes what its callers say of themselves, so that each test has a tenant of its own.</summary>
public sealed class TrustingHost : IAsyncLifetime
{
    private RestHost? host;

    internal RestHost Host => host!;

    internal TaskClient NewTenant() => new(Host.Client, TestHttp.NewName("tenant"));

    public async ValueTask InitializeAsync() => host = await RestHost.StartAsync(
        options => (options.TrustCallerHeaders, options.DefaultCaller) = (true, Caller.Default),
        options: options => options.Audit = new AuditOptions { Mode = AuditMode.On, Refused = true, RefusedPerSecond = 10_000 });

    public ValueTask DisposeAsync() => host?.DisposeAsync() ?? default;
}

/// <summary>Asks as one caller.</summary>
internal sealed record TaskClient(HttpClient Client, string Tenant, string? Subject = null)
{
    public static string Message(string text, string more = "") => $$"""{"role":"ROLE_USER","parts":[{"text":"{{text}}"}]{{more}}}""";

    public Task<HttpResponseMessage> SendAsync(string method, string path, string? body = null, params (string Name, string Value)[] headers) =>
        Client.SendAsync(method, path, body, [.. headers, .. Headers()]);

    public async Task<JsonElement> GetAsync(string path) => await (await SendAsync("GET", path)).JsonAsync();

    /// <summary>Begins a task.</summary>
    public async Task<JsonElement> SubmitAsync(string text = "hello", string more = "") =>
        await (await SendAsync("POST", "/tasks", $$"""{"message":{{Message(text)}}{{more}}}""")).JsonAsync(System.Net.HttpStatusCode.Created);

    public async Task<JsonElement> PatchAsync(JsonElement task, string body) =>
        await (await SendAsync("PATCH", $"/tasks/{task.Text("id")}", body)).JsonAsync();

    public (string Name, string Value)[] Headers() =>
        Subject is null ? [("X-Registry-Tenant", Tenant)] : [("X-Registry-Tenant", Tenant), ("X-Registry-Subject", Subject)];
}
