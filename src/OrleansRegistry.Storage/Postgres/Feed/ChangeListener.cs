using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// Hears on one connection what other processes commit. When that is lost, it is made again, and meanwhile the feed looks by itself.
/// </summary>
internal sealed class ChangeListener(PostgresDatabase database, PostgresFeed feed, Func<Guid> ownWriter, ILogger logger) : IAsyncDisposable
{
    private NpgsqlConnection? listening;

    /// <summary>Begins to listen, or listens until something is heard. Called by one loop.</summary>
    public async Task RoundAsync(CancellationToken cancellationToken)
    {
        try
        {
            await (listening is null ? BeginAsync(cancellationToken) : listening.WaitAsync(cancellationToken));
        }
        catch
        {
            feed.Hear(long.MaxValue);
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives the connection back. Called by the loop, or once that has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (listening is { } connection)
        {
            listening = null;
            await connection.DisposeAsync();
        }
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        listening = await database.Source.OpenConnectionAsync(cancellationToken);
        listening.Notification += (_, notification) => Hear(notification.Payload);
        await using var command = new NpgsqlCommand($"LISTEN {feed.Table.Channel}", listening);
        await command.ExecuteNonQueryAsync(cancellationToken);
        logger.Listening(database.Description);
        feed.Hear(long.MaxValue);

        // It may be another database than the one to which the last connection was.
        await feed.History.CheckAsync().WaitAsync(cancellationToken);
    }

    /// <summary>The payload is the last revision and the id of its writer; this process's own writes reach the feed directly, with more detail.</summary>
    private void Hear(string payload)
    {
        var space = payload.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || !long.TryParse(payload.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out var revision))
        {
            feed.Hear(long.MaxValue);
        }
        else if (!Guid.TryParse(payload.AsSpan(space + 1), out var writer) || writer != ownWriter())
        {
            feed.Hear(revision);
        }
    }
}
