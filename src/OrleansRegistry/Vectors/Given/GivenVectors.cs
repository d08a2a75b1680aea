using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace OrleansRegistry.Vectors.Given;

/// <summary>The vectors that an agent was given, as they are stored: a record of its own for each time, which the agent's record then names.</summary>
internal sealed record GivenVectors
{
    public required string Tenant { get; init; }

    public required string AgentId { get; init; }

    /// <summary>Of the agent that they are of: they are nothing to a later one with its id.</summary>
    public required DateTimeOffset AgentCreatedAt { get; init; }

    public required AgentVectorInfo Info { get; init; }

    public required string? WrittenBy { get; init; }

    /// <summary>The number of the card that the agent had then.</summary>
    public required long CardNumber { get; init; }

    /// <summary>What was said of each vector: <c>{"vectors": [{"field", "content", "metadata"}]}</c>.</summary>
    public required RawJson Document { get; init; }

    /// <summary>The numbers of all vectors one after the other, each in four bytes, little-endian.</summary>
    public required ReadOnlyMemory<byte> Values { get; init; }

    /// <summary>What a newer version stored beside.</summary>
    public RawJson Unknown { get; init; }

    public RecordKey Key => KeyOf(Tenant, AgentId, AgentCreatedAt, Info.Number, Info.WrittenAt);

    public static RecordKey KeyOf(AgentRecord agent, AgentVectorInfo given) =>
        KeyOf(agent.Tenant, agent.Id, agent.CreatedAt, given.Number, given.WrittenAt);

    /// <remarks>With the time: two silos that write as the same number at once write records of their own, of which the agent's names one.</remarks>
    public static RecordKey KeyOf(string tenant, string agentId, DateTimeOffset createdAt, long number, DateTimeOffset writtenAt) => new(
        tenant,
        DerivedId.For("given vectors", agentId, Text(createdAt.ToUnixTimeMilliseconds()), Text(number), Text(writtenAt.ToUnixTimeMilliseconds())));

    /// <summary>The same vectors in the place of those that were given before.</summary>
    public GivenVectors As(AgentVectorInfo given) => this with { Info = Info with { Number = given.Number, WrittenAt = given.WrittenAt } };

    /// <summary>Whether they are what the agent's record names.</summary>
    public bool AreOf(AgentRecord agent) => agent.Tenant == Tenant && agent.Id == AgentId && agent.CreatedAt == AgentCreatedAt
        && agent.Vectors is { } given && given.Number == Info.Number && given.WrittenAt == Info.WrittenAt;

    /// <summary>As they are compared.</summary>
    /// <exception cref="JsonException">They are damaged.</exception>
    public AgentVectors ToComparable()
    {
        using var document = JsonDocument.Parse(Document.Utf8, JsonInput.Stored);
        return new AgentVectors
        {
            Tenant = Tenant,
            AgentId = AgentId,
            AgentCreatedAt = AgentCreatedAt,
            Model = Info.Model,
            Version = Info.Number,
            WrittenAt = Info.WrittenAt,
            Vectors = Each(document, (said, values) => new FieldVector(
                said.Text("field"),
                TextHash.Of(MemoryMarshal.AsBytes(values.Span)),
                UnitVectors.Of(values.Span) ?? throw new JsonException("a vector is not one"))),
        };
    }

    /// <summary>As they were given.</summary>
    /// <exception cref="JsonException">They are damaged.</exception>
    public IReadOnlyList<AgentVector> ToGiven()
    {
        using var document = JsonDocument.Parse(Document.Utf8, JsonInput.Stored);
        return Each(document, (said, values) => new AgentVector(said.Text("field"), values)
        {
            Content = said.TextOrNull("content"),
            Metadata = said.Raw("metadata"),
        });
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private T[] Each<T>(JsonDocument document, Func<StoredObject, ReadOnlyMemory<float>, T> read)
    {
        var numbers = MemoryMarshal.Cast<byte, float>(Values.Span).ToArray().AsMemory();
        var said = new StoredObject(document.RootElement, "document").Array("vectors", json => new StoredObject(json, "vectors"));
        if (said.Length != Info.Count || Values.Length != (long)Info.Count * Info.Dimensions * sizeof(float))
        {
            throw new JsonException("there are more or fewer numbers than vectors");
        }

        return [.. said.Select((one, i) => read(one, numbers.Slice(i * Info.Dimensions, Info.Dimensions)))];
    }
}
