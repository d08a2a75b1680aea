using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// Detects that the database is no longer the one that this process knows: a backup was restored, or a server took over that lacks the newest
/// commits. Such a database lacks something that was seen to be committed, or has something else in its place: the commit of agents up to which the
/// feed has come, named by its revision and time, or the last batch of a writer. Every look at the feed asks for both.
/// </summary>
internal sealed class DatabaseHistory(PostgresDatabase database, RecordTable table, FeedBuffer buffer, TimeProvider time, ILogger logger)
{
    private readonly Lock gate = new();
    private readonly ConcurrentDictionary<Guid, long> batches = new();
    private long looked;

    /// <summary>Another number after each time that the database was found to be another one.</summary>
    public long Number => buffer.History;

    /// <summary>How long nobody has looked.</summary>
    public TimeSpan SinceLook => time.GetElapsedTime(Volatile.Read(ref looked));

    /// <summary>Begins with what is there now.</summary>
    /// <exception cref="RegistryException">The database cannot be asked.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var found = await database.RunAsync((connection, token) => FoundHistory.ReadAsync(connection, table, mark: 0, token), cancellationToken);
        buffer.Start(found.Revision, found.At);
        Remember(found);
    }

    /// <summary>A writer of this process has committed.</summary>
    public void Committed(Guid writer, long batch) => batches[writer] = batch;

    /// <summary>What is known before the database is asked, as more may be committed meanwhile.</summary>
    public KnownHistory Known => new(buffer.Mark, [.. batches]);

    /// <summary>Compares what was known with what was found after that.</summary>
    /// <exception cref="HistoryChangedException">The database has another history; the feed restarts with it.</exception>
    public void Judge(KnownHistory known, FoundHistory found)
    {
        Volatile.Write(ref looked, time.GetTimestamp());
        lock (gate)
        {
            if (known.Mark.History != buffer.History)
            {
                throw new HistoryChangedException();
            }

            var contradiction = found.Contradiction(known);
            if (contradiction is not null)
            {
                buffer.Restart(found.Revision, found.At);
                batches.Clear();
                logger.AnotherHistory(database.Description, contradiction);
            }

            Remember(found);
            if (contradiction is not null)
            {
                throw new HistoryChangedException();
            }

            buffer.Confirm(known.Mark, found.MarkAt);
        }
    }

    /// <summary>Looks now; <see cref="Number"/> tells what came of it.</summary>
    /// <exception cref="NpgsqlException">The database cannot be asked.</exception>
    public async Task CheckAsync()
    {
        var known = Known;
        var found = await database.RunRawAsync(
            (connection, token) => FoundHistory.ReadAsync(connection, table, known.Mark.Position, token),
            CancellationToken.None);
        try
        {
            Judge(known, found);
        }
        catch (HistoryChangedException)
        {
            // Who asked compares the number.
        }
    }

    private void Remember(FoundHistory found)
    {
        foreach (var writer in found.Writers)
        {
            if (writer.IsRecent)
            {
                batches.AddOrUpdate(writer.Id, writer.Batch, (_, known) => Math.Max(known, writer.Batch));
            }
            else if (batches.TryGetValue(writer.Id, out var known) && known <= writer.Batch)
            {
                // Its row is swept some day.
                batches.TryRemove(new KeyValuePair<Guid, long>(writer.Id, known));
            }
        }
    }
}
