namespace OrleansRegistry.Directory;

/// <summary>Where an agent has the values of one <see cref="AgentField"/>, and how a query's are compared with them.</summary>
/// <param name="Field">What a query calls it.</param>
/// <param name="Values">The values of an agent, as <see cref="ComparedText"/>.</param>
internal sealed record FieldKind(AgentField Field, Func<AgentEntry, FieldValues> Values)
{
    public StringComparer Comparer { get; init; } = StringComparer.Ordinal;

    /// <summary>Writes a query's value as agents have it.</summary>
    public Func<string, string> Spell { get; init; } = static value => value;

    /// <summary>The agents with a value, where there is an index of them; else every agent is looked at.</summary>
    public Func<TenantIndex, string, SortedSlots?>? Find { get; init; }

    /// <summary>Where a query names the field nowhere, an agent must have one of these; none let all pass.</summary>
    public IReadOnlyList<string> UnlessAsked { get; init; } = [];

    /// <summary>A value that all agents are taken to have; null where there is none.</summary>
    public string? Everything { get; init; }

    /// <summary>What page tokens of before there were other fields call it; null for newer ones.</summary>
    public string? BoundAs { get; init; }
}

/// <summary>The values that an agent has of one field: many, one or none, without a list made for it.</summary>
internal readonly struct FieldValues
{
    private readonly IReadOnlyList<string>? many;
    private readonly string? one;

    public FieldValues(IReadOnlyList<string> values) => many = values;

    public FieldValues(string? value) => one = value;

    public int Count => many?.Count ?? (one is null ? 0 : 1);

    public string this[int index] => many is null ? one! : many[index];

    public bool Contains(string value, StringComparer comparer)
    {
        for (var i = 0; i < Count; i++)
        {
            if (comparer.Equals(this[i], value))
            {
                return true;
            }
        }

        return false;
    }
}
