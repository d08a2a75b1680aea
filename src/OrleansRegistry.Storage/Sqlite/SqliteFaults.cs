using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OrleansRegistry.Storage.Sqlite;

/// <summary>What a fault of SQLite means, and how to tell people.</summary>
internal static class SqliteFaults
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    public static bool Is(Exception fault) => fault is SqliteException or IOException or UnauthorizedAccessException;

    /// <summary>True where one record is to blame, and not the database: too large, or not unique.</summary>
    public static bool IsOfRecord(SqliteException fault) => fault.SqliteErrorCode is raw.SQLITE_TOOBIG or raw.SQLITE_CONSTRAINT;

    public static bool IsNotUnique(SqliteException fault) =>
        fault.SqliteExtendedErrorCode is raw.SQLITE_CONSTRAINT_UNIQUE or raw.SQLITE_CONSTRAINT_PRIMARYKEY;

    /// <summary>
    /// True where the file cannot be relied on until it is opened again: it is damaged, or the system may have dropped what it was asked to put on the
    /// disk.
    /// </summary>
    public static bool StopsWrites(SqliteException fault) =>
        fault.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB
            || fault.SqliteExtendedErrorCode is raw.SQLITE_IOERR_FSYNC or raw.SQLITE_IOERR_DIR_FSYNC;

    /// <summary>The message for callers, without the database's path.</summary>
    public static RegistryException Translate(string store, Exception fault, bool writing)
    {
        var end = writing ? " Nothing was stored" : "";
        return (fault as SqliteException)?.SqliteErrorCode switch
        {
            raw.SQLITE_FULL => new RegistryException(
                RegistryError.StorageFull,
                $"The {store} has no room left: the disk is full.{end}; free some space.",
                innerException: fault)
            {
                RetryAfter = TimeSpan.FromSeconds(30),
            },
            raw.SQLITE_READONLY => Unavailable($"The {store} cannot be written to: the disk or the file is read-only.{end}."),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => Unavailable($"The {store} is locked by another program.{end}; try again shortly."),
            raw.SQLITE_CORRUPT or raw
                .SQLITE_NOTADB => Unavailable($"The {store} is damaged; the registry's log says where.{(writing ? end + "." : "")}"),
            _ => Unavailable($"The {store} could not {(writing ? "write" : "read")}; the registry's log says why.{(writing ? end + "." : "")}"),
        };

        RegistryException Unavailable(string message) => new(RegistryError.Unavailable, message, innerException: fault) { RetryAfter = RetryAfter };
    }

    /// <summary>Why a copy of a database could not be written, without its path.</summary>
    public static RegistryException TranslateCopy(SqliteException fault) => fault.SqliteErrorCode == raw.SQLITE_FULL
        ? new RegistryException(
            RegistryError.StorageFull,
            "The disk has no room left for the copy of the database: free some space, or name another folder for temporary files.",
            innerException: fault)
        : new RegistryException(
            RegistryError.Unavailable,
            "The copy of the database could not be written; the registry's log says why.",
            innerException: fault);

    /// <summary>Why a store does not open, and what to do.</summary>
    public static StoreStartException Start(string store, string folder, Exception fault) => new(
        (fault as SqliteException)?.SqliteErrorCode switch
        {
            raw.SQLITE_NOTADB => $"The {store} is not an SQLite database, or its beginning is damaged. Move it away, or put a backup in its place.",
            raw.SQLITE_CORRUPT => $"The {store} is damaged ({fault.Message}). Put a backup in its place.",
            raw.SQLITE_FULL => $"The {store} cannot be opened: the disk is full. Free some space.",
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => $"The {store} is locked by another program: close it.",
            raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN => $"The {store} cannot be written to ({fault.Message}). Give this user the right to read "
                + $"and write the folder {folder} and all its files.",
            _ => $"The data folder {folder} cannot be used ({fault.Message}). "
                + "Make it a folder that this user may read and write, with space left, or name another one.",
        },
        fault);
}
