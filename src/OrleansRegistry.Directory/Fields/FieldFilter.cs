namespace OrleansRegistry.Directory;

internal enum FilterRule
{
    /// <summary>At least one of the values.</summary>
    Any,

    /// <summary>All of them.</summary>
    All,

    /// <summary>None of them.</summary>
    Not,
}

/// <summary>What a query wants of one field of an agent.</summary>
internal sealed class FieldFilter
{
    private readonly FilterRule rule;
    private readonly HashSet<string> wanted;
    private readonly bool isOpen;

    private FieldFilter(FieldKind kind, FilterRule rule, IReadOnlyList<string> values)
    {
        Kind = kind;
        this.rule = rule;
        wanted = new HashSet<string>(ComparedText.Of([.. values.Select(kind.Spell)]), kind.Comparer);
        isOpen = rule == FilterRule.Any && kind.Everything is { } everything && wanted.Contains(everything);
    }

    public FieldKind Kind { get; }

    /// <summary>The filters of a query, and those that hold where it says nothing.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: a value that there is not, or too many.</exception>
    public static FieldFilter[] Of(AgentQuery query)
    {
        var filters = new List<FieldFilter>();
        foreach (var kind in FieldKinds.All)
        {
            var before = filters.Count;
            Add(kind, FilterRule.Any, query.Any[kind.Field]);
            Add(kind, FilterRule.All, query.All[kind.Field]);
            Add(kind, FilterRule.Not, query.Not[kind.Field]);
            if (filters.Count == before && kind.UnlessAsked.Count > 0)
            {
                filters.Add(new FieldFilter(kind, FilterRule.Any, kind.UnlessAsked));
            }
        }

        return [.. filters];

        void Add(FieldKind kind, FilterRule rule, IReadOnlyList<string> values)
        {
            if (values.Count > 0)
            {
                Check(kind, rule, values);
                filters.Add(new FieldFilter(kind, rule, values));
            }
        }
    }

    /// <summary>Each value that is asked for: where agents have it, as it was told, and as it is compared.</summary>
    /// <param name="path">What to call the filters in an error.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: a value that there is not, or too many.</exception>
    public static IEnumerable<(FieldKind Kind, string Told, string Value)> ValuesOf(AgentFilters filters, string path)
    {
        foreach (var field in filters.Fields)
        {
            var kind = FieldKinds.Of(field);
            AgentQuery.CheckValues(filters[field], $"{path}.{field}");
            foreach (var value in filters[field])
            {
                field.Check(value, $"{path}.{field}");
                yield return (kind, value, ComparedText.Of(kind.Spell(value)));
            }
        }
    }

    /// <summary>The query's filters as page tokens remember them; those of before there were other fields first, as they were then.</summary>
    public static IEnumerable<string> Binding(AgentQuery query, FieldFilter[] filters)
    {
        // One value of these has a place of its own.
        bool IsBound(FieldFilter filter) => filter.rule == FilterRule.Any
            && ((filter.Kind.Field == AgentField.Enabled && query.Enabled is not null)
                || (filter.Kind.Field == AgentField.Delivery && query.Delivery is not null)
                || (query.Any[filter.Kind.Field].Count == 0));
        bool IsOld(FieldFilter filter) => filter.rule == FilterRule.Any && filter.Kind.BoundAs is not null;
        return filters.Where(IsOld).SelectMany(filter => (string[])["\u0002", filter.Kind.BoundAs!, .. filter.wanted])
            .Concat(filters.Where(filter => !IsOld(filter) && !IsBound(filter))
                .SelectMany(filter => (string[])["\u0003", filter.rule.ToString(), filter.Kind.Field.Name, .. filter.wanted]));
    }

    public bool Admits(AgentEntry entry)
    {
        if (isOpen)
        {
            return true;
        }

        var values = Kind.Values(entry);
        return rule switch
        {
            FilterRule.All => HasAll(values),
            FilterRule.Any => HasOne(values),
            _ => !HasOne(values),
        };
    }

    /// <summary>Lists that all agents which this admits are in, as few agents as an index can tell; null where none can.</summary>
    public SortedSlots[]? Candidates(TenantIndex index)
    {
        if (rule == FilterRule.Not || Kind.Find is not { } find)
        {
            return null;
        }

        SortedSlots?[] found = [.. wanted.Select(value => find(index, value))];
        if (rule == FilterRule.Any)
        {
            return [.. found.OfType<SortedSlots>()];
        }

        return found.Contains(null) ? [] : [found.MinBy(slots => slots!.Count)!];
    }

    private static void Check(FieldKind kind, FilterRule rule, IReadOnlyList<string> values)
    {
        var field = kind.Field;
        var name = rule switch { FilterRule.All => $"all.{field}", FilterRule.Not => $"not.{field}", _ => field.Plural ?? field.Name };
        AgentQuery.CheckValues(values, name);
        if (rule == FilterRule.All && field.IsSingle)
        {
            throw RegistryException.Invalid(name, $"an agent has one {field} at most; ask for it by {field}");
        }

        if (rule == FilterRule.Not && kind.Everything is { } everything && values.Contains(everything))
        {
            throw RegistryException.Invalid(name, $"must not be {everything}: no agent would be left");
        }

        foreach (var value in values)
        {
            field.Check(value, values.Count == 1 && rule == FilterRule.Any ? field.Name : name);
        }
    }

    private bool HasOne(FieldValues values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (wanted.Contains(values[i]))
            {
                return true;
            }
        }

        return false;
    }

    private bool HasAll(FieldValues values)
    {
        foreach (var value in wanted)
        {
            if (!values.Contains(value, Kind.Comparer))
            {
                return false;
            }
        }

        return true;
    }
}
