using OrleansRegistry.Model;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// The queries of tasks. Every index for lists ends with state and the second of the status, so a list is merged of one ordered scan for each state
/// that is asked for: it costs the page and what shares its last second, wherever it begins and however many tasks there are.
/// </summary>
internal static class TaskQueries
{
    private const string Table = "task_records";
    private const string Time = "state_timestamp";
    private const string Second = "state_second";

    private enum Driver
    {
        State,
        Owner,
        Agent,
        Context,
        Due,
    }

    public static ListQuery List(TaskFilter filter, RecordPosition? after, int limit, bool keysOnly = false)
    {
        var query = new ListQuery();
        var oneTenant = filter.Tenant is not null;
        var conditions = Conditions(query, filter);
        if (after is { } position)
        {
            conditions += $" AND {Second} {(filter.OldestFirst ? ">=" : "<=")} {query.Add(SecondOf(position.At))} AND {query.After(position, Time, filter.OldestFirst, oneTenant)}";
        }

        var order = $"{ListQuery.Order([Second, Time], filter.OldestFirst, oneTenant)} LIMIT {query.Add(limit)}";
        var columns = $"{(keysOnly ? RecordLists.Keys : RecordLists.Columns)}, {Time}, {Second}";
        if (DriverOf(filter) == Driver.Due)
        {
            // Few leases and deadlines are over: they are all looked at, rather than tasks in the order of the list until enough of them are found.
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

    /// <summary>Of each context the number of the owner's tasks and the ids of the newest, each row in the place of its context.</summary>
    public static ListQuery Summarize(string tenant, string owner, IReadOnlyList<string> contextIds, int newest)
    {
        var query = new ListQuery();
        var asked = query.Add([.. contextIds.Select(KeyText.Value)]);
        var conditions = $"context_id = asked.id AND tenant = {query.Add(KeyText.Tenant(tenant))} AND (owner || '') = {query.Add(KeyText.Value(owner))}";
        var order = $"{ListQuery.Order([Second, Time], ascending: false, oneTenant: true)} LIMIT {query.Add(newest)}";
        var scans = TaskStates.All.Select(state => $"(SELECT id, long_id, {Second}, {Time} FROM {Table} WHERE {conditions} AND state = {query.Add(state.ToV03())} {order})");
        query.Sql.Append(
            $"""
            SELECT (SELECT count(*) FROM {Table} WHERE {conditions}),
                   ARRAY(SELECT coalesce(long_id, id) FROM ({string.Join(" UNION ALL ", scans)}) AS listed {order})
            FROM unnest({asked}) WITH ORDINALITY AS asked (id, place) ORDER BY asked.place
            """);
        return query;
    }

    private static DateTimeOffset SecondOf(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);

    private static string? Value(string? text) => text is null ? null : KeyText.Value(text);

    private static string[] States(TaskFilter filter) =>
        [.. (filter.States.Count == 0 ? TaskStates.All : filter.States.Distinct()).Select(state => state.ToV03())];

    private static Driver DriverOf(TaskFilter filter) => filter switch
    {
        { LeaseBefore: not null } or { DeadlineBefore: not null } => Driver.Due,
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
        Equal("tenant", filter.Tenant is { } tenant ? KeyText.Tenant(tenant) : null, indexed: driver is not Driver.Due);
        Equal("context_id", Value(filter.ContextId), driver == Driver.Context);
        Equal("agent_id", Value(filter.AgentId), driver == Driver.Agent);
        Equal("owner", Value(filter.Owner), driver == Driver.Owner);
        if (filter.Owned)
        {
            conditions.Add("owner <> ''");
        }

        if (filter.HasWebhook)
        {
            conditions.Add("has_webhook");
        }

        if (filter.Since is { } since)
        {
            Bound(">=", ">=", since);
        }

        if (filter.Before is { } before)
        {
            Bound("<", "<=", before);
        }

        if (filter.LeaseBefore is { } expiry)
        {
            conditions.Add($"lease_expires_at < {query.Add(expiry)}");
        }

        if (filter.DeadlineBefore is { } deadline)
        {
            conditions.Add($"open_deadline < {query.Add(deadline)}");
        }

        return conditions.Count == 0 ? "true" : string.Join(" AND ", conditions);

        // A whole second is decided by the index alone.
        void Bound(string than, string secondThan, DateTimeOffset at)
        {
            var second = SecondOf(at);
            conditions.Add(at == second ? $"{Second} {than} {query.Add(at)}" : $"{Second} {secondThan} {query.Add(second)} AND {Time} {than} {query.Add(at)}");
        }

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
