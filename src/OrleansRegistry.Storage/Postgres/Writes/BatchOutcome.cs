using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>What became of a batch: all but the lost got consecutive revisions in their order, or versions by their places.</summary>
/// <param name="FirstRevision">The revision of the first that held, or the version that the first place stands for.</param>
/// <param name="Lost">The places of those that did not, counted from 1, ascending.</param>
/// <param name="Stored">The versions that those met; 0 for none.</param>
internal sealed record BatchOutcome(long FirstRevision, int[] Lost, long[] Stored)
{
    /// <summary>The columns of <c>registry_writers</c> that <see cref="Read"/> reads.</summary>
    public const string Columns = "first_revision, lost, stored";

    public static BatchOutcome Read(NpgsqlDataReader reader) =>
        new(reader.GetInt64(0), reader.IsDBNull(1) ? [] : reader.GetFieldValue<int[]>(1), reader.IsDBNull(2) ? [] : reader.GetFieldValue<long[]>(2));
}
