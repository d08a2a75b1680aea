using OrleansRegistry.Agents;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Health, the service block, the registry's own card and the OpenAPI document.</summary>
public sealed partial class ServiceTests(RestHost host)
{
    private static readonly string[] BodylessPosts =
    [
        "/agents/{id}:enable", "/agents/{id}:disable", "/agents/{id}:refresh", "/agents/{id}:heartbeat", "/agents/{id}/instances/{name}:heartbeat",
        "/agents/{id}:probe", "/agents/{id}:verify", "/domains/{domain}:verify",
        "/tasks/{id}:cancel", "/contexts/{id}:clear", "/backups", "/backups/{name}:verify",
        "/agents/{id}/snapshots/uploads", "/agents/{id}/snapshots/{snapshot_id}:verify", "/agents/{id}/snapshots/{snapshot_id}:complete",
    ];

    private readonly HttpClient client = host.Client;

    [Fact]
    public async Task Healthy_alive_and_ready()
    {
        Assert.Equal(
            """{"status":"healthy","service":"A2A Registry"}""",
            (await (await client.SendAsync("GET", "/health")).JsonAsync()).GetRawText());
        Assert.Equal("healthy", (await (await client.SendAsync("GET", "/health/live")).JsonAsync()).Text("status"));
        var ready = await (await client.SendAsync("GET", "/health/ready")).JsonAsync();
        Assert.Equal("ready", ready.Text("status"));
        Assert.NotEmpty(ready.GetProperty("checks").EnumerateArray());
    }

    [Fact]
    public async Task Alive_but_not_ready()
    {
        await using var other = await RestHost.StartAsync(registry: new WaitingRegistry(), build: builder =>
            builder.Services.AddHealthChecks()
                .AddCheck("registry.store", () => HealthCheckResult.Unhealthy("the disk is full"), [HealthCheckNames.Ready])
                .AddCheck("store", () => HealthCheckResult.Unhealthy("the host's own"), ["ready"]));
        Assert.Equal(
            "unhealthy",
            (await (await other.Client.SendAsync("GET", "/health")).JsonAsync(HttpStatusCode.ServiceUnavailable)).Text("status"));
        await (await other.Client.SendAsync("GET", "/health/live")).JsonAsync();
        var ready = await (await other.Client.SendAsync("GET", "/health/ready")).JsonAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Equal(
            """{"name":"store","status":"unhealthy","description":"the disk is full"}""",
            Assert.Single(ready.GetProperty("checks").EnumerateArray()).GetRawText());
    }

    [Fact]
    public async Task The_service_block()
    {
        await using var other = await RestHost.StartAsync(registry: new WaitingRegistry(), build: builder =>
            builder.Services.AddSingleton(new CardDemands(Signature: false, Domain: true)));
        var json = await (await other.Client.SendAsync("GET", "/")).JsonAsync();
        Assert.Equal("A2A Registry", json.Text("service"));
        Assert.NotEmpty(json.Text("version"));
        Assert.Equal("/health", json.Text("health_check"));
        Assert.Equal("/docs", json.Text("documentation"));
        Assert.Equal("JSONRPC", json.GetProperty("protocols").GetProperty("primary").Text("transport"));
        Assert.Equal("/jsonrpc", json.GetProperty("protocols").GetProperty("primary").Text("endpoint"));
        Assert.Equal("HTTP+JSON", json.GetProperty("protocols").GetProperty("secondary").Text("transport"));
        Assert.Equal(
            """{"development":true,"extension_verification":false,"domain_verification":true,"signature_verification":false}""",
            json.GetProperty("mode").GetRawText());
    }

    [Theory]
    [InlineData("/.well-known/agent-card.json")]
    [InlineData("/.well-known/agent.json")]
    public async Task The_registrys_own_card_is_one_it_would_take_without_a_warning(string path)
    {
        var response = await client.SendAsync("GET", path);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Empty(new AgentRules(Strict: true).Check(Encoding.UTF8.GetBytes(text)).Card.Warnings);
        var card = await response.JsonAsync();
        Assert.Equal(host.Address + "jsonrpc", card.Text("url"));
        Assert.Equal(("0.3.0", "JSONRPC"), (card.Text("protocolVersion"), card.Text("preferredTransport")));
        Assert.Equal(
            ["urn:a2a-registry:jsonrpc:1 1.0"], // None of A2A's methods is there, so it must not say JSONRPC.
            card.GetProperty("supportedInterfaces").EnumerateArray()
                .Select(item => $"{item.Text("protocolBinding")} {item.Text("protocolVersion")}"));
        Assert.Contains("max-age", response.One("Cache-Control"), StringComparison.Ordinal);
        var same = await client.SendAsync("GET", path, null, ("If-None-Match", response.One("ETag")));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
    }

    [Fact]
    public async Task The_card_names_the_public_url()
    {
        await using var other = await RestHost.StartAsync(options => options.PublicUrl = "https://registry.example.com/base/", new WaitingRegistry());
        var card = await (await other.Client.SendAsync("GET", "/.well-known/agent-card.json")).JsonAsync();
        Assert.Equal("https://registry.example.com/base/jsonrpc", card.Text("url"));
    }

    [Fact]
    public async Task The_document_lists_every_route_with_all_there_is_to_say()
    {
        var text = await client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        var document = JsonDocument.Parse(text).RootElement;
        var paths = document.GetProperty("paths");
        var mapped = host.Routes
            .Where(route => !route.RoutePattern.RawText!.StartsWith("/openapi", StringComparison.Ordinal)
                && !route.RoutePattern.RawText.StartsWith("/docs", StringComparison.Ordinal))
            .Select(route => (Path: route.RoutePattern.RawText!.Replace("**", "", StringComparison.Ordinal), Methods: route.Metadata
                .GetMetadata<IHttpMethodMetadata>()
                ?.HttpMethods))
            .Where(route => route.Methods is not null) // What takes any method only refuses.
            .Select(route => (route.Path, Method: route.Methods![0]))
            .ToArray();
        Assert.True(mapped.Length >= 56);
        foreach (var (path, method) in mapped)
        {
            var operation = paths.GetProperty(path).GetProperty(method.ToLowerInvariant());
            Assert.NotEmpty(operation.Text("summary"));
            Assert.NotEmpty(operation.Text("operationId"));
            var named = operation.TryGetProperty("parameters", out var parameters)
                ? parameters.EnumerateArray().Where(item => item.Text("in") == "path").Select(item => item.Text("name"))
                : [];
            Assert.Equal(PathParameter().Matches(path).Select(match => match.Groups["name"].Value), named);
            Assert.Equal(
                method is "PUT" or "PATCH" || (method == "POST" && !BodylessPosts.Contains(path)),
                operation.TryGetProperty("requestBody", out _));
            Assert.Contains(operation.GetProperty("responses").EnumerateObject(), response => response.Name[0] is '2' or '3');
            Assert.Contains("application/problem+json", operation.GetProperty("responses").GetProperty("414").GetRawText(), StringComparison.Ordinal);
            if (path.StartsWith("/agents", StringComparison.Ordinal) || path.StartsWith("/tasks", StringComparison.Ordinal)
                || path.StartsWith("/contexts", StringComparison.Ordinal))
            {
                Assert.Contains(
                    "application/problem+json",
                    operation.GetProperty("responses").GetProperty("400").GetRawText(),
                    StringComparison.Ordinal);
            }
        }

        Assert.Equal(mapped.Length, paths.EnumerateObject().Sum(path => path.Value.EnumerateObject().Count()));
        var schemas = document.GetProperty("components").GetProperty("schemas");
        var references = SchemaReference().Matches(text).Select(match => match.Groups["name"].Value).Distinct().ToArray();
        Assert.NotEmpty(references);
        Assert.All(references, name => Assert.True(schemas.TryGetProperty(name, out _), name));
    }

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.NonBacktracking)]
    private static partial Regex PathParameter();

    [GeneratedRegex(@"#/components/schemas/(?<name>\w+)", RegexOptions.NonBacktracking)]
    private static partial Regex SchemaReference();
}
