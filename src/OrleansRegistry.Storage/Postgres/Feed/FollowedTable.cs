namespace OrleansRegistry.Storage.Postgres;

/// <summary>The table of a kind with a feed, and its newest changes.</summary>
internal sealed class FollowedTable(RecordKind kind)
{
    public RecordTable Table { get; } = RecordTable.Of(kind);

    public FeedBuffer Buffer { get; } = new();
}
