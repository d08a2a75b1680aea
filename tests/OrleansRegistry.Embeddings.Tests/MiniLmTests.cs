using System.Numerics.Tensors;
using OrleansRegistry.Embeddings.Local;

namespace OrleansRegistry.Embeddings.Tests;

/// <summary>With the real model, loaded once.</summary>
public sealed class MiniLmTests(MiniLmTests.Loaded loaded) : IClassFixture<MiniLmTests.Loaded>
{
    public sealed class Loaded : IDisposable
    {
        internal MiniLmEmbedder Embedder { get; } = new(threads: 1);

        public void Dispose() => Embedder.Dispose();
    }

    [Fact]
    public async Task What_means_the_same_in_other_words_is_nearer_than_what_shares_words()
    {
        var vectors = await EmbedAsync("will it rain tomorrow", "weather forecast for the next days", "the bank will open tomorrow");
        Assert.True(Cosine(vectors[0], vectors[1]) > Cosine(vectors[0], vectors[2]) + 0.1f);
    }

    [Fact]
    public async Task Vectors_are_those_of_the_published_model()
    {
        // The first numbers of the vector that sentence-transformers gives for this text.
        var vector = (await EmbedAsync("This is an example sentence"))[0];
        Assert.Equal(MiniLmEmbedder.Dimensions, vector.Length);
        Assert.Equal(1, TensorPrimitives.Norm<float>(vector), 1e-5f);
        Assert.Equal([0.0677f, 0.0635f, 0.0487f, 0.0793f, 0.0374f], vector[..5], (want, have) => MathF.Abs(want - have) < 2e-3f);
    }

    [Fact]
    public async Task Case_and_accents_count_for_nothing_and_empty_and_endless_texts_have_vectors()
    {
        var vectors = await EmbedAsync("Café zürich", "CAFE ZURICH", "", new string('x', 100_000), string.Concat(Enumerable.Repeat("天気 ", 5_000)));
        Assert.Equal(1, Cosine(vectors[0], vectors[1]), 1e-5f);
        Assert.All(vectors, vector => Assert.True(Array.TrueForAll(vector, float.IsFinite)));
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_not_kept()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => loaded.Embedder.EmbedAsync(["a"], new CancellationToken(canceled: true)));
    }

    private Task<IReadOnlyList<float[]>> EmbedAsync(params string[] texts) =>
        loaded.Embedder.EmbedAsync(texts, TestContext.Current.CancellationToken);

    private static float Cosine(float[] one, float[] other) => TensorPrimitives.CosineSimilarity<float>(one, other);
}
