using System.Net.Http.Headers;

namespace OrleansRegistry.Client;

/// <summary>A request for a path below the registry's address.</summary>
internal sealed record ApiRequest(HttpMethod Method, string Path)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>Headers beside those of every request; one whose value is null is left out.</summary>
    public IReadOnlyList<(string Name, string? Value)> Headers { get; init; } = [];

    /// <summary>How long it asks the registry to wait.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>It is not sent again where nobody knows what became of it: that would make a second of what it makes.</summary>
    public bool IsOnce { get; init; }

    /// <summary>The same with a condition.</summary>
    public ApiRequest If(string header, string value) => this with { Headers = [.. Headers, (header, value)] };

    public HttpRequestMessage ToMessage(Uri address)
    {
        // A path such as tasks:count must not pass for a URL of its own.
        var message = new HttpRequestMessage(Method, new Uri(address, "./" + Path));
        foreach (var (name, value) in Headers)
        {
            if (value is not null)
            {
                message.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (Body is { } body)
        {
            message.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = Json } };
        }

        return message;
    }
}
