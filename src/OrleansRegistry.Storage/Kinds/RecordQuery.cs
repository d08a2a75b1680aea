namespace OrleansRegistry.Storage;

/// <summary>Which records to list, and in which order.</summary>
/// <param name="Kind">A kind with an order.</param>
/// <param name="Tenant">Null: of every tenant, for what the registry does by itself.</param>
public sealed record RecordQuery(RecordKind Kind, string? Tenant)
{
    /// <summary>All must hold.</summary>
    public IReadOnlyList<RecordCondition> Where { get; init; } = [];

    /// <summary>The time column that orders the list; null for the kind's first order.</summary>
    public RecordColumn? OrderBy { get; init; }

    /// <summary>By (time, tenant, id) ascending; else descending.</summary>
    public bool OldestFirst { get; init; }

    /// <summary>The query with more conditions; null ones are left out.</summary>
    public RecordQuery And(params ReadOnlySpan<RecordCondition?> conditions)
    {
        var all = Where.ToList();
        foreach (var condition in conditions)
        {
            if (condition is not null)
            {
                all.Add(condition);
            }
        }

        return this with { Where = all };
    }

    /// <exception cref="InvalidOperationException">The kind has no such order.</exception>
    internal RecordOrder Order => Kind.Orders.FirstOrDefault(order => OrderBy is null || order.Column == OrderBy)
        ?? throw new InvalidOperationException($"Records of the kind '{Kind}' cannot be listed by {OrderBy?.Name ?? "any order: none is declared"}.");
}

/// <summary>Where a list goes on: after the record with this time in the column that orders it, and this key.</summary>
public readonly record struct RecordPosition(DateTimeOffset At, RecordKey Key);

/// <summary>A record in a list, and its place there, which is known whether the record can be read or not.</summary>
public readonly record struct ListedRecord(RecordPosition Position, StoredRecord Record);

/// <summary>The records of one value: how many, exactly, and the keys of the first of them in the order of the query.</summary>
public sealed record RecordGroup(long Count, IReadOnlyList<RecordKey> First);
