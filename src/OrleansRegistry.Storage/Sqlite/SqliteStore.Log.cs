using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage.Sqlite;

internal static partial class SqliteStoreLog
{
    [LoggerMessage(
        LogLevel.Information,
        "Opened the {Store}: {Bytes} bytes, SQLite {Version}, in {Milliseconds} ms, {CheckMilliseconds} of them to check the file.")]
    public static partial void StoreOpened(this ILogger logger, string store, long bytes, string version, long milliseconds, long checkMilliseconds);

    [LoggerMessage(LogLevel.Warning, "Opened the {Store}: it keeps everything in memory, and NOTHING IS KEPT when this process ends.")]
    public static partial void NothingIsKept(this ILogger logger, string store);

    [LoggerMessage(LogLevel.Warning, "The {Store} is open to other users of this machine: {Opening}")]
    public static partial void OpenToOthers(this ILogger logger, string store, string opening);

    [LoggerMessage(LogLevel.Error, "The {Store}: a batch of {Writes} writes could not be stored; their callers got an error.")]
    public static partial void BatchFailed(this ILogger logger, Exception fault, string store, int writes);

    [LoggerMessage(LogLevel.Critical, "The {Store} accepts no more writes until it is restarted: {Reason}")]
    public static partial void WritesStopped(this ILogger logger, Exception fault, string store, string reason);

    [LoggerMessage(LogLevel.Error, "The {Store} could not read; the caller got an error.")]
    public static partial void ReadFailed(this ILogger logger, Exception fault, string store);

    [LoggerMessage(LogLevel.Warning, "The {Store} could not move its write-ahead log into the database when it closed; the next start does it.")]
    public static partial void NotCheckpointed(this ILogger logger, Exception fault, string store);

    [LoggerMessage(LogLevel.Information, "Migration {Migration} applied ({Direction}) to the {Store}.")]
    public static partial void MigrationApplied(this ILogger logger, string migration, string direction, string store);
}
