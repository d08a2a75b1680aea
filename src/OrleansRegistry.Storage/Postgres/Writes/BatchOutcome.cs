using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>What became of a batch: all but the lost got consecutive revisions in their order, or versions by their places.</summary>
/// <param name="FirstRevision">The revision of the first that held, or the version that the first place stands for.</param>
/// <param name="Lost">The places of those that did not, counted from 1, ascending.</param>
/// <param name="Stored">The versions that those met; 0 for none.</param>
/// <param name="At">When its commit began; null where nothing held, and so nothing was committed.</param>
internal sealed record BatchOutcome(long FirstRevision, int[] Lost, long[] Stored, DateTime? At)
{
    /// <summary>The columns of <c>registry_writers</c>, as <c>w</c>, that <see cref="Read"/> reads.</summary>
    public const string Columns = "w.first_revision, w.lost, w.stored, w.at";

    public static BatchOutcome Read(NpgsqlDataReader reader) => new(
        reader.GetInt64(0),
        reader.IsDBNull(1) ? [] : reader.GetFieldValue<int[]>(1),
        reader.IsDBNull(2) ? [] : reader.GetFieldValue<long[]>(2),
        reader.GetDateTime(3));
}
