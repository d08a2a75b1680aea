namespace OrleansRegistry.Storage.Postgres;

/// <summary>The queries of contexts.</summary>
internal static class ContextQueries
{
    private const string Time = "updated_at";

    public static ListQuery List(ContextFilter filter, RecordPosition? after, int limit, bool keysOnly = false)
    {
        var query = new ListQuery();
        var oneTenant = filter.Tenant is not null;
        var conditions = new List<string> { $"{Time} IS NOT NULL" };
        if (filter.Tenant is not null)
        {
            conditions.Add($"tenant = {query.Add(KeyText.Tenant(filter.Tenant))}");
        }

        if (filter.Owner is not null)
        {
            conditions.Add($"owner = {query.Add(KeyText.Value(filter.Owner))}");
        }

        if (filter.Owned)
        {
            conditions.Add("owner <> ''");
        }

        if (filter.UpdatedBefore is { } before)
        {
            conditions.Add($"{Time} < {query.Add(before)}");
        }

        if (after is { } position)
        {
            conditions.Add(query.After(position, Time, filter.OldestFirst, oneTenant));
        }

        query.Sql.Append($"SELECT {(keysOnly ? RecordLists.Keys : RecordLists.Columns)}, {Time} FROM context_records WHERE {string.Join(" AND ", conditions)} ");
        query.Sql.Append($"{ListQuery.Order([Time], filter.OldestFirst, oneTenant)} LIMIT {query.Add(limit)}");
        return query;
    }
}
