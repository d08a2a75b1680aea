using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage.Files;

internal static partial class FileStoreLog
{
    [LoggerMessage(1, LogLevel.Information,
        "Opened the file store in {Folder}: {Records} records, revision {Revision}, {Segments} segments of {Bytes} bytes, in {Milliseconds} ms.")]
    public static partial void StoreOpened(
        this ILogger logger, string folder, int records, long revision, int segments, long bytes, long milliseconds);

    [LoggerMessage(2, LogLevel.Warning,
        "{Path}: cut off a torn tail of {Bytes} bytes at offset {Offset} ({Fault}). It was being written when the last run ended, and was never acknowledged.")]
    public static partial void TornTailCut(this ILogger logger, string path, long offset, long bytes, string fault);

    [LoggerMessage(3, LogLevel.Information, "Removed {Path}, left over from a compaction or a new segment that the last run did not finish.")]
    public static partial void LeftoverRemoved(this ILogger logger, string path);

    [LoggerMessage(4, LogLevel.Error, "{Path}: a batch of {Writes} writes could not be stored; their callers were told. The store goes on.")]
    public static partial void WriteFailed(this ILogger logger, Exception fault, string path, int writes);

    [LoggerMessage(9, LogLevel.Error, "{Path}: a record could not be read; its caller was told.")]
    public static partial void ReadFailed(this ILogger logger, Exception fault, string path);

    [LoggerMessage(5, LogLevel.Critical, "{Path}: the store takes no more writes until it is restarted: {Reason}")]
    public static partial void WritesStopped(this ILogger logger, Exception fault, string path, string reason);

    [LoggerMessage(6, LogLevel.Information, "Compacted {Segments} segments of {BytesBefore} bytes into {Path} of {BytesAfter} bytes, in {Milliseconds} ms.")]
    public static partial void Compacted(
        this ILogger logger, int segments, long bytesBefore, string path, long bytesAfter, long milliseconds);

    [LoggerMessage(7, LogLevel.Error, "A compaction failed and was undone; the log serves on as it was, and it is tried again after {Delay}.")]
    public static partial void CompactionFailed(this ILogger logger, Exception fault, TimeSpan delay);

    [LoggerMessage(8, LogLevel.Warning, "{Path} could not be removed; the next start does it.")]
    public static partial void NotRemoved(this ILogger logger, Exception fault, string path);
}
