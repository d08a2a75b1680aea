using System.Net.Sockets;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>What a fault of the database means: whether it may pass, whose it is, and how to tell people.</summary>
internal static class PostgresFaults
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    /// <summary>Anything that the database or the way to it throws.</summary>
    public static bool Is(Exception fault) =>
        fault is NpgsqlException or SocketException or IOException or TimeoutException or ObjectDisposedException;

    /// <summary>True where the same thing may work shortly.</summary>
    public static bool MayPass(Exception fault) => fault switch
    {
        PostgresException refusal => refusal.SqlState is
            PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.LockNotAvailable
            || refusal.SqlState.StartsWith("08", StringComparison.Ordinal),
        NpgsqlException { InnerException: System.Security.Authentication.AuthenticationException } => false,
        NpgsqlException refusal => refusal.IsTransient || refusal.InnerException is IOException or SocketException or TimeoutException,
        _ => fault is SocketException or IOException or TimeoutException,
    };

    /// <summary>True where the server said no and took everything back; false where it may have committed.</summary>
    public static bool IsRolledBack(Exception fault) => fault is PostgresException { Severity: "ERROR" };

    /// <summary>True where what was sent is to blame, and not the server's state.</summary>
    public static bool IsOfData(PostgresException fault) =>
        fault.SqlState[..2] is "22" or "23" or "2F" or "38" or "39" or "44" or "54" or "P0" or "0A"
            || fault.SqlState == PostgresErrorCodes.DatatypeMismatch;

    /// <summary>The message for callers, without the database's address and own message. Nothing was stored.</summary>
    public static RegistryException Translate(Exception fault)
    {
        var (error, what) = fault switch
        {
            PostgresException refusal => Explain(refusal, forCallers: true),
            NpgsqlException when fault.Message.Contains("pool has been exhausted", StringComparison.Ordinal) =>
                (RegistryError.Unavailable, "all connections of the pool are in use (PoolMax)"),
            NpgsqlException { InnerException: TimeoutException } => (RegistryError.Unavailable, "it did not answer in time"),
            NpgsqlException { InnerException: SocketException or IOException } =>
                (RegistryError.Unavailable, "it cannot be reached"),
            _ => (RegistryError.Unavailable, "it failed; the registry's log says how"),
        };
        return new RegistryException(error, $"The {PostgresDatabase.Name} cannot answer: {what}.", innerException: fault)
        {
            RetryAfter = error == RegistryError.Unavailable ? RetryAfter : null,
        };
    }

    /// <summary>Why a store does not open, and what to do.</summary>
    public static StoreStartException Start(string store, Exception fault)
    {
        var advice = fault switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } =>
                "the server refused the user or the password: check both in DATABASE_URL",
            NpgsqlException when fault.Message
                .Contains("password", StringComparison.OrdinalIgnoreCase) => "the server wants a password: give one in DATABASE_URL",
            PostgresException { SqlState: PostgresErrorCodes
                .InvalidCatalogName } => "there is no such database: create it, or name another one in DATABASE_URL",
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refusal =>
                $"the user lacks a right ({refusal.MessageText}): grant it, or run the migrations as the owner of the schema",
            PostgresException { SqlState: PostgresErrorCodes.InvalidSchemaName } =>
                "the user's search_path names no schema that is there: name one in STORAGE__POSTGRES_SCHEMA",
            PostgresException { SqlState: PostgresErrorCodes.ProtocolViolation } refusal when refusal.MessageText
                .Contains("startup parameter", StringComparison.Ordinal) =>
                $"PgBouncer refuses what is sent with the connection ({refusal.MessageText}): leave it out of DATABASE_URL",
            PostgresException refusal => Explain(refusal, forCallers: false).What,
            NpgsqlException { InnerException: System.Security.Authentication.AuthenticationException tls } => $"TLS failed ({tls.Message}): "
                + "check sslmode and certificates",
            _ => $"it cannot be reached ({fault.InnerException?.Message ?? fault.Message}): "
                + "check host and port in DATABASE_URL, and that the server is running",
        };
        return new StoreStartException($"The {store} cannot be opened: {advice}.", fault);
    }

    private static (RegistryError Error, string What) Explain(PostgresException refusal, bool forCallers) => refusal.SqlState switch
    {
        PostgresErrorCodes.DiskFull => (RegistryError.StorageFull, "the database server's disk is full"),
        PostgresErrorCodes.OutOfMemory => (RegistryError.Unavailable, "the database server is out of memory"),
        PostgresErrorCodes.TooManyConnections => (RegistryError.Unavailable, "the server takes no more connections"),
        PostgresErrorCodes.ReadOnlySqlTransaction =>
            (RegistryError.Unavailable, "the server is read-only: a standby, or default_transaction_read_only is on. "
                + "Name the primary in DATABASE_URL"),
        PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown =>
            (RegistryError.Unavailable, "the server is starting up or shutting down"),
        _ when forCallers => (RegistryError.Unavailable, $"it refused ({refusal.SqlState}); the registry's log says why"),
        _ => (RegistryError.Unavailable, $"{refusal.SqlState}: {refusal.MessageText}"),
    };
}
