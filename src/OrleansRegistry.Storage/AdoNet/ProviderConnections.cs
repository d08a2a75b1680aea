using System.Data.Common;
using Npgsql;
using OrleansRegistry.Storage.Postgres;

namespace OrleansRegistry.Storage.AdoNet;

/// <summary>
/// The store's pool as the ADO.NET provider uses it: a connection that cannot be opened is distinguished from one that was lost later, and who
/// calls the provider learns which one it took.
/// </summary>
internal sealed class ProviderConnections(NpgsqlDataSource source) : DbDataSource
{
    private readonly AsyncLocal<Use?> current = new();

    /// <summary>Which connection a call of the provider took.</summary>
    public sealed class Use
    {
        /// <summary>The server's process behind it; 0 while not connected.</summary>
        public int Process { get; set; }
    }

    public override string ConnectionString => source.ConnectionString;

    /// <summary>Notes the next connection that the caller, or what it calls, takes.</summary>
    public Use Watch() => current.Value = new Use();

    protected override DbConnection CreateDbConnection() => source.CreateConnection();

    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            var connection = await source.OpenConnectionAsync(cancellationToken);
            current.Value?.Process = connection.ProcessID;
            return connection;
        }
        catch (Exception fault) when (PostgresFaults.Is(fault))
        {
            throw new NothingSentException(fault);
        }
    }
}

/// <summary>No connection could be opened: the server has received no command.</summary>
internal sealed class NothingSentException(Exception fault) : Exception(fault.Message, fault);
