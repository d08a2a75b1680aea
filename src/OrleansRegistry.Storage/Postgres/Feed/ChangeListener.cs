using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// Hears on one connection what other processes commit, of all kinds. When that is lost, it is made again, and meanwhile the feeds look by themselves.
/// </summary>
internal sealed class ChangeListener(PostgresDatabase database, IReadOnlyList<FollowedKind> kinds, DatabaseHistory history, ILogger logger)
    : IAsyncDisposable
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
            HearOfAll();
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
        listening.Notification += (_, notification) =>
        {
            if (kinds.FirstOrDefault(kind => kind.Feed.Table.Channel == notification.Channel) is { } kind)
            {
                Hear(kind, notification.Payload);
            }
        };
        await using var batch = new NpgsqlBatch(listening);
        foreach (var kind in kinds)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"LISTEN {kind.Feed.Table.Channel}"));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        logger.Listening(database.Description);
        HearOfAll();

        // It may be another database than the one to which the last connection was.
        await history.CheckAsync().WaitAsync(cancellationToken);
    }

    /// <summary>The payload is the last revision and the id of its writer; this process's own writes reach the feed directly, with more detail.</summary>
    private static void Hear(FollowedKind kind, string payload)
    {
        var space = payload.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || !long.TryParse(payload.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out var revision))
        {
            kind.Feed.Hear(long.MaxValue);
        }
        else if (!Guid.TryParse(payload.AsSpan(space + 1), out var writer) || writer != kind.Writes.WriterId)
        {
            kind.Feed.Hear(revision);
        }
    }

    private void HearOfAll()
    {
        foreach (var kind in kinds)
        {
            kind.Feed.Hear(long.MaxValue);
        }
    }
}
