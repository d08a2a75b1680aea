using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Storage.Postgres;

internal static partial class PostgresStoreLog
{
    [LoggerMessage(LogLevel.Information, "Opened the {Store}: revision {Revision}, in {Milliseconds} ms.")]
    public static partial void StoreOpened(this ILogger logger, string store, long revision, long milliseconds);

    [LoggerMessage(LogLevel.Warning, "The {Store} failed ({Fault}): try {Attempt} of {MaxRetries} follows in {Milliseconds:F0} ms.")]
    public static partial void Retrying(this ILogger logger, string store, string fault, int attempt, int maxRetries, double milliseconds);

    [LoggerMessage(LogLevel.Warning, "The {Store} could not answer; the caller got an error.")]
    public static partial void CannotAnswer(this ILogger logger, Exception fault, string store);

    [LoggerMessage(LogLevel.Error, "The {Store}: a batch of {Writes} writes failed; their callers got an error.")]
    public static partial void BatchFailed(this ILogger logger, Exception fault, string store, int writes);

    [LoggerMessage(LogLevel.Warning, "The {Store}: the connection was lost at commit of {Writes} writes; read back: {Outcome}.")]
    public static partial void OutcomeResolved(this ILogger logger, string store, int writes, string outcome);

    [LoggerMessage(
        LogLevel.Error,
        "The {Store}: the outcome of {Writes} writes is unknown: the connection was lost at commit, and they could not be read back.")]
    public static partial void OutcomeUnknown(this ILogger logger, Exception fault, string store, int writes);

    [LoggerMessage(
        LogLevel.Warning,
        "The {Store} refused the query columns of {Kind} {Tenant}/{Id} ({Fault}): they stay empty, and the document is stored.")]
    public static partial void ColumnsLeftEmpty(this ILogger logger, string store, RecordKind kind, string tenant, string id, string fault);

    [LoggerMessage(LogLevel.Error, "The {Store} is not the database that it was: {Contradiction}. Was a backup restored, or did a standby take over "
        + "that lacks the newest writes? All that is held in memory is read again.")]
    public static partial void AnotherHistory(this ILogger logger, string store, string contradiction);

    [LoggerMessage(LogLevel.Information, "The {Store}: listening for changes.")]
    public static partial void Listening(this ILogger logger, string store);

    [LoggerMessage(
        LogLevel.Information,
        "The {Store}: removed up to {Count} old deletions and entries of the log; the feed now begins at revision {Horizon}.")]
    public static partial void TombstonesRemoved(this ILogger logger, string store, long count, long horizon);

    [LoggerMessage(LogLevel.Information, "Migration {Migration} applied ({Direction}) to the {Store}.")]
    public static partial void MigrationApplied(this ILogger logger, string migration, string direction, string store);
}
