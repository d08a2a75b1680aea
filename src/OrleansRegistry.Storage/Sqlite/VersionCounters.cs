namespace OrleansRegistry.Storage.Sqlite;

/// <summary>
/// The last versions given out, as <c>registry_revision</c> has them: one counter for each kind with a feed, and one for all others together. The
/// writer's alone.
/// </summary>
internal sealed class VersionCounters
{
    private const string Shared = "record";

    private readonly Dictionary<string, long> committed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> used = new(StringComparer.Ordinal);

    public void Load(SqliteSession session)
    {
        using var reader = session.Query("SELECT kind, value FROM registry_revision");
        while (reader.Read())
        {
            committed[reader.GetString(0)] = reader.GetInt64(1);
        }
    }

    /// <summary>The last version of a kind, or of the kinds that share its counter; 0 before the first.</summary>
    public long Last(RecordKind kind) =>
        used.TryGetValue(NameOf(kind), out var version) ? version : committed.GetValueOrDefault(NameOf(kind));

    /// <summary>Gives out a version in the transaction that is open.</summary>
    public void Use(RecordKind kind, long version) => used[NameOf(kind)] = version;

    /// <summary>Writes the counters that moved, in the transaction that is open.</summary>
    public void Save(SqliteSession session)
    {
        foreach (var (kind, version) in used)
        {
            session.Execute(
                "INSERT INTO registry_revision (kind, value) VALUES ($1, $2) ON CONFLICT (kind) DO UPDATE SET value = $2",
                kind,
                version);
        }
    }

    /// <summary>The transaction is committed.</summary>
    public void Commit()
    {
        foreach (var (kind, version) in used)
        {
            committed[kind] = version;
        }

        used.Clear();
    }

    /// <summary>The transaction is rolled back, and with it what it gave out.</summary>
    public void RollBack() => used.Clear();

    private static string NameOf(RecordKind kind) => kind.HasFeed ? kind.Name : Shared;
}
