using System.Collections.Concurrent;
using Npgsql;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.AdoNet;

/// <summary>
/// Connections that were lost while a change was on its way: the server may still be at it. It is made to end them, and what is read after
/// that is final.
/// </summary>
internal sealed class LostConnections(PostgresDatabase database)
{
    private const string End =
        """
        SELECT coalesce(bool_and(pg_terminate_backend(pid, 10000)), true) FROM pg_stat_activity
        WHERE pid = $1 AND datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
        """;

    private readonly ConcurrentDictionary<int, bool> processes = new();

    /// <param name="process">The server's process of that connection.</param>
    public void Add(int process) => processes[process] = true;

    /// <summary>Completes when the server is done with all of them.</summary>
    /// <exception cref="NpgsqlException">The server cannot be asked, or does not get done.</exception>
    public async Task SettleAsync()
    {
        foreach (var process in processes.Keys)
        {
            if (!await database.RunRawAsync((connection, token) => EndAsync(connection, process, token), CancellationToken.None))
            {
                throw new NpgsqlException($"the server's process {process} does not end");
            }

            processes.TryRemove(process, out _);
        }
    }

    private static async Task<bool> EndAsync(NpgsqlConnection connection, int process, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(End, connection) { Parameters = { new() { Value = process } } };
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
