using System.Collections.Concurrent;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>Where the records of a kind are kept, and what is sent for its columns.</summary>
internal sealed class RecordTable
{
    private static readonly ConcurrentDictionary<RecordKind, RecordTable> All = new();

    private RecordTable(RecordKind kind)
    {
        Kind = kind;
        Columns = [.. kind.Columns.Select((column, place) => new SentColumn(column, place))];
    }

    public RecordKind Kind { get; }

    public string Name => Kind.Table;

    public IReadOnlyList<SentColumn> Columns { get; }

    /// <summary>The row of <c>registry_revision</c> with the newest revision, for a kind with a feed.</summary>
    public string Counter => Kind.Name;

    /// <summary>The channel of its notifications, for a kind with a feed.</summary>
    public string Channel => $"registry_{Name}";

    /// <summary>The table of the keys that each commit changed, for a kind with a feed.</summary>
    public string ChangeLog => $"{Kind.Name}_changes";

    public static RecordTable Of(RecordKind kind) => All.GetOrAdd(kind, static kind => new RecordTable(kind));
}
