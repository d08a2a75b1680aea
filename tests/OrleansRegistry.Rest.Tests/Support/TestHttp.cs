using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Short ways to ask, and to look at what came back.</summary>
internal static class TestHttp
{
    private static int lastName;

    /// <summary>A name that no other test uses, and that is part of no other; later ones sort after earlier ones.</summary>
    public static string NewName(string like = "agent") => $"{like}-{Interlocked.Increment(ref lastName):D6}";

    public static string Card(string name, string more = "") =>
        $$"""
            {"name":"{{name}}","description":"About {{name}}","version":"1.0.0",
            "url":"https://{{Math.Abs(name.GetHashCode(StringComparison.Ordinal))}}.example.com"{{more}}}
            """;

    public static string Envelope(string name, string more = "") => $$"""{"agent_card":{{Card(name, more)}}}""";

    public static StringContent Json(string text, string type = "application/json") => new(text, Encoding.UTF8, type);

    public static async Task<HttpResponseMessage> SendAsync(
        this HttpClient client, string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        // As written: the default constructor would tidy the path.
        var uri = new Uri(
            client.BaseAddress!.AbsoluteUri.TrimEnd('/') + path,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(new HttpMethod(method), uri);
        if (body is not null)
        {
            request.Content = Json(body);
        }

        foreach (var (name, value) in headers)
        {
            if (name == "Content-Type")
            {
                request.Content!.Headers.ContentType = value.Length == 0 ? null : MediaTypeHeaderValue.Parse(value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(expected == response.StatusCode, $"{(int)response.StatusCode} {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The answer must be a problem of this status; gives it back.</summary>
    public static async Task<JsonElement> ProblemAsync(this HttpResponseMessage response, int status, string? field = null)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == (int)response.StatusCode, $"{(int)response.StatusCode} {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal("about:blank", problem.Text("type"));
        Assert.NotEmpty(problem.Text("title"));
        Assert.NotEmpty(problem.Text("detail"));
        if (field is not null)
        {
            Assert.Equal(field, problem.Text("field"));
        }

        return problem;
    }

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static int Number(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    public static long Generation(this JsonElement element) => element.GetProperty("generation").GetInt64();

    /// <summary>How many changes made the generation, from 1 for something new; up to 999.</summary>
    public static int Changes(this JsonElement element, string name = "generation") => (int)(element.GetProperty(name).GetInt64() % 1000);

    public static string One(this HttpResponseMessage response, string header) => Assert.Single(response.Headers.GetValues(header));

    /// <summary>Sends these very bytes over a socket and reads until the server is done: the status code and all that came.</summary>
    public static async Task<(int Status, string Answer)> RawAsync(Uri address, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        return (answer.Length > 12 ? int.Parse(answer.AsSpan(9, 3)) : 0, answer);
    }

    public static Task<(int Status, string Answer)> RawGetAsync(Uri address, string target) =>
        RawAsync(address, $"GET {target} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\n\r\n");
}
