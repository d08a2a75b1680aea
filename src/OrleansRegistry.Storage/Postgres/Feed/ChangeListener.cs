using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>Hears on one connection what other processes commit. When that is lost, it is made again, and the feed is told to look for itself.</summary>
internal sealed class ChangeListener(PostgresDatabase database, PostgresFeed feed, Func<Guid> ownWriter, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Listens until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; !cancellationToken.IsCancellationRequested;)
        {
            try
            {
                await ListenAsync(() => pause = FirstPause, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (PostgresFaults.Is(fault))
            {
                logger.ListenerLost(fault, database.Description);
                feed.Hear(long.MaxValue);
                await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private async Task ListenAsync(Action listening, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        connection.Notification += (_, notification) => Hear(notification.Payload);
        await using (var command = new NpgsqlCommand($"LISTEN {feed.Table.Channel}", connection))
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        logger.Listening(database.Description);
        listening();
        feed.Hear(long.MaxValue);
        while (true)
        {
            await connection.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The payload is the last revision and the id of its writer; this process's own writer has told the feed more than that.</summary>
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
