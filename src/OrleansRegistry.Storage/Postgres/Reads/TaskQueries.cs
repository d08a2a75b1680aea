using OrleansRegistry.Model;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// The queries of tasks. Every index for lists ends with state and status timestamp, so a list is merged of one ordered scan for each state
/// that is asked for: it costs the page and no more, wherever it begins and however many tasks there are.
/// </summary>
internal static class TaskQueries
{
    private const string Table = "task_records";
    private const string Time = "state_timestamp";

    private enum Driver
    {
        State,
        Owner,
        Agent,
        Context,
        Lease,
    }

    public static ListQuery List(TaskFilter filter, RecordPosition? after, int limit)
    {
        var query = new ListQuery();
        var oneTenant = filter.Tenant is not null;
        var conditions = Conditions(query, filter);
        if (after is { } position)
        {
            conditions += " AND " + query.After(position, Time, filter.OldestFirst, oneTenant);
        }

        var order = $"{ListQuery.Order(Time, filter.OldestFirst, oneTenant)} LIMIT {query.Add(limit)}";
        var columns = $"{RecordLists.Columns}, {Time}";
        if (DriverOf(filter) == Driver.Lease)
        {
            // Few leases have ended: they are all looked at, rather than tasks in the order of the list until enough of them are found.
            query.Sql.Append($"WITH due AS MATERIALIZED (SELECT {columns} FROM {Table} WHERE {conditions} AND state = ANY({query.Add(States(filter))})) ");
            query.Sql.Append($"SELECT * FROM due {order}");
            return query;
        }

        var scans = States(filter).Select(state => $"(SELECT {columns} FROM {Table} WHERE {conditions} AND state = {query.Add(state)} {order})");
        query.Sql.Append($"SELECT * FROM ({string.Join(" UNION ALL ", scans)}) AS listed {order}");
        return query;
    }

    public static ListQuery Count(TaskFilter filter)
    {
        var query = new ListQuery();
        var conditions = Conditions(query, filter);
        var counts = States(filter).Select(state => query.Add(state))
            .Select(state => $"SELECT {state} AS state, count(*) AS tasks FROM {Table} WHERE {conditions} AND state = {state}");
        query.Sql.Append($"SELECT * FROM ({string.Join(" UNION ALL ", counts)}) AS counted WHERE tasks > 0");
        return query;
    }

    private static string? Value(string? text) => text is null ? null : KeyText.Value(text);

    private static string[] States(TaskFilter filter) =>
        [.. (filter.States.Count == 0 ? TaskStates.All : filter.States.Distinct()).Select(state => state.ToV03())];

    private static Driver DriverOf(TaskFilter filter) => filter switch
    {
        { LeaseBefore: not null } => Driver.Lease,
        { Tenant: null } => Driver.State,
        { ContextId: not null } => Driver.Context,
        { AgentId: not null } => Driver.Agent,
        { Owner: not null } => Driver.Owner,
        _ => Driver.State,
    };

    private static string Conditions(ListQuery query, TaskFilter filter)
    {
        var driver = DriverOf(filter);
        var conditions = new List<string>();
        Equal("tenant", filter.Tenant is { } tenant ? KeyText.Tenant(tenant) : null, indexed: driver is not Driver.Lease);
        Equal("context_id", Value(filter.ContextId), driver == Driver.Context);
        Equal("agent_id", Value(filter.AgentId), driver == Driver.Agent);
        Equal("owner", Value(filter.Owner), driver == Driver.Owner);
        if (filter.HasWebhook)
        {
            conditions.Add("has_webhook");
        }

        if (filter.Since is { } since)
        {
            conditions.Add($"{Time} >= {query.Add(since)}");
        }

        if (filter.Before is { } before)
        {
            conditions.Add($"{Time} < {query.Add(before)}");
        }

        if (filter.LeaseBefore is { } expiry)
        {
            conditions.Add($"lease_expires_at < {query.Add(expiry)}");
        }

        return conditions.Count == 0 ? "true" : string.Join(" AND ", conditions);

        void Equal(string column, string? value, bool indexed)
        {
            if (value is not null)
            {
                // The expression keeps the planner, which plans once for all values, from an index that fits other values better.
                conditions.Add($"{(indexed ? column : $"({column} || '')")} = {query.Add(value)}");
            }
        }
    }
}
