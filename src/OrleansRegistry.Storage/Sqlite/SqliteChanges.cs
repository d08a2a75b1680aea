using Microsoft.Data.Sqlite;

namespace OrleansRegistry.Storage.Sqlite;

/// <summary>What became of a write in its transaction.</summary>
/// <param name="Version">That of what is stored then; 0 for nothing.</param>
/// <param name="Refusal">Why it was refused; null where it was not.</param>
internal readonly record struct WriteOutcome(long Version, Exception? Refusal, bool IsUnchanged = false);

/// <summary>Carries out the writes of a transaction that is open, one after the other.</summary>
internal sealed class SqliteChanges(VersionCounters counters)
{
    /// <summary>Carries it out; what a record is refused for leaves the transaction as it was.</summary>
    public WriteOutcome Apply(SqliteSession session, PendingWrite write)
    {
        var table = SqliteTable.Of(write.Kind);
        var version = counters.Last(write.Kind) + 1;
        try
        {
            if (write.Import is { } import)
            {
                return Import(session, table, write, import);
            }

            if (!Change(session, table, write, version))
            {
                var (tenant, id, _) = write.KeyColumns;
                var stored = session.Scalar(table.Version, tenant, id) as long? ?? 0;
                return new WriteOutcome(0, RecordRules.Conflict(write.Kind, write.Key, stored, write.ExpectedVersion));
            }
        }
        catch (SqliteException refused) when (SqliteFaults.IsOfRecord(refused) && !session.IsAutoCommit)
        {
            return new WriteOutcome(0, SqliteFaults.IsNotUnique(refused)
                ? RecordRules.NotUnique(write.Kind, write.Key, refused)
                : new RegistryException(
                    RegistryError.Invalid,
                    $"{write.Kind} '{RecordRules.Shorten(write.Key.Id)}' of tenant '{RecordRules.Shorten(write.Key.Tenant)}' "
                        + $"was refused by the {SqliteDatabase.Name} ({refused.SqliteErrorCode}). Nothing was stored.",
                    innerException: refused));
        }

        counters.Use(write.Kind, version);
        return new WriteOutcome(version, Refusal: null);
    }

    private WriteOutcome Import(SqliteSession session, SqliteTable table, PendingWrite write, RecordImport import)
    {
        var next = counters.Last(write.Kind) + 1;
        var version = write.Kind.HasFeed ? Math.Max(next, import.Version) : next;
        var (tenant, id, _) = write.KeyColumns;
        var stored = 0L;
        if (write.Body is not { } body)
        {
            stored = session.Scalar(table.Version, tenant, id) as long? ?? 0;
            import.Result = stored == 0 && (!write.Kind.HasFeed || import.Version < next) ? ImportResult.Same : ImportResult.Deleted;
            if (stored != 0)
            {
                import.Result = import.Replace ? ImportResult.Deleted : ImportResult.Kept;
            }

            if (import.Result != ImportResult.Deleted)
            {
                return new WriteOutcome(stored, Refusal: null, IsUnchanged: true);
            }

            session.Execute(table.Delete, tenant, id, stored);
            counters.Use(write.Kind, version);
            return new WriteOutcome(version, Refusal: null);
        }

        var values = table.Values(write, version);
        import.Result = ImportResult.Created;
        if (session.Execute(table.Insert, values) == 0)
        {
            using (var reader = session.Query(table.Read, tenant, id))
            {
                reader.Read();
                stored = reader.GetInt64(0);
                var isSame = SqliteSession.Json(reader, 1) == body.Document && SqliteSession.Json(reader, 2) == body.Fields;
                import.Result = isSame ? ImportResult.Same : ImportResult.Kept;
            }

            if (import.Result == ImportResult.Same || !import.Replace)
            {
                return new WriteOutcome(stored, Refusal: null, IsUnchanged: true);
            }

            values[SqliteTable.ExpectedVersion] = stored;
            session.Execute(table.Update, values);
            import.Result = ImportResult.Replaced;
        }

        counters.Use(write.Kind, version);
        return new WriteOutcome(version, Refusal: null);
    }

    private static bool Change(SqliteSession session, SqliteTable table, PendingWrite write, long version)
    {
        if (write.Body is null)
        {
            var (tenant, id, _) = write.KeyColumns;
            return session.Execute(table.Delete, tenant, id, write.ExpectedVersion) > 0;
        }

        var values = table.Values(write, version);
        if (write.ExpectedVersion == 0)
        {
            return session.Execute(table.Insert, values) > 0;
        }

        return (table.UpdateInPlace is { } inPlace && session.Execute(inPlace, values) > 0) || session.Execute(table.Update, values) > 0;
    }
}
