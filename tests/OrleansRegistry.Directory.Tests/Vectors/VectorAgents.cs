using System.Text;

namespace OrleansRegistry.Directory.Tests.Vectors;

/// <summary>Agents of one tenant, with vectors that a test gives.</summary>
internal sealed class VectorAgents
{
    public const int Dimensions = 32;

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestDirectory directory = new();
    private long version;

    public TenantIndex Index => directory.Agents.Of(TestDirectory.Tenant);

    public TenantVectors Vectors { get; } = new();

    /// <param name="texts">What stands for its vectors: equal ones are equal vectors.</param>
    public void Put(string id, params string[] texts) => Put(id, new TestCard(id), texts);

    public void Put(string id, TestCard card, params string[] texts)
    {
        if (Index.Find(id) is null)
        {
            directory.Put(id, card);
        }

        Vectors.Put(new AgentVectors
        {
            Tenant = TestDirectory.Tenant,
            AgentId = id,
            AgentCreatedAt = Index.Find(id)!.Record.CreatedAt,
            Model = "test",
            Vectors = [.. texts.Select((text, i) => new FieldVector($"f{i}", TextHash.Of(text), Vector(text)))],
            Version = ++version,
        });
    }

    public void Remove(string id)
    {
        directory.Remove(id);
        Vectors.Remove(id, ++version);
    }

    /// <summary>In a direction of its own for each text; texts that begin with the same word are near each other.</summary>
    public static float[] Vector(string text)
    {
        var vector = Direction(text);
        var near = Direction(text.Split(' ')[0]);
        return Unit([.. vector.Zip(near, (own, shared) => (0.5f * own) + shared)]);
    }

    /// <summary>Those of the agents that are nearest, best first, with their scores.</summary>
    public IReadOnlyList<MeaningMatch> Search(
        string query, int most = 1_000, Func<AgentEntry, bool>? admits = null, IReadOnlyList<AgentSlot>? few = null, float? threshold = null) =>
        [.. MeaningSearch.Run(Index, Vectors, Vector(query), admits ?? (_ => true), most, few, threshold)
            .OrderByDescending(match => match.Score).ThenBy(match => match.Entry.Record.Id, StringComparer.Ordinal)];

    private static float[] Direction(string text)
    {
        var random = new Random(BitConverter.ToInt32(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text))));
        return Unit([.. Enumerable.Range(0, Dimensions).Select(_ => random.NextSingle() - 0.5f)]);
    }

    private static float[] Unit(float[] vector)
    {
        var length = MathF.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => value / length)];
    }
}
