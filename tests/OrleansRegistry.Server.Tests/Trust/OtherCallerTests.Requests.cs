using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.A2A.Grpc.Wire;
using OrleansRegistry.TestSupport;
using Task = System.Threading.Tasks.Task;

namespace OrleansRegistry.Server.Tests.Trust;

/// <summary>What is asked, and what of an answer counts.</summary>
public sealed partial class OtherCallerTests
{
    private const string Id = "{?}";

    /// <summary>Figures of all tenants, which are for who has the permission.</summary>
    private const string Figures = "metrics";
    private const string SnapshotId = "{snapshot}";
    private const string OtherSnapshot = "0198c2a0-0000-7000-8000-000000000000";

    /// <summary>Headers that are about the answer, and not about what was asked for.</summary>
    private static readonly string[] Uncounted = ["Date", "Content-Length", "Server", "X-Registry-Revision"];

    private IEnumerable<(string Method, string Pattern)> Endpoints() =>
        from endpoint in server.Services.GetRequiredService<IEnumerable<EndpointDataSource>>()
            .SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        where endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is null
            && endpoint.DisplayName?.StartsWith("gRPC", StringComparison.Ordinal) != true
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["POST"]
        where method != "HEAD" && endpoint.RoutePattern.RawText!.TrimStart('/') != Figures
        orderby method == "DELETE"
        select (method, "/" + endpoint.RoutePattern.RawText!.TrimStart('/'));

    /// <summary>The requests of an endpoint: several where its body says what is asked.</summary>
    private static IEnumerable<(string Path, string? Body)> Requests(string method, string pattern)
    {
        var path = Parameter().Replace(pattern, match => match.Value switch
        {
            "{tenant}" when pattern.Contains("/a2a/", StringComparison.Ordinal) => "acme",
            "{snapshot_id}" => SnapshotId,
            "{number}" => "1",
            _ => Id,
        });
        if (method == "POST" && path.EndsWith($"a2a/{Id}", StringComparison.Ordinal) || path.EndsWith($"a2a/{Real}", StringComparison.Ordinal))
        {
            return A2AMethods.Select(name => (path, (string?)Call(name, ParametersOf(name))));
        }

        if (path == "/jsonrpc")
        {
            return RegistryMethods.Select(name => (path, (string?)Call(name, ParametersOf(name))));
        }

        var body = method == "GET" ? null : Bodies.GetValueOrDefault($"{method} {pattern}", "{}");
        return path.Contains("}:", StringComparison.Ordinal)
            ? [(path, body), (path.Replace("}:", "}%3A", StringComparison.Ordinal), body)]
            : [(path, body)];
    }

    private static string Call(string method, string parameters) => $$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}} }""";

    private static string ParametersOf(string method) => method switch
    {
        "SendMessage" or "SendStreamingMessage" or "message/send" or "message/stream" => """
            {"message":{"messageId":"m","role":"ROLE_USER","taskId":"{?}","parts":[{"text":"hi"}]},"configuration":{"returnImmediately":true}}
            """,
        "CreateTaskPushNotificationConfig" => """{"taskId":"{?}","url":"https:\u002f\u002fexample.com"}""",
        "tasks/pushNotificationConfig/set" => """{"taskId":"{?}","pushNotificationConfig":{"url":"https://example.com/hook"}}""",
        "contexts/clear" => """{"context_id":"{?}"}""",
        "tasks/feedback" => """{"task_id":"{?}","feedback":"good"}""",
        "update_agent_vectors" => """{"agent_id":"{?}","model":"m","vectors":[{"field":"name","values":[1,0]}]}""",
        "search_agents" => """{"query":"zebra"}""",
        "ListTasks" => """{"contextId":"{?}"}""",
        "tasks/list" or "contexts/list" or "list_agents" or "list_extensions" or "get_vector_stats" or "GetExtendedAgentCard" => "{}",
        _ when method.Contains('_') => """{"agent_id":"{?}"}""",
        _ when method.Contains("Config", StringComparison.Ordinal) => """{"taskId":"{?}","id":"{?}"}""",
        _ => """{"id":"{?}"}""",
    };

    [return: NotNullIfNotNull(nameof(text))]
    private string? For(string? text, string id) => text?.Replace(Id, id, StringComparison.Ordinal)
        .Replace(SnapshotId, id == Real ? snapshot : OtherSnapshot, StringComparison.Ordinal);

    /// <summary>Asks first about what is not there: what the question itself makes is then there both times.</summary>
    private static async Task CompareAsync(string what, List<string> told, Func<string, Task<string>> ask)
    {
        var (fake, real) = (await ask(Fake), await ask(Real));
        if (fake != real)
        {
            told.Add($"{what}\n  {fake}\n  {real}");
        }
        else if (real.Contains(Hidden, StringComparison.Ordinal) || Fault().IsMatch(real))
        {
            told.Add($"{what}\n  {real}");
        }
    }

    private static HttpRequestMessage Request(string token, HttpMethod method, string path, string? body = null) => new(method, path)
    {
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
    };

    private async Task<string> AskAsync(string token, HttpMethod method, string path, string? body)
    {
        using var request = Request(token, method, path, body);
        request.Headers.Accept.ParseAdd("application/json, text/event-stream, */*");
        if (path.Contains("a2a/", StringComparison.Ordinal) && body?.Contains('/') != true)
        {
            request.Headers.Add("A2A-Version", "1.0");
        }

        using var answer = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancelled);
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(header => !Uncounted.Contains(header.Key))
            .OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => $"{header.Key}: {string.Join(',', header.Value)}");
        var said = answer.Content.Headers.ContentType?.MediaType == "text/event-stream"
            ? await BeginningAsync(answer)
            : await answer.Content.ReadAsStringAsync(Cancelled);
        return Plain($"{(int)answer.StatusCode} {string.Join(' ', headers)} {said}");
    }

    /// <summary>What a stream says at once: the next is waited for in vain.</summary>
    private static async Task<string> BeginningAsync(HttpResponseMessage answer)
    {
        var said = new byte[4096];
        await using var stream = await answer.Content.ReadAsStreamAsync(Cancelled);
        using var enough = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        try
        {
            return Encoding.UTF8.GetString(said, 0, await stream.ReadAtLeastAsync(said, said.Length, throwOnEndOfStream: false, enough.Token));
        }
        catch (OperationCanceledException) when (!Cancelled.IsCancellationRequested)
        {
            return Encoding.UTF8.GetString(said).TrimEnd('\0');
        }
    }

    /// <summary>
    /// An answer without what differs between any two: which id it is about, times, what is random, and revisions, of which docs/security.md tells.
    /// </summary>
    private string Plain(string answer) => Revision().Replace(
        Time().Replace(
            Random().Replace(
                answer.Replace(snapshot, "ID", StringComparison.Ordinal).Replace(OtherSnapshot, "ID", StringComparison.Ordinal)
                    .Replace(Real, "ID", StringComparison.Ordinal).Replace(Fake, "ID", StringComparison.Ordinal),
                "RANDOM"),
            "TIME"),
        "${name}#");

    private async Task<List<(string Tool, string Arguments)>> ToolsAsync(string token)
    {
        var listed = await McpAsync(token, Call("tools/list", "{}"));
        using var json = JsonDocument.Parse(listed);
        var tools = new List<(string, string)>();
        foreach (var tool in json.RootElement.GetProperty("result").GetProperty("tools").EnumerateArray())
        {
            var schema = tool.GetProperty("inputSchema");
            var required = schema.TryGetProperty("required", out var names)
                ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet()
                : [];
            var arguments = new Dictionary<string, object>();
            foreach (var property in schema.TryGetProperty("properties", out var properties) ? properties.EnumerateObject().ToArray() : [])
            {
                var type = property.Value.TryGetProperty("type", out var named) ? named.ToString() : "";
                if (type == "string" && (property.Name.EndsWith("id", StringComparison.OrdinalIgnoreCase) || required.Contains(property.Name)))
                {
                    arguments[property.Name] = Id;
                }
                else if (required.Contains(property.Name))
                {
                    arguments[property.Name] = type switch
                    {
                        "integer" or "number" => 1,
                        "boolean" => false,
                        "array" => Array.Empty<string>(),
                        _ => new Dictionary<string, string> { ["name"] = "a", ["description"] = "d" },
                    };
                }
            }

            tools.Add((tool.GetProperty("name").GetString()!, JsonSerializer.Serialize(arguments)));
        }

        Assert.NotEmpty(tools);
        return tools;
    }

    private async Task<string> CallAsync(string token, string tool, string arguments) =>
        Plain(await McpAsync(token, Call("tools/call", $$"""{"name":"{{tool}}","arguments":{{arguments}} }""")));

    private async Task<string> McpAsync(string token, string body)
    {
        using var request = Request(token, HttpMethod.Post, "/mcp", body);
        request.Headers.Accept.ParseAdd("application/json, text/event-stream");
        using var answer = await server.Http.SendAsync(request, Cancelled);
        var said = await answer.Content.ReadAsStringAsync(Cancelled);
        return said.StartsWith('{') ? said : said.Split('\n').First(line => line.StartsWith("data:", StringComparison.Ordinal))[5..].Trim();
    }

    private async Task<string> GrpcAsync(string token, MethodDescriptor method, string id)
    {
        var message = method.InputType.Parser.ParseFrom(ByteString.Empty);
        foreach (var field in method.InputType.Fields.InDeclarationOrder().Where(field => field.FieldType == FieldType.String && !field.IsRepeated))
        {
            field.Accessor.SetValue(message, id);
        }

        var bytes = message.ToByteArray();
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{grpcPort}/{A2AService.Descriptor.FullName}/{method.Name}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes])
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") },
            },
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
        request.Headers.TE.ParseAdd("trailers");
        using var answer = await http.SendAsync(request, Cancelled);
        var said = await answer.Content.ReadAsByteArrayAsync(Cancelled);
        var status = answer.Headers.Concat(answer.TrailingHeaders).Where(header => header.Key.StartsWith("grpc-", StringComparison.Ordinal))
            .OrderBy(header => header.Key, StringComparer.Ordinal)
            .Select(header => header.Key.EndsWith("-bin", StringComparison.Ordinal)
                ? Encoding.Latin1.GetString(Convert.FromBase64String(header.Value.Single()))
                : $"{header.Key}: {Uri.UnescapeDataString(string.Join(',', header.Value))}");
        return Plain($"{string.Join(' ', status)} {Convert.ToHexString(said)}");
    }

    /// <summary>What the owner has.</summary>
    private async Task<string> OwnAsync()
    {
        var token = key.Make(DateTimeOffset.UtcNow);
        var own = new StringBuilder();
        foreach (var path in (string[])
        [
            $"/agents/{Real}", $"/agents/{Real}/versions", $"/agents/{Real}/draft", $"/agents/{Real}/instances", $"/agents/{Real}/vectors",
            $"/tasks/{Real}", $"/tasks/{Real}/messages", $"/tasks/{Real}/feedback", $"/tasks/{Real}/pushNotificationConfigs", $"/contexts/{Real}",
            $"/subscriptions/{Real}", $"/agents/{Real}/snapshots", "/agents", "/tasks", "/contexts", "/subscriptions",
        ])
        {
            using var request = Request(token, HttpMethod.Get, path);
            using var answer = await server.Http.SendAsync(request, Cancelled);
            var said = await answer.Content.ReadAsStringAsync(Cancelled);
            Assert.True(
                answer.StatusCode == HttpStatusCode.OK && said.Contains(Real, StringComparison.Ordinal), $"{path}: {answer.StatusCode} {said}");
            own.AppendLine(said);
        }

        return Delivered().Replace(own.ToString(), "");
    }

    private async Task FillAsync()
    {
        var token = key.Make(DateTimeOffset.UtcNow);
        await DoAsync(HttpMethod.Put, $"/agents/{Real}", Card);
        await DoAsync(HttpMethod.Put, $"/agents/{Real}", Card.Replace("\"1\"", "\"2\"", StringComparison.Ordinal));
        await DoAsync(HttpMethod.Patch, $"/agents/{Real}", """{"delivery":"worker"}""");
        await DoAsync(HttpMethod.Put, $"/agents/{Real}/labels/{Real}", """{"number":1}""");
        await DoAsync(HttpMethod.Put, $"/agents/{Real}/draft", Card);
        await DoAsync(HttpMethod.Put, $"/agents/{Real}/instances/{Real}", $$"""{"url":"http://{{Hidden}}:80"}""");
        await DoAsync(HttpMethod.Put, $"/agents/{Real}/vectors", $$"""{"model":"{{Real}}","vectors":[{"field":"name","values":[1,0]}]}""");
        await DoAsync(
            HttpMethod.Put,
            $"/tasks/{Real}",
            $$"""{"status":{"state":"submitted"},"contextId":"{{Real}}","agentId":"{{Real}}","history":[{{Message}}]}""");
        await DoAsync(HttpMethod.Post, $"/tasks/{Real}/feedback", $$"""{"text":"{{Real}}"}""");
        await DoAsync(HttpMethod.Post, $"/tasks/{Real}/pushNotificationConfigs", $$"""{"id":"{{Real}}","url":"https://{{Real}}.example/hook"}""");
        await DoAsync(HttpMethod.Patch, $"/contexts/{Real}", $$"""{"data":{"{{Hidden}}":1} }""");
        await DoAsync(HttpMethod.Put, $"/subscriptions/{Real}", $$"""{"url":"https://{{Hidden}}.example/hook"}""");
        using var saved = JsonDocument.Parse(await DoAsync(HttpMethod.Post, $"/agents/{Real}/snapshots?session_id={Real}", $$"""{"{{Hidden}}":1}"""));
        snapshot = saved.RootElement.GetProperty("snapshot_id").GetString()!;

        async Task<string> DoAsync(HttpMethod method, string path, string body)
        {
            using var request = Request(token, method, path, body);
            using var answer = await server.Http.SendAsync(request, Cancelled);
            var said = await answer.Content.ReadAsStringAsync(Cancelled);
            Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {answer.StatusCode} {said}");
            return said;
        }
    }

    /// <summary>A fault of the registry's own, equal as it may be.</summary>
    [GeneratedRegex("^500 |\"code\":-32603|grpc-status: 13\\b", RegexOptions.None, 1_000)]
    private static partial Regex Fault();

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.None, 1_000)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[0-9:.]+(Z|\+00:00)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Time();

    [GeneratedRegex(@"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32,}|whsec_[A-Za-z0-9+/=]+", RegexOptions.None, 1_000)]
    private static partial Regex Random();

    [GeneratedRegex(
        "(?<name>(?:[rR]evision|number|delivered|[gG]eneration|\"version|compressed_size|\nid)(?:\"|\\\\u0022)?[:=] ?"
            + "|ETag: (?:W/)?\"[^\"\\d]*)\\d+", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Revision();

    [GeneratedRegex("\"delivered\":\\d+,?", RegexOptions.None, 1_000)]
    private static partial Regex Delivered();
}
