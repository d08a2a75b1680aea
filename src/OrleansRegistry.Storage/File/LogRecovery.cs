using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage.Files;

/// <summary>A log that is read in and ready to serve.</summary>
internal sealed record OpenedLog(SegmentList Segments, LogIndex Index, VersionCounters Counters)
{
    /// <summary>The tasks and contexts among the live records.</summary>
    public RecordIndexes Queries { get; } = new();

    /// <summary>Held while a batch that is durable becomes visible: in the index first, then in the feed.</summary>
    public Lock Publishing { get; } = new();
}

/// <summary>
/// Reads the log at the start. Only the newest segment may end in a torn frame (one that no intact frame follows), which was never
/// acknowledged and is cut off. Any other damage refuses the start, and then nothing on disk was changed.
/// </summary>
internal sealed class LogRecovery(SegmentFiles names, ILogger logger)
{
    private readonly LogIndex index = new();
    private readonly VersionCounters counters = new();
    private readonly List<Segment> segments = [];

    /// <exception cref="StoreStartException">The log is damaged.</exception>
    public OpenedLog Run()
    {
        try
        {
            var (chain, superseded) = Arrange(names.List());
            foreach (var found in chain)
            {
                Load(found, isNewest: found == chain[^1]);
            }

            CleanUp(superseded);
            if (segments.Count == 0)
            {
                segments.Add(names.CreateEmpty(1, counters));
            }

            var log = new OpenedLog(new SegmentList(segments), index, counters);
            LoadQueries(log.Queries);
            return log;
        }
        catch (DamagedLogException damage)
        {
            segments.ForEach(segment => segment.Retire());
            throw new StoreStartException(
                $"{damage.Message} Nothing was changed on disk. Put the file back from a backup of the whole folder, or name another folder to begin anew.",
                damage);
        }
        catch
        {
            segments.ForEach(segment => segment.Retire());
            throw;
        }
    }

    /// <summary>Puts the files in order, and tells apart those that a compacted one stands for.</summary>
    private (List<SegmentFiles.Found> Chain, List<SegmentFiles.Found> Superseded) Arrange(IReadOnlyList<SegmentFiles.Found> found)
    {
        var compacted = found.Where(file => file.Compacted).MaxBy(file => file.Id);
        var covered = compacted?.Id ?? 0;
        var chain = found.Where(file => file.Id > covered).OrderBy(file => file.Id).ToList();
        var superseded = found.Where(file => file.Id <= covered && file != compacted).ToList();
        for (var i = 0; i < chain.Count; i++)
        {
            var expected = covered + 1 + i;
            if (chain[i].Id != expected)
            {
                throw Missing(expected, $"the log goes on in {Path.GetFileName(chain[i].Path)}");
            }
        }

        if (compacted is not null)
        {
            if (chain.Count == 0)
            {
                throw Missing(covered + 1, $"it was begun before {Path.GetFileName(compacted.Path)}");
            }

            chain.Insert(0, compacted);
        }

        return (chain, superseded);
    }

    private StoreStartException Missing(long id, string because) => new(
        $"{names.PathOf(id, compacted: false)} is missing: {because}. Nothing was changed on disk. Put the file back from a backup of the whole folder.");

    private void Load(SegmentFiles.Found found, bool isNewest)
    {
        var file = names.Files.Open(found.Path, writable: isNewest);
        SegmentHeader header;
        try
        {
            header = SegmentHeader.Read(file, found.Path);
            if (header.LastId != found.Id || header.FirstId != (found.Compacted ? 1 : found.Id))
            {
                throw new DamagedLogException(
                    found.Path, 0, $"its header says segments {header.FirstId} to {header.LastId}, which is not what its name says");
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        var segment = new Segment(file, found.Path, header, file.Length);
        segments.Add(segment);
        if (!found.Compacted)
        {
            counters.RaiseTo(header.Base);
        }

        Replay(segment, isNewest);
        counters.RaiseTo(header.Base);
    }

    private void Replay(Segment segment, bool isNewest)
    {
        var reader = new RecordReader(segment);
        while (isNewest ? reader.Read() : reader.ReadIntact())
        {
            Apply(reader, segment);
        }

        if (reader.Fault is { } fault)
        {
            CutTornTail(segment, reader, fault);
        }

        if (isNewest)
        {
            // What a killed process had written is served from now on, so it must be as durable as an acknowledged write.
            segment.File.Flush();
        }
    }

    private void Apply(RecordReader reader, Segment segment)
    {
        var record = reader.Current;
        if (!Enum.IsDefined(record.Kind))
        {
            throw new DamagedLogException(segment.Path, reader.Offset, $"a record is of kind {(int)record.Kind}, which this program does not know");
        }

        if (record.Version <= counters[record.Kind])
        {
            throw new DamagedLogException(
                segment.Path, reader.Offset, $"a record has version {record.Version}, but comes after version {counters[record.Kind]}");
        }

        counters[record.Kind] = record.Version;
        if (record.IsDelete)
        {
            index.Remove(record.Kind, reader.ReadKey());
        }
        else
        {
            index.Set(record.Kind, reader.ReadKey(), new RecordLocation(segment, reader.Offset, record.Bytes.Length, record.Version));
        }
    }

    /// <summary>Fills the indexes from the records that are live, now that it is known which are.</summary>
    private void LoadQueries(RecordIndexes queries)
    {
        if (index.CountOf(RecordKind.Task) + index.CountOf(RecordKind.Context) == 0)
        {
            return;
        }

        foreach (var segment in segments)
        {
            var reader = new RecordReader(segment);
            while (reader.ReadIntact())
            {
                var record = reader.Current;
                if (RecordIndexes.Holds(record.Kind) && !record.IsDelete && reader.ReadKey() is var key && index.VersionOf(record.Kind, key) == record.Version)
                {
                    index.Share(record.Kind, key);
                    queries.Set(record.Kind, key, record.Version, RecordIndexes.WithFields(record.Kind, new RecordBody(default, record.CopyFields())));
                }
            }
        }
    }

    private void CutTornTail(Segment segment, RecordReader reader, string fault)
    {
        var intact = reader.FindIntactFrame();
        if (intact >= 0)
        {
            throw new DamagedLogException(segment.Path, reader.FaultOffset, $"{fault}, yet intact data follows at offset {intact}");
        }

        var bytes = segment.Length - reader.FaultOffset;
        segment.File.Truncate(reader.FaultOffset);
        segment.Length = reader.FaultOffset;
        logger.TornTailCut(segment.Path, reader.FaultOffset, bytes, fault);
    }

    private void CleanUp(List<SegmentFiles.Found> superseded)
    {
        foreach (var path in names.ListUnfinished().Concat(superseded.Select(file => file.Path)))
        {
            names.Files.Delete(path);
            logger.LeftoverRemoved(path);
        }
    }
}
