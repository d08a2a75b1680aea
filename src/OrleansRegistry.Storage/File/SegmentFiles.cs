using System.Globalization;

namespace OrleansRegistry.Storage.Files;

/// <summary>The segments' names in their folder, and how a new one comes to be there in one step.</summary>
internal sealed class SegmentFiles(string folder, IFileSystem files)
{
    public const string CompactedSuffix = ".compacted.seg";

    private const string Prefix = "log-";
    private const string Suffix = ".seg";
    private const string Unfinished = ".tmp";

    public string Folder => folder;

    public IFileSystem Files => files;

    /// <summary><c>log-0000000007.seg</c>, or <c>log-0000000007.compacted.seg</c> for what stands for segments 1 to 7.</summary>
    public string PathOf(long id, bool compacted) =>
        Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{id:D10}{(compacted ? CompactedSuffix : Suffix)}"));

    /// <summary>All segments in the folder, in no order.</summary>
    /// <exception cref="StoreStartException">A file is called like a segment, but not quite.</exception>
    public IReadOnlyList<Found> List() =>
    [
        .. Directory.EnumerateFiles(folder, $"{Prefix}*{Suffix}").Select(path =>
        {
            var name = Path.GetFileName(path);
            var compacted = name.EndsWith(CompactedSuffix, StringComparison.Ordinal);
            var digits = name[Prefix.Length..^(compacted ? CompactedSuffix : Suffix).Length];
            return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && PathOf(id, compacted) == path
                ? new Found(path, id, compacted)
                : throw new StoreStartException($"{path} is not a name that the log uses. Move the file out of the data folder.");
        }),
    ];

    public IReadOnlyList<string> ListUnfinished() => [.. Directory.EnumerateFiles(folder, $"{Prefix}*{Suffix}{Unfinished}")];

    /// <summary>Creates an ordinary segment with nothing but its header, durable with its name.</summary>
    /// <exception cref="DirectoryFlushException">It is there, but its name may not be durable.</exception>
    public Segment CreateEmpty(long id, VersionCounters counters)
    {
        var header = new SegmentHeader(id, id, counters.Copy());
        var path = PathOf(id, compacted: false);
        var file = CreateUnfinished(path, header);
        try
        {
            file.Flush();
            Publish(path);
            return new Segment(file, path, header, SegmentHeader.Bytes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Begins a file that becomes <paramref name="path"/> with <see cref="Publish"/>.</summary>
    public ILogFile CreateUnfinished(string path, SegmentHeader header)
    {
        var file = files.Create(path + Unfinished);
        try
        {
            file.Write(header.ToBytes(), 0);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Gives a file that is written and flushed its name.</summary>
    /// <exception cref="DirectoryFlushException">It has the name, but that may not be durable.</exception>
    public void Publish(string path)
    {
        files.Rename(path + Unfinished, path);
        try
        {
            files.FlushDirectory(folder);
        }
        catch (Exception fault) when (DiskFault.Is(fault))
        {
            throw new DirectoryFlushException($"The folder {folder} could not be made durable: {fault.Message}", fault);
        }
    }

    public void DeleteUnfinished(string path) => files.Delete(path + Unfinished);

    internal sealed record Found(string Path, long Id, bool Compacted);
}

/// <summary>A new name in the folder is there now, and may be gone after a loss of power.</summary>
internal sealed class DirectoryFlushException(string message, Exception inner) : IOException(message, inner);
