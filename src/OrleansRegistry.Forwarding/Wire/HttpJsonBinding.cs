using System.Net.Http.Headers;
using System.Text.Json;

namespace OrleansRegistry.Forwarding.Wire;

/// <summary>HTTP+JSON, as A2A 1.0 has it.</summary>
/// <param name="tenant">What the card wants in front of each path; null for nothing.</param>
/// <param name="secrets">What is left out of errors.</param>
/// <remarks>Source: A2A 1.0, 11.</remarks>
internal sealed class HttpJsonBinding(Uri url, string? tenant, SecretTexts secrets) : IBinding
{
    private static readonly MediaTypeHeaderValue Json = new("application/a2a+json");

    private readonly string root = url.GetLeftPart(UriPartial.Path).TrimEnd('/') + (tenant is null ? "/" : $"/{Uri.EscapeDataString(tenant)}/");

    public HttpRequestMessage Send(ReadOnlyMemory<byte> request, bool streams) =>
        new(HttpMethod.Post, At(streams ? "message:stream" : "message:send"))
        {
            Content = new ReadOnlyMemoryContent(request) { Headers = { ContentType = Json } },
        };

    public HttpRequestMessage GetTask(string id) => new(HttpMethod.Get, At($"tasks/{Uri.EscapeDataString(id)}"));

    public HttpRequestMessage CancelTask(string id) => new(HttpMethod.Post, At($"tasks/{Uri.EscapeDataString(id)}:cancel"))
    {
        Content = new ReadOnlyMemoryContent("{}"u8.ToArray()) { Headers = { ContentType = Json } },
    };

    public HttpRequestMessage Subscribe(string id) => new(HttpMethod.Post, At($"tasks/{Uri.EscapeDataString(id)}:subscribe"));

    public JsonElement ReadTask(JsonElement answer) => ReadEvent(answer);

    public JsonElement ReadEvent(JsonElement answer) => ReadError(answer) is { } fault ? throw fault : answer;

    public RemoteFault? ReadError(JsonElement body) =>
        body.Find("error") is { ValueKind: JsonValueKind.Object } error ? RemoteFault.Of(error, secrets) : null;

    private Uri At(string path) => new(root + path + url.Query);
}
