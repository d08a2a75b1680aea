using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.A2A.Grpc.Wire;
using OrleansRegistry.Server.Tests.Telemetry;
using OrleansRegistry.TestSupport;
using Task = System.Threading.Tasks.Task;

namespace OrleansRegistry.Server.Tests;

/// <summary>Whom the whole program lets in, by all that it has mapped.</summary>
public sealed class AskedCallersTests : IDisposable
{
    /// <summary>What is answered without a token: nothing in it is a tenant's.</summary>
    private static readonly string[] Anonymous =
    [
        "GET /", "GET /.well-known/agent-card.json", "GET /.well-known/agent.json", "GET /docs/{documentName?}", "GET /docs/scalar.aspnetcore.js",
        "GET /docs/scalar.js", "GET /docs/favicon.svg", "GET /health", "GET /health/live", "GET /health/ready", "GET /health/serving",
        "GET /openapi/{documentName}.json", "POST /login",
    ];

    private const string AdminKey = "ork_firstadmin_0123456789abcdef0123456789abcdef";

    private readonly DataFolder folder = new();
    private readonly TokenMaker key = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_endpoint_but_the_named_ones_is_401_without_a_token()
    {
        await using var server = await RunningServer.StartAsync(Settings());
        var (asked, open) = (0, new SortedSet<string>(StringComparer.Ordinal));
        foreach (var endpoint in server.Services.GetRequiredService<IEnumerable<EndpointDataSource>>()
            .SelectMany(source => source.Endpoints).OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is not null
                || endpoint.DisplayName?.StartsWith("gRPC", StringComparison.Ordinal) == true)
            {
                continue;
            }

            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["POST"])
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), PathOf(endpoint.RoutePattern));
                request.Content = method is "GET" or "HEAD" ? null : new StringContent("{}", Encoding.UTF8, "application/json");
                using var answer = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancelled);
                asked++;
                if (answer.StatusCode != HttpStatusCode.Unauthorized)
                {
                    open.Add($"{method} {endpoint.RoutePattern.RawText}".Replace("HEAD ", "GET ", StringComparison.Ordinal));
                }
                else
                {
                    Assert.StartsWith("Bearer", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
                }
            }
        }

        Assert.True(asked > 100);
        Assert.Equal([], open.Except(Anonymous));
    }

    [Fact]
    public async Task Every_call_over_gRPC_is_unauthenticated_without_a_token_and_goes_on_with_one()
    {
        var port = GrpcPortTests.FreePort();
        await using var server = await RunningServer.StartAsync(Settings(("A2A_GRPC_PORT", $"{port}")));
        foreach (var method in A2AService.Descriptor.Methods)
        {
            Assert.Equal("16", await StatusAsync(port, method.Name, null));
            Assert.NotEqual("16", await StatusAsync(port, method.Name, key.Make(DateTimeOffset.UtcNow)));
            Assert.NotEqual("16", await StatusAsync(port, method.Name, AdminKey));
            Assert.Equal("16", await StatusAsync(port, method.Name, AdminKey[..^1]));
        }

        Assert.Equal(11, A2AService.Descriptor.Methods.Count);
    }

    [Fact]
    public async Task A_token_opens_REST_A2A_and_MCP_for_its_tenant_alone()
    {
        await using var server = await RunningServer.StartAsync(Settings());
        var (ours, theirs) = (key.Make(DateTimeOffset.UtcNow), key.Make(DateTimeOffset.UtcNow, ("tenant", "other")));
        const string Card = """{"name":"mine","description":"d"}""";
        Assert.Equal(HttpStatusCode.Created, await AskAsync(server.Http, ours, HttpMethod.Put, "/agents/mine", Card));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server.Http, ours, HttpMethod.Get, "/agents/mine"));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(server.Http, theirs, HttpMethod.Get, "/agents/mine"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server.Http, ours, HttpMethod.Get, "/a2a/mine/.well-known/agent-card.json"));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(server.Http, theirs, HttpMethod.Get, "/a2a/mine/.well-known/agent-card.json"));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(server.Http, ours, HttpMethod.Get, "/metrics"));
        var devops = key.Make(DateTimeOffset.UtcNow, ("roles", new[] { "devops" }));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(server.Http, devops, HttpMethod.Get, "/metrics"));
        const string List = """{"jsonrpc":"2.0","id":1,"method":"tools/list"}""";
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server.Http, ours, HttpMethod.Post, "/mcp", List));

        // A key does the same beside tokens.
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server.Http, AdminKey, HttpMethod.Get, "/metrics"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server.Http, AdminKey, HttpMethod.Post, "/mcp", List));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(server.Http, AdminKey, HttpMethod.Get, "/a2a/mine/.well-known/agent-card.json"));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server.Http, AdminKey[..^1], HttpMethod.Post, "/mcp", List));
    }

    [Theory]
    [InlineData("http://0.0.0.0:0", false)]
    [InlineData("http://*:0", false)]
    [InlineData("http://[::]:0", false)]
    [InlineData("http://registry.example:0", false)]
    [InlineData("http://127.0.0.1:0;http://0.0.0.0:0", false)]
    [InlineData("http://127.0.0.1:0", true)]
    [InlineData("http://[::1]:0", true)]
    public async Task Nobody_else_is_let_in_by_a_server_that_asks_nobody(string urls, bool starts)
    {
        var (exitCode, output) = await ServerStart.RunAsync(folder.Settings(("STORAGE_TYPE", "memory"), ("ASPNETCORE_URLS", urls)));
        Assert.Equal(starts ? 0 : 1, exitCode);
        Assert.Contains(starts ? "Nobody is asked who calls" : "REGISTRY_ALLOW_ANONYMOUS", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("REGISTRY_ALLOW_ANONYMOUS", "true", 0)]
    [InlineData("REGISTRY_TRUST_CALLER_HEADERS", "true", 0)]
    [InlineData("REGISTRY_DEFAULT_CALLER", "acme/ann", 1)]
    [InlineData("A2A_GRPC_PORT", "0.0.0.0:1", 1)]
    public async Task Others_are_let_in_where_callers_are_asked_for_or_a_setting_says_that_it_is_meant(string name, string value, int expected)
    {
        var urls = name == "A2A_GRPC_PORT" ? "http://127.0.0.1:0" : "http://0.0.0.0:0";
        var (exitCode, output) = await ServerStart.RunAsync(
            folder.Settings(("STORAGE_TYPE", "memory"), ("ASPNETCORE_URLS", urls), (name, value)));
        Assert.Equal(expected, exitCode);
        Assert.Equal(expected == 1, output.Contains("It would listen on", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("REGISTRY_TRUST_CALLER_HEADERS", "true", "REGISTRY_TRUST_CALLER_HEADERS")]
    [InlineData("REGISTRY_DEFAULT_CALLER", "a/b", "REGISTRY_DEFAULT_CALLER")]
    [InlineData("REGISTRY_ALLOW_ANONYMOUS", "true", "REGISTRY_ALLOW_ANONYMOUS")]
    [InlineData("REGISTRY_JWT_AUTHORITY", "https://idp.example", "set one of them")]
    [InlineData("REGISTRY_JWT_AUTHORITY", "http://idp.example", "https")]
    [InlineData("REGISTRY_JWT_KEYS", "http://idp.example/keys", "REGISTRY_JWT_KEYS")]
    [InlineData("REGISTRY_ADMIN_KEY", "secret", "ork_firstadmin_")]
    [InlineData("REGISTRY_ADMIN_KEY_FILE", "/no/such/file", "set one of them")]
    [InlineData("REGISTRY_API_KEYS", "false", "REGISTRY_API_KEYS=true")]
    [InlineData("REGISTRY_LOGINS", "false", "REGISTRY_LOGINS=true")]
    [InlineData("REGISTRY_ADMIN_PASSWORD", "short", "8 to 256")]
    [InlineData("REGISTRY_ADMIN_PASSWORD_FILE", "/no/such/file", "set one of them")]
    [InlineData("REGISTRY_JWT_DEFAULT_ROLES", "king", "viewer")]
    [InlineData("REGISTRY_JWT_KEYS", "", "no tokens are asked for")]
    [InlineData("REGISTRY_JWT_ISSUERS", "", "REGISTRY_JWT_ISSUERS")]
    [InlineData("REGISTRY_JWT_AUDIENCES", "", "REGISTRY_JWT_AUDIENCES")]
    [InlineData("REGISTRY_JWT_ALGORITHMS", "RS256;HS256", "RS256")]
    [InlineData("REGISTRY_JWT_ALGORITHMS", "none", "ES256")]
    [InlineData("REGISTRY_JWT_DEFAULT_TENANT", "a b", "letters")]
    [InlineData("REGISTRY_JWT_CLOCK_SKEW_SECONDS", "301", "300")]
    [InlineData("REGISTRY_JWT_REFRESH_SECONDS", "4", "86400")]
    public async Task Settings_of_tokens_that_cannot_be_meant_stop_the_start(string name, string value, string said)
    {
        var settings = Settings();
        settings[name] = value;
        var (exitCode, output) = await ServerStart.RunAsync(settings);
        Assert.Equal(1, exitCode);
        Assert.Contains(said, output, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        key.Dispose();
        folder.Dispose();
    }

    private Dictionary<string, string> Settings(params (string Name, string Value)[] more)
    {
        var keys = Path.Combine(folder.Path, "keys.json");
        File.WriteAllText(keys, key.KeySet);
        return folder.Settings([
            ("STORAGE_TYPE", "memory"), ("REGISTRY_JWT_KEYS", keys), ("REGISTRY_JWT_ISSUERS", TokenMaker.Issuer),
            ("REGISTRY_JWT_AUDIENCES", TokenMaker.Audience), ("REGISTRY_API_KEYS", "true"), ("REGISTRY_ADMIN_KEY", AdminKey),
            ("REGISTRY_LOGINS", "true"), ("REGISTRY_ADMIN_PASSWORD", "correct horse battery"), .. more]);
    }

    private static string PathOf(Microsoft.AspNetCore.Routing.Patterns.RoutePattern pattern) => "/" + string.Join(
        '/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
        {
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal => literal.Content,
            Microsoft.AspNetCore.Routing.Patterns.RoutePatternSeparatorPart separator => separator.Content,
            _ => "v1",
        }))));

    private static async Task<HttpStatusCode> AskAsync(HttpClient http, string token, HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(request, Cancelled);
        return answer.StatusCode;
    }

    /// <summary>The status of a call with an empty message.</summary>
    private static async Task<string> StatusAsync(int port, string method, string? token)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{port}/{A2AService.Descriptor.FullName}/{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[5]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.ParseAdd("trailers");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.SendAsync(request, Cancelled);
        await answer.Content.ReadAsByteArrayAsync(Cancelled);
        return (answer.Headers.TryGetValues("grpc-status", out var early) || answer.TrailingHeaders.TryGetValues("grpc-status", out early))
            ? early.Single()
            : "none";
    }
}
