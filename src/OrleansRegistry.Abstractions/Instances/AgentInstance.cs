namespace OrleansRegistry;

/// <summary>One of several places where an agent runs. Part of the agent's record. Immutable.</summary>
[GenerateSerializer, Immutable, Alias("registry.AgentInstance")]
public sealed record AgentInstance
{
    /// <summary>The largest <see cref="Weight"/>.</summary>
    public const double MaxWeight = 10_000;

    /// <summary>The most characters of <see cref="Version"/>.</summary>
    public const int MaxVersion = 256;

    /// <summary>The most characters of <see cref="Url"/>.</summary>
    public const int MaxUrl = 2_048;

    /// <summary>The most bytes of <see cref="Metadata"/>.</summary>
    public const int MaxMetadata = 4_096;

    /// <summary>Unique within the agent. 1 to 256 UTF-16 code units.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>An absolute http or https URL, without user and fragment.</summary>
    [Id(1)]
    public required string Url { get; init; }

    /// <summary>
    /// How often it is chosen in proportion to the agent's others, 0 to <see cref="MaxWeight"/>. One of weight 0 is listed, and never chosen.
    /// </summary>
    [Id(2)]
    public double Weight { get; init; } = 1;

    /// <summary>What it says of its own version; null for nothing.</summary>
    [Id(3)]
    public string? Version { get; init; }

    /// <summary>A JSON object whose values are strings, numbers and booleans; empty where it has none.</summary>
    [Id(4)]
    public RawJson Metadata { get; init; }

    /// <summary>Its promise to beat; null where it made none.</summary>
    [Id(5)]
    public AgentLease? Lease { get; init; }

    /// <summary>When it was first registered, in UTC, to the millisecond.</summary>
    [Id(6)]
    public DateTimeOffset RegisteredAt { get; init; }

    /// <summary>When it was last registered, in UTC, to the millisecond.</summary>
    [Id(7)]
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>
    /// Who registered it last; null for one stored before that was kept. Messages are forwarded to those alone that the agent's owner registered.
    /// </summary>
    [Id(8)]
    public string? RegisteredBy { get; init; }

    /// <summary>Whether it keeps its promise, as last written; null where it made none, and counts as healthy.</summary>
    public AgentHealth? Health => Lease?.Health;

    /// <summary>About how much it takes: characters of its name, URL and version, and bytes of its metadata.</summary>
    internal int Size => Name.Length + Url.Length + (Version?.Length ?? 0) + Metadata.Length;

    /// <inheritdoc cref="AgentRecord.Unknown"/>
    [Id(31)]
    internal RawJson Unknown { get; init; }
}

/// <summary>Instances in the ordinal order of their names, as an agent's record has them.</summary>
internal static class AgentInstanceLists
{
    public static AgentInstance? Find(this IReadOnlyList<AgentInstance> instances, string name) =>
        IndexOf(instances, name) is >= 0 and var index ? instances[index] : null;

    /// <summary>With this one in the place of that of its name.</summary>
    public static IReadOnlyList<AgentInstance> With(this IReadOnlyList<AgentInstance> instances, AgentInstance instance)
    {
        var list = instances.ToList();
        var index = IndexOf(instances, instance.Name);
        if (index >= 0)
        {
            list[index] = instance;
        }
        else
        {
            list.Insert(~index, instance);
        }

        return list.ToArray();
    }

    /// <summary>Without that of this name.</summary>
    public static IReadOnlyList<AgentInstance> Without(this IReadOnlyList<AgentInstance> instances, string name) =>
        instances.Where(instance => instance.Name != name).ToArray();

    /// <inheritdoc cref="AgentInstance.Size"/>
    public static int SizeOf(IReadOnlyList<AgentInstance> instances)
    {
        var size = 0;
        for (var i = 0; i < instances.Count; i++)
        {
            size += instances[i].Size;
        }

        return size;
    }

    /// <summary>The best health of an agent's own lease and its instances' leases; null where there is none.</summary>
    public static AgentHealth? Best(AgentHealth? own, IReadOnlyList<AgentInstance> instances)
    {
        var best = own;
        for (var i = 0; i < instances.Count; i++)
        {
            // The better, the smaller.
            best = instances[i].Health is { } health && !(best <= health) ? health : best;
        }

        return best;
    }

    /// <summary>The place of a name, or the complement of where it would be.</summary>
    private static int IndexOf(IReadOnlyList<AgentInstance> instances, string name)
    {
        var (from, to) = (0, instances.Count - 1);
        while (from <= to)
        {
            var middle = (from + to) / 2;
            var order = string.CompareOrdinal(instances[middle].Name, name);
            if (order == 0)
            {
                return middle;
            }

            (from, to) = order < 0 ? (middle + 1, to) : (from, middle - 1);
        }

        return ~from;
    }
}
