namespace OrleansRegistry.Storage;

/// <summary>
/// Builds the queries of lists and groups from the declaration of a kind. The indexes for lists begin with the column of a group and its tenant, and
/// end with the lane and the order: a list is merged of one ordered scan for each value of the lane, and costs its page, wherever it begins and
/// however many records there are.
/// </summary>
internal static class ListSql
{
    /// <summary>What a list of keys selects; the time that orders it comes next.</summary>
    public const string Keys = "tenant, id, long_id";

    /// <summary>What a list of records selects; the time that orders it comes next.</summary>
    public const string Columns = $"{Keys}, version, document, fields";

    public static SqlQuery List(SqlDialect dialect, RecordQuery query, RecordPosition? after, int limit, bool keysOnly)
    {
        var plan = new Plan(query);
        var sql = new SqlQuery();
        var conditions = Conditions(dialect, sql, plan);
        if (after is { } position)
        {
            conditions += $" AND {After(sql, plan, position)}";
        }

        var selected = $"{(keysOnly ? Keys : Columns)}, {string.Join(", ", plan.Times)}";
        var order = $"{plan.OrderBy} LIMIT {sql.Add((long)limit)}";
        if (plan.Driver == Driver.Due)
        {
            // Few records are past their time: all of them are looked at, instead of records in the order of the list until enough of them are found.
            var lanes = plan.Lane is null ? "" : $" AND {dialect.IsOneOf(Plain(plan.Lane.Column.Name, indexed: false), sql.Add(plan.LaneValues))}";
            sql.Sql
                .Append($"WITH due AS MATERIALIZED (SELECT {selected} FROM {query.Kind.Table} WHERE {conditions}{lanes}) SELECT * FROM due {order}");
        }
        else
        {
            sql.Sql.Append(Merge(sql, plan, plan.LaneValues, selected, conditions, order));
        }

        return sql;
    }

    /// <summary>
    /// Selects of each asked value the count and, where <paramref name="first"/> is not 0, the ids of the first (and their tenants, where the query
    /// names none); one row a value, in their order.
    /// </summary>
    public static SqlQuery Group(SqlDialect dialect, RecordQuery query, RecordColumn column, IReadOnlyList<string> values, int first)
    {
        var isLane = query.Kind.Lane?.Column == column;
        var plan = isLane ? new Plan(query) : new Plan(query, column);
        var sql = new SqlQuery();
        var asked = sql.Add(values.Select(KeyText.Value).ToArray());
        var listed = Conditions(dialect, sql, plan) + $" AND {column.Name} = asked.value";
        var lanes = plan.Lane is null || plan.HasAllLanes ? "" : $" AND {dialect.IsOneOf(plan.Lane.Column.Name, sql.Add(plan.LaneValues))}";
        var keys = "";
        if (first > 0)
        {
            var order = $"{plan.OrderBy} LIMIT {sql.Add((long)first)}";
            var selected = $"{Keys}, {string.Join(", ", plan.Times)}";
            var merged = isLane
                ? $"SELECT {selected} FROM {plan.Table} WHERE {listed}{lanes} {order}"
                : Merge(sql, plan, plan.LaneValues, selected, listed, order);
            keys = $", {dialect.Collect("coalesce(long_id, id)", merged)}{(plan.OneTenant ? "" : $", {dialect.Collect("tenant", merged)}")}";
        }

        sql.Sql
            .Append($"SELECT (SELECT count(*) FROM {query.Kind.Table} WHERE {listed}{lanes}){keys} FROM {dialect.Asked(asked)} ORDER BY asked.place");
        return sql;
    }

    private static string Merge(SqlQuery sql, Plan plan, string[] lanes, string selected, string conditions, string order)
    {
        // A record without the time has no place in the list.
        conditions += plan.Lane is null || !plan.Order.Column.IsRequired ? $" AND {plan.Times[^1]} IS NOT NULL" : "";
        if (plan.Lane is null)
        {
            return $"SELECT {selected} FROM {plan.Table} WHERE {conditions} {order}";
        }

        if (lanes.Length == 0)
        {
            return $"SELECT {selected} FROM {plan.Table} WHERE {conditions} AND false {order}";
        }

        var scans = lanes.Select(
            (lane, i) => $"SELECT * FROM (SELECT {selected} FROM {plan.Table} WHERE {conditions} "
                + $"AND {plan.Lane.Column.Name} = {sql.Add(lane)} {order}) AS scan{i}");
        return $"SELECT * FROM ({string.Join(" UNION ALL ", scans)}) AS listed {order}";
    }

    private static string After(SqlQuery sql, Plan plan, RecordPosition position)
    {
        var (tenant, id, _) = KeyText.Columns(position.Key);
        var at = position.At.UtcDateTime;
        var than = plan.OldestFirst ? '>' : '<';
        var time = plan.Order.Column.Name;
        var second = plan.Order.Second is { } column ? $"{column} {than}= {sql.Add(SecondOf(at))} AND " : "";
        return plan.OneTenant
            ? $"{second}({time}, id) {than} ({sql.Add(at)}, {sql.Add(id)})"
            : $"{second}({time}, tenant, id) {than} ({sql.Add(at)}, {sql.Add(tenant)}, {sql.Add(id)})";
    }

    private static string Conditions(SqlDialect dialect, SqlQuery sql, Plan plan)
    {
        var conditions = new List<string>();
        if (plan.Tenant is not null)
        {
            conditions.Add($"{Plain("tenant", plan.Driver != Driver.Due)} = {sql.Add(KeyText.Tenant(plan.Tenant))}");
        }

        foreach (var condition in plan.Conditions)
        {
            conditions.Add(Condition(dialect, sql, plan, condition));
        }

        return conditions.Count == 0 ? "true" : string.Join(" AND ", conditions);
    }

    private static string Condition(SqlDialect dialect, SqlQuery sql, Plan plan, RecordCondition condition)
    {
        var column = condition.Column.Name;
        switch (condition.Test)
        {
            case ConditionTest.Set:
                return column;
            case ConditionTest.NotEqual:
                return $"{column} <> {sql.Add(Value(condition.Values[0]))}";
            case ConditionTest.OneOf:
                return dialect.IsOneOf(column, sql.Add(condition.Values.Select(value => KeyText.Value((string)value)).ToArray()));
            case ConditionTest.Equal:
                var indexed = condition.Column == plan.DrivingColumn || condition.Column.Type != ColumnType.Text;
                return $"{Plain(column, indexed)} = {sql.Add(Value(condition.Values[0]))}";
            default:
                return Bound(sql, plan, condition);
        }
    }

    private static string Bound(SqlQuery sql, Plan plan, RecordCondition condition)
    {
        var column = condition.Column.Name;
        var than = condition.Test == ConditionTest.From ? ">=" : "<";
        var value = Value(condition.Values[0]);
        if (plan.Order.Second is not { } secondColumn || condition.Column != plan.Order.Column)
        {
            return $"{column} {than} {sql.Add(value)}";
        }

        // A whole second is decided by the index alone.
        var second = SecondOf((DateTime)value);
        return second == (DateTime)value
            ? $"{secondColumn} {than} {sql.Add(second)}"
            : $"{secondColumn} {(than == "<" ? "<=" : than)} {sql.Add(second)} AND {column} {than} {sql.Add(value)}";
    }

    /// <summary>The expression keeps the planner, which plans once for all values, from an index that fits other values better.</summary>
    private static string Plain(string column, bool indexed) => indexed ? column : $"({column} || '')";

    private static object Value(object value) => value switch
    {
        string text => KeyText.Value(text),
        DateTimeOffset time => time.UtcDateTime,
        _ => value,
    };

    internal static DateTime SecondOf(DateTime at) => new(at.Ticks - (at.Ticks % TimeSpan.TicksPerSecond), DateTimeKind.Utc);

    private enum Driver
    {
        /// <summary>The index of the lane and the order.</summary>
        Order,

        /// <summary>The index of the driving column.</summary>
        Group,

        /// <summary>The index of a time that is past.</summary>
        Due,
    }

    /// <summary>Which index a query is meant to use.</summary>
    private sealed class Plan
    {
        public Plan(RecordQuery query, RecordColumn? grouped = null)
        {
            Table = query.Kind.Table;
            Tenant = query.Tenant;
            Order = query.Order;
            Lane = query.Kind.Lane;
            OldestFirst = query.OldestFirst;
            Conditions = [.. query.Where
                .Where(condition => Lane is null || condition.Column != Lane.Column || condition.Test != ConditionTest.OneOf)];
            HasAllLanes = Conditions.Count == query.Where.Count;
            LaneValues = HasAllLanes
                ? [.. Lane?.Values ?? []]
                : [.. query.Where.Except(Conditions).Select(condition => condition.Values.Cast<string>()).Aggregate(Enumerable.Intersect)];
            DrivingColumn = grouped ?? query.Kind.Groups
                .FirstOrDefault(column => Conditions.Any(condition => condition.Column == column && condition.Test == ConditionTest.Equal));
            Driver = DriverOf(query, grouped);
            if (Driver != Driver.Group)
            {
                DrivingColumn = null;
            }
        }

        public string Table { get; }

        public string? Tenant { get; }

        public bool OneTenant => Tenant is not null;

        public RecordOrder Order { get; }

        public RecordLane? Lane { get; }

        public bool OldestFirst { get; }

        public Driver Driver { get; }

        public RecordColumn? DrivingColumn { get; }

        /// <summary>All but those of the lane.</summary>
        public IReadOnlyList<RecordCondition> Conditions { get; }

        public string[] LaneValues { get; }

        public bool HasAllLanes { get; }

        /// <summary>The columns of the order: the time that callers know first.</summary>
        public string[] Times => Order.Second is null ? [Order.Column.Name] : [Order.Column.Name, Order.Second];

        /// <summary>Where the tenant is one, it is left out.</summary>
        public string OrderBy
        {
            get
            {
                string[] keys = OneTenant ? ["id"] : ["tenant", "id"];
                var direction = OldestFirst ? "ASC" : "DESC";
                return "ORDER BY " + string.Join(", ", Times.Reverse().Concat(keys).Select(column => $"{column} {direction}"));
            }
        }

        private Driver DriverOf(RecordQuery query, RecordColumn? grouped)
        {
            if (grouped is not null)
            {
                return Driver.Group;
            }

            if (Conditions.Any(condition => query.Kind.Due.Contains(condition.Column) && condition.Test == ConditionTest.Before))
            {
                return Driver.Due;
            }

            return OneTenant && DrivingColumn is not null ? Driver.Group : Driver.Order;
        }
    }
}
