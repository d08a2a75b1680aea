namespace OrleansRegistry.Storage;

/// <summary>What a column of a projection holds.</summary>
public enum ProjectedType
{
    Text,
    Time,
    Flag,

    /// <summary>A list of texts; those longer than an index takes are left out.</summary>
    Texts,
}

/// <summary>
/// A table for queries by hand, filled from a kind's feed moments after each commit, so that no writer waits for its columns and indexes.
/// </summary>
/// <param name="Table">The table; its first columns are <c>tenant</c>, <c>id</c> and <c>revision</c>.</param>
/// <param name="Document">The <c>jsonb</c> column that holds the document.</param>
/// <param name="Columns">The other columns.</param>
/// <param name="Read">The values of a record, in the order of <paramref name="Columns"/>: string, DateTimeOffset, bool, or a list of strings; null
/// leaves all columns empty. Must not throw.</param>
public sealed record RecordProjection(
    string Table,
    string Document,
    IReadOnlyList<ProjectedColumn> Columns,
    Func<RecordBody, IReadOnlyList<object?>?> Read);

/// <summary>One column of a projection.</summary>
public sealed record ProjectedColumn(string Name, ProjectedType Type);
