using System.Numerics.Tensors;
using OrleansRegistry.Directory;
using OrleansRegistry.Embeddings.Local;
using OrleansRegistry.Vectors;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// Vectors of as many texts as are wanted, made of those of the texts of real cards (<c>REGISTRY_TEST_CARDS</c>, which the local model embeds) with noise:
/// those of one text have cosines of 0.7 to each other. Without cards, of directions by chance.
/// </summary>
internal sealed class SampleVectors
{
    public const int Dimensions = 384;

    private const float Noise = 0.65f;

    private readonly List<float[][]> cards;
    private readonly float[][] noise;

    private SampleVectors(List<float[][]> cards, IReadOnlyList<float[]> queries)
    {
        this.cards = cards;
        Queries = queries;
        var random = new Random(1);
        noise = [.. Enumerable.Range(0, 8_192).Select(_ => Direction(random))];
    }

    /// <summary>Those of <see cref="SearchRows.Queries"/>.</summary>
    public IReadOnlyList<float[]> Queries { get; }

    /// <summary>How many cards there are.</summary>
    public int Cards => cards.Count;

    public static async Task<SampleVectors> MakeAsync()
    {
        if (Environment.GetEnvironmentVariable("REGISTRY_TEST_CARDS") is not { } folder)
        {
            var random = new Random(2);
            var some = Enumerable.Range(0, 100).Select(_ => Enumerable.Range(0, 4).Select(_ => Direction(random)).ToArray()).ToList();
            return new SampleVectors(some, [.. SearchRows.Queries.Select((_, i) => some[i][0])]);
        }

        using var embedder = new MiniLmEmbedder(Environment.ProcessorCount);
        var cards = new List<float[][]>();
        foreach (var file in System.IO.Directory.GetFiles(Path.Combine(folder, "good"), "*.json").Order(StringComparer.Ordinal))
        {
            var card = AgentCard.Read(RawJson.FromValid(await File.ReadAllBytesAsync(file)));
            cards.Add([.. await EmbedAsync(embedder, CardTexts.Of(card).Select(piece => piece.Text))]);
        }

        return new SampleVectors(cards, await EmbedAsync(embedder, SearchRows.Queries));
    }

    /// <summary>One like that of a card's text.</summary>
    /// <param name="text">0 for its name and description.</param>
    /// <param name="variant">Below 67 million, each another one.</param>
    public float[] Of(int card, int text, int variant)
    {
        var vector = (float[])cards[card][text].Clone();
        TensorPrimitives.MultiplyAdd(noise[variant % noise.Length], Noise / MathF.Sqrt(2), vector, vector);
        TensorPrimitives.MultiplyAdd(noise[(variant / noise.Length * 7_919) % noise.Length], Noise / MathF.Sqrt(2), vector, vector);
        return UnitVectors.Of(vector)!;
    }

    /// <summary>How many texts a card has.</summary>
    public int TextsOf(int card) => cards[card].Length;

    private static async Task<List<float[]>> EmbedAsync(MiniLmEmbedder embedder, IEnumerable<string> texts)
    {
        var vectors = new List<float[]>();
        foreach (var text in texts)
        {
            vectors.Add(UnitVectors.Of((await embedder.EmbedAsync([text]))[0])!);
        }

        return vectors;
    }

    private static float[] Direction(Random random)
    {
        var vector = new float[Dimensions];
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());
        }

        return UnitVectors.Of(vector)!;
    }
}
