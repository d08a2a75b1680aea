using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// Detects that the database is no longer the one that this process knows: a backup was restored, or a server took over that lacks the newest
/// commits. Such a database lacks something that was seen to be committed, or has something else in its place: the commit up to which the feed of a
/// kind has come, named by its revision and time, or the last batch of a writer. Every look at a feed asks for all of these.
/// </summary>
/// <param name="kinds">All kinds with a feed: what shows in one of them is so for all.</param>
internal sealed class DatabaseHistory(PostgresDatabase database, IReadOnlyList<FollowedTable> kinds, TimeProvider time, ILogger logger)
{
    private readonly Lock gate = new();
    private long number;
    private readonly ConcurrentDictionary<Guid, long> batches = new();
    private long looked;

    /// <summary>Another number after each time that the database was found to be another one.</summary>
    public long Number => Volatile.Read(ref number);

    /// <summary>Looks where nobody has for so long.</summary>
    public Task WatchAsync(TimeSpan interval, CancellationToken cancellationToken) =>
        time.GetElapsedTime(Volatile.Read(ref looked)) < interval ? Task.CompletedTask : CheckAsync().WaitAsync(cancellationToken);

    /// <summary>Begins with what is there now.</summary>
    /// <exception cref="RegistryException">The database cannot be asked.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var marks = Known.Marks;
        var found = await database.RunAsync((connection, token) => FoundHistory.ReadAsync(connection, Tables, marks, token), cancellationToken);
        foreach (var (place, kind) in kinds.Index())
        {
            kind.Buffer.Start(found.Kinds[place].Revision, found.Kinds[place].At);
        }

        Remember(found);
    }

    /// <summary>A writer of this process has committed.</summary>
    public void Committed(Guid writer, long batch) => batches[writer] = batch;

    /// <summary>The tables of all kinds with a feed.</summary>
    public IReadOnlyList<RecordTable> Tables { get; } = [.. kinds.Select(kind => kind.Table)];

    /// <summary>What is known before the database is asked, as more may be committed meanwhile. The number is read first: it never is of a later history.</summary>
    public KnownHistory Known => new(Number, [.. kinds.Select(kind => kind.Buffer.Mark)], [.. batches]);

    /// <summary>Of what was found, that of one kind.</summary>
    public FoundKind KindOf(FoundHistory found, FollowedTable kind)
    {
        for (var place = 0; place < kinds.Count; place++)
        {
            if (kinds[place] == kind)
            {
                return found.Kinds[place];
            }
        }

        throw new ArgumentException($"The kind '{kind.Table.Kind}' is not followed.", nameof(kind));
    }

    /// <summary>Compares what was known with what was found after that.</summary>
    /// <exception cref="HistoryChangedException">The database has another history; the feeds restart with it.</exception>
    public void Judge(KnownHistory known, FoundHistory found)
    {
        Volatile.Write(ref looked, time.GetTimestamp());
        lock (gate)
        {
            if (known.Number != number)
            {
                throw new HistoryChangedException();
            }

            var contradiction = found.Contradiction(known);
            if (contradiction is not null)
            {
                // The number first: until its feed has begun anew, a reader of the new history is refused, and never gets changes of the old one.
                Volatile.Write(ref number, number + 1);
                foreach (var (place, kind) in kinds.Index())
                {
                    kind.Buffer.Restart(number, found.Kinds[place].Revision, found.Kinds[place].At);
                }

                batches.Clear();
                logger.AnotherHistory(database.Description, contradiction);
            }

            Remember(found);
            if (contradiction is not null)
            {
                throw new HistoryChangedException();
            }

            foreach (var (place, kind) in kinds.Index())
            {
                kind.Buffer.Confirm(known.Marks[place], found.Kinds[place].MarkAt);
            }
        }
    }

    /// <summary>Looks now; <see cref="Number"/> tells what came of it.</summary>
    /// <exception cref="NpgsqlException">The database cannot be asked.</exception>
    public async Task CheckAsync()
    {
        var known = Known;
        var found = await database.RunRawAsync(
            (connection, token) => FoundHistory.ReadAsync(connection, Tables, known.Marks, token),
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
