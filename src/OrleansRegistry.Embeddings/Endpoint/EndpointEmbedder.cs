using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Polly.Timeout;

namespace OrleansRegistry.Embeddings.Endpoint;

/// <summary>
/// An endpoint that takes <c>POST {"model", "input": [text, …]}</c> and answers <c>{"data": [{"index", "embedding": [number, …]}, …]}</c>, as OpenAI's
/// for embeddings does.
/// </summary>
internal sealed class EndpointEmbedder(HttpClient client, EmbeddingOptions options) : ITextEmbedder
{
    public const string ClientName = "registry.embeddings";

    /// <summary>The most that an answer may have: 2,048 vectors of 1,536 numbers.</summary>
    public const int MostBytes = 64 * 1024 * 1024;

    private const string Path = "/embeddings";
    private const int MostDimensions = 8192;

    /// <summary>Longer texts are cut, as endpoints refuse them: about 2,000 tokens.</summary>
    private const int MostCharacters = 6000;

    private readonly Uri url = UrlOf(options.Source);

    // Of another endpoint, a model of that name may be another one.
    public string Model => $"{options.Model} at {url.Authority}"[..Math.Min(200, options.Model!.Length + url.Authority.Length + 4)];

    public int MaxBatch => options.Batch;

    public async Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = JsonContent.Create(new EmbeddingRequest(options.Model!, [.. texts.Select(Cut)])),
        };
        if (options.Key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Key);
        }

        try
        {
            using var response = await client.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw new EmbeddingException(string.Create(
                    CultureInfo.InvariantCulture, $"The endpoint for embeddings answered {(int)response.StatusCode}."));
            }

            return await ReadAsync(response.Content, texts.Count, cancellationToken);
        }
        catch (Exception fault) when (fault is HttpRequestException or SocketException or IOException or TimeoutRejectedException)
        {
            throw new EmbeddingException(
                fault is TimeoutRejectedException
                    ? "The endpoint for embeddings did not answer in time."
                    : "The endpoint for embeddings could not be reached, or closed the connection.",
                fault);
        }
    }

    private static async Task<IReadOnlyList<float[]>> ReadAsync(HttpContent content, int count, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await content.ReadFromJsonAsync<EmbeddingAnswer>(cancellationToken);
            var vectors = new float[count][];
            foreach (var (place, item) in (answer?.Data ?? []).Index())
            {
                if ((item.Index ?? place) is var index && index >= 0 && index < count && IsVector(item.Embedding))
                {
                    vectors[index] = item.Embedding!;
                }
            }

            return vectors.All(vector => vector is not null && vector.Length == vectors[0].Length)
                ? vectors
                : throw new EmbeddingException("The endpoint for embeddings did not answer with one vector for each text, all of one length.");
        }
        catch (Exception fault) when (fault is JsonException or NotSupportedException)
        {
            throw new EmbeddingException("What the endpoint for embeddings answered is not as OpenAI's.", fault);
        }
    }

    private static bool IsVector(float[]? vector) =>
        vector is { Length: > 0 and <= MostDimensions } && Array.TrueForAll(vector, float.IsFinite) && Array.Exists(vector, number => number != 0);

    private static string Cut(string text) => text.Length <= MostCharacters
        ? text
        : text[..(char.IsHighSurrogate(text[MostCharacters - 1]) ? MostCharacters - 1 : MostCharacters)];

    private static Uri UrlOf(string source)
    {
        var url = new UriBuilder(source);
        url.Path = url.Path.TrimEnd('/');
        url.Path = url.Path.EndsWith(Path, StringComparison.Ordinal) ? url.Path : url.Path + Path;
        return url.Uri;
    }

    private sealed record EmbeddingRequest(
        [property: System.Text.Json.Serialization.JsonPropertyName("model")] string Model,
        [property: System.Text.Json.Serialization.JsonPropertyName("input")] IReadOnlyList<string> Input);

    private sealed record EmbeddingAnswer(IReadOnlyList<EmbeddingItem>? Data);

    private sealed record EmbeddingItem(int? Index, float[]? Embedding);
}
