namespace OrleansRegistry.Storage;

/// <summary>How a record of another store is written, and what became of it.</summary>
/// <param name="version">That of the other store.</param>
/// <param name="replace">Whether it takes the place of another content.</param>
internal sealed class RecordImport(long version, bool replace)
{
    public long Version => version;

    public bool Replace => replace;

    /// <summary>Set before the write is answered.</summary>
    public ImportResult Result { get; set; }

    /// <exception cref="ArgumentException">They are not what <see cref="IRecordStore.ImportAsync"/> takes.</exception>
    public static void Check(RecordKind kind, IReadOnlyList<RecordChange> records)
    {
        RecordRules.CheckLimit(records.Count, least: 0);
        var keys = new HashSet<RecordKey>();
        for (var i = 0; i < records.Count; i++)
        {
            RecordRules.CheckKey(kind, records[i].Key);
            RecordRules.CheckBody(records[i].Body ?? default);
            if (!keys.Add(records[i].Key) || (kind.HasFeed && i > 0 && records[i].Revision < records[i - 1].Revision))
            {
                throw new ArgumentException("Records of an import must each have another key, and ascending revisions.", nameof(records));
            }
        }
    }
}
