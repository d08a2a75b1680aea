namespace OrleansRegistry.Snapshots;

/// <summary>Lists and searches, from the index alone.</summary>
internal sealed partial class SnapshotStore
{
    /// <summary>How many records are looked through for one page of a search by text.</summary>
    private const int MostLookedThrough = 2_000;

    private const int SearchStep = 500;

    public async Task<SnapshotPage> ListAsync(Caller caller, SnapshotQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new SnapshotQuery();
        PageLimit.Snapshots.Check(query.PageSize);
        var filter = QueryOf(caller, query);
        var binding = $"snapshots\n{caller.Tenant}\n{caller.Subject}\n{caller.SeesAllOwners}\n{query.AgentId}\n{query.SessionId}\n{query.Index}"
            + $"\n{query.Since?.UtcTicks}\n{query.Before?.UtcTicks}\n{query.Text}";
        var after = LogTokens.ReadRecord(query.PageToken, caller.Tenant, binding);
        var text = query.Text is null ? null : ComparedText.Of(query.Text);
        var taken = new List<SnapshotRecord>();
        var unreadable = new List<string>();
        var looked = 0;
        while (true)
        {
            // One more than there is room for tells that there are more.
            var limit = text is null ? query.PageSize - taken.Count - unreadable.Count + 1 : SearchStep;
            var found = await records.ListAsync(filter, after, limit, cancellationToken);
            foreach (var (listed, entry) in found)
            {
                if (taken.Count + unreadable.Count == query.PageSize || looked == MostLookedThrough)
                {
                    return Page(LogTokens.Make(after!.Value.At, after.Value.Key.Id, binding));
                }

                looked++;
                after = listed.Position;
                if (entry is null)
                {
                    unreadable.Add(listed.Record.Key.Id);
                }
                else if (text is null || Has(entry.Snapshot, text))
                {
                    taken.Add(entry.Snapshot);
                }
            }

            if (found.Count < limit)
            {
                return Page(null);
            }
        }

        SnapshotPage Page(string? token) => new(taken, token) { Unreadable = unreadable };
    }

    private static bool Has(SnapshotRecord snapshot, string text) =>
        snapshot.Description is { } description && ComparedText.Of(description).Contains(text, StringComparison.OrdinalIgnoreCase);

    private static RecordQuery QueryOf(Caller caller, SnapshotQuery query)
    {
        Identifiers.CheckCaller(caller);
        if (query.AgentId is not null)
        {
            Identifiers.CheckId(query.AgentId);
        }

        if (query.SessionId is not null)
        {
            Identifiers.CheckId(query.SessionId, "session_id");
        }

        var series = query is { AgentId: { } agent, SessionId: { } session } ? SnapshotKind.SeriesOf(agent, session) : null;
        return Of(
            caller,
            series is null ? null : SnapshotKind.Series.Is(series),
            query.AgentId is null || series is not null ? null : SnapshotKind.AgentId.Is(query.AgentId),
            query.SessionId is null || series is not null ? null : SnapshotKind.SessionId.Is(query.SessionId),
            query.Index is { } index ? SnapshotKind.Index.Is(index) : null,
            query.Since is { } since ? SnapshotKind.TakenAt.IsFrom(since) : null,
            query.Before is { } before ? SnapshotKind.TakenAt.IsBefore(before) : null);
    }
}
