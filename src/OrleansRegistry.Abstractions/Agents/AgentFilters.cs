namespace OrleansRegistry;

/// <summary>Values of <see cref="AgentField"/>s that a query asks for, each field with one or more. Immutable.</summary>
/// <example><c>new AgentQuery { Any = AgentFilters.Of(AgentField.OutputMode, "image/png"), Not = AgentFilters.Of(AgentField.Tag, "beta") }</c></example>
public sealed class AgentFilters
{
    private readonly (AgentField Field, IReadOnlyList<string> Values)[] filters;

    private AgentFilters((AgentField Field, IReadOnlyList<string> Values)[] filters) => this.filters = filters;

    /// <summary>No filters.</summary>
    public static AgentFilters None { get; } = new([]);

    /// <summary>The fields that are filtered by.</summary>
    public IEnumerable<AgentField> Fields => filters.Select(filter => filter.Field);

    /// <summary>The values of a field; empty where it is not filtered by.</summary>
    public IReadOnlyList<string> this[AgentField field]
    {
        get
        {
            foreach (var (known, values) in filters)
            {
                if (known == field)
                {
                    return values;
                }
            }

            return [];
        }
    }

    /// <summary>One field's values.</summary>
    public static AgentFilters Of(AgentField field, params IReadOnlyList<string> values) => None.With(field, values);

    /// <summary>These filters with <paramref name="values"/> in the place of those that the field had; none take the field away.</summary>
    public AgentFilters With(AgentField field, params IReadOnlyList<string> values)
    {
        var others = filters.Where(filter => filter.Field != field);
        return new AgentFilters([.. values.Count == 0 ? others : others.Append((field, values))]);
    }
}
