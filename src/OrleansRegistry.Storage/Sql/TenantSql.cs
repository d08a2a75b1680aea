namespace OrleansRegistry.Storage;

/// <summary>What a tenant has of a kind. Nothing is indexed by it: all keys of the kind are looked at, as these are asked for seldom.</summary>
internal static class TenantSql
{
    /// <summary>Selects the count and the bytes.</summary>
    public static SqlQuery Usage(RecordKind kind, string tenant)
    {
        var sql = new SqlQuery();
        sql.Sql.Append($"SELECT count(*), coalesce(sum(length(document) + length(fields)), 0) FROM {kind.Table} ")
            .Append($"WHERE tenant = {sql.Add(KeyText.Tenant(tenant))} AND document IS NOT NULL");
        return sql;
    }

    /// <summary>Selects <see cref="ListSql.Keys"/> and the version, in the order of the keys.</summary>
    public static SqlQuery Keys(RecordKind kind, string tenant, RecordKey? after, int limit)
    {
        var sql = new SqlQuery();
        sql.Sql.Append($"SELECT {ListSql.Keys}, version FROM {kind.Table} ")
            .Append($"WHERE tenant = {sql.Add(KeyText.Tenant(tenant))} AND document IS NOT NULL")
            .Append(after is { } last ? $" AND id > {sql.Add(KeyText.Columns(last).Id)}" : "")
            .Append($" ORDER BY id LIMIT {sql.Add((long)limit)}");
        return sql;
    }
}
