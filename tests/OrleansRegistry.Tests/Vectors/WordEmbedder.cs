using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace OrleansRegistry.Tests.Vectors;

/// <summary>A model for tests: each word is a direction, and words that mean the same are one.</summary>
internal sealed partial class WordEmbedder(string model = "words") : ITextEmbedder
{
    private static readonly Dictionary<string, string> Meanings = new(StringComparer.Ordinal)
    {
        ["umbrella"] = "rain", ["weather"] = "rain", ["forecast"] = "rain",
        ["money"] = "bank", ["invoice"] = "bank", ["payment"] = "bank",
    };

    public string Model => model;

    public int MaxBatch => 3;

    /// <summary>What was asked for, in no order.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>What is thrown for texts that have it; empty: for all.</summary>
    public string? Fails { get; set; }

    /// <summary>Whether it never answers.</summary>
    public bool Hangs { get; set; }

    public async Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
    {
        Assert.InRange(texts.Count, 1, MaxBatch);
        if (Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        if (Fails is { } part && texts.Any(text => text.Contains(part, StringComparison.Ordinal)))
        {
            throw new EmbeddingException("The model is out.");
        }

        foreach (var text in texts)
        {
            Asked.Enqueue(text);
        }

        return [.. texts.Select(VectorOf)];
    }

    private static float[] VectorOf(string text)
    {
        var vector = new float[64];
        vector[63] = 0.1f;
        foreach (Match word in Words().Matches(text.ToLowerInvariant()))
        {
            var meaning = Meanings.GetValueOrDefault(word.Value, word.Value);
            vector[meaning.Aggregate(7, (hash, c) => ((hash * 31) + c) & 0x7FFF) % 63]++;
        }

        return vector;
    }

    [GeneratedRegex("[a-z]+", RegexOptions.NonBacktracking)]
    private static partial Regex Words();
}
