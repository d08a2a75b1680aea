using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Storage;

namespace OrleansRegistry.Directory;

/// <summary>
/// All agents of all tenants in this node's memory, indexed. It is fed by one <see cref="DirectoryFeed"/>, and by this node's own writes before the
/// feed has come to them; reads may come from any number of threads, take no locks and touch no disk.
/// </summary>
public sealed partial class AgentDirectory(ExtensionPolicy policy, AgentDecoder decoder, UnreadableRecords faulty, ILogger<AgentDirectory> logger)
{
    private const int LoadChunk = 256;

    private readonly RevisionGate gate = new();
    private readonly ChangeLog log = new();
    private readonly Lock writing = new();
    private volatile DirectoryContents held = new();

    /// <summary>The registry revision up to which changes are taken in.</summary>
    public long Revision => gate.Position.Revision;

    /// <summary>The history of the store (<see cref="IRecordStore.History"/>) that the agents are of.</summary>
    public long History => gate.Position.History;

    /// <summary>
    /// Completes once <see cref="Revision"/> is at least <paramref name="atLeast"/>, of <paramref name="history"/> or of a later one.
    /// </summary>
    /// <exception cref="TimeoutException">It did not come within <paramref name="patience"/>.</exception>
    public Task WaitForRevisionAsync(long history, long atLeast, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken) =>
        gate.WaitAsync(new RegistryPosition(history, atLeast), patience, time, cancellationToken);

    /// <summary>The number of agents, of all tenants.</summary>
    public long Count => held.Tenants.Sum(tenant => (long)tenant.Value.Count);

    /// <summary>The agent, or null.</summary>
    public AgentRecord? Find(string tenant, string id) => Of(tenant).Find(id)?.Record;

    /// <summary>The agents that are public, of those tenants that have some, in the order of their names.</summary>
    internal IEnumerable<(string Tenant, IEnumerable<AgentEntry> Agents)> Public => held.Tenants.Where(tenant => !tenant.Value.Public.IsEmpty)
        .OrderBy(tenant => tenant.Key, StringComparer.Ordinal)
        .Select(tenant => (tenant.Key, tenant.Value.Public.Values.OrderBy(slot => slot.Id, StringComparer.Ordinal)
            .Select(slot => slot.Entry).OfType<AgentEntry>().Where(entry => entry.Record.Visibility == AgentVisibility.Public)));

    /// <summary>The agents to which the registry passes messages on, of all tenants.</summary>
    internal IEnumerable<AgentRecord> Forwarded => Of(tenant => tenant.Forwarded);

    /// <summary>The agents whose cards are fetched anew on a schedule, of all tenants.</summary>
    internal IEnumerable<AgentRecord> Refreshed => Of(tenant => tenant.Refreshed);

    /// <summary>What is known of agents' tasks; null where nothing is.</summary>
    internal IAgentActivities? Activities { get; set; }

    /// <summary>What other records say of agents.</summary>
    internal AgentVerdicts Verdicts { get; } = new();

    /// <summary>Whether there is such an agent, and its record cannot be read.</summary>
    internal bool IsUnreadable(string tenant, string id) => held.Unreadable.ContainsKey(new RecordKey(tenant, id));

    /// <summary>The agents with a lease, or an instance with one, of all tenants.</summary>
    internal IEnumerable<AgentRecord> Leased => Of(tenant => tenant.Leased);

    /// <summary>Throws where there is such an agent, and its record cannot be read.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public void ThrowIfUnreadable(string tenant, string id)
    {
        if (held.Unreadable is { IsEmpty: false } unreadable && unreadable.TryGetValue(new RecordKey(tenant, id), out var reason))
        {
            throw new RegistryException(RegistryError.Unreadable, reason.Message, innerException: reason);
        }
    }

    /// <summary>
    /// Takes in an agent that this node has just written, unless the feed has come that far. <see cref="Revision"/> stays: what others wrote before
    /// may still be missing.
    /// </summary>
    /// <param name="card">What was read from the record's card; null where that was not.</param>
    /// <param name="history">The store's history before the write: of another one, nothing is taken in.</param>
    internal void TakeIn(AgentRecord record, AgentCard? card, long history)
    {
        var contents = held;
        if (record.Revision <= Revision)
        {
            return;
        }

        var entry = EntryOf(record, card, contents);
        lock (writing)
        {
            if (History == history && record.Revision > Revision)
            {
                log.Ahead(new RecordKey(record.Tenant, record.Id), held.Of(record.Tenant).Find(record.Id));
                held.Put(entry);
            }
        }
    }

    /// <summary>Takes out an agent that this node has just removed, as <see cref="TakeIn"/> takes in.</summary>
    internal void TakeOut(string tenant, string id, long revision, long history)
    {
        lock (writing)
        {
            if (History == history && revision > Revision)
            {
                var key = new RecordKey(tenant, id);
                log.Ahead(key, held.Of(tenant).Find(id));
                held.Remove(key, revision);
                held.Removed[key] = Math.Max(revision, held.Removed.GetValueOrDefault(key));
            }
        }
    }

    /// <summary>Takes in changes in commit order. Called by one thread at a time.</summary>
    internal void Apply(ChangeBatch batch)
    {
        var contents = held;
        var entries = new AgentEntry?[batch.Changes.Count];
        foreach (var (i, change) in batch.Changes.Index())
        {
            if (contents.Of(change.Key.Tenant).Find(change.Key.Id) is { } known && known.Record.Revision >= change.Revision)
            {
                // What this node wrote itself need not be read again.
                entries[i] = known;
            }
            else if (change.Body is { } body)
            {
                entries[i] = TryRead(new StoredRecord(change.Key, change.Revision, body), contents);
            }
        }

        lock (writing)
        {
            foreach (var (i, change) in batch.Changes.Index())
            {
                var before = contents.Of(change.Key.Tenant).Find(change.Key.Id);
                if (entries[i] is { } entry)
                {
                    contents.Put(entry);
                }
                else
                {
                    contents.Remove(change.Key, change.Revision, isUnreadable: change.Body is not null);
                }

                log.Add(change.Key, change.Revision, before, contents.Of(change.Key.Tenant).Find(change.Key.Id));
            }

            contents.Forget(batch.Revision);
            log.Advance(batch.Revision);
            gate.Advance(gate.Position with { Revision = batch.Revision });
        }
    }

    /// <summary>Takes in a picture from the store, of the history that is held. Called by one thread at a time.</summary>
    internal async Task<int> LoadAsync(RecordSnapshot snapshot, CancellationToken cancellationToken)
    {
        var contents = held;
        contents.Unreadable.Clear();
        var found = await FillAsync(contents, snapshot, cancellationToken);
        lock (writing)
        {
            var ahead = contents.Removed.Values.DefaultIfEmpty().Max();
            foreach (var (tenant, index) in contents.Tenants)
            {
                foreach (var slot in index.All.After(null))
                {
                    ahead = Math.Max(ahead, slot.Entry?.Record.Revision ?? 0);
                    if (!found.Contains(new RecordKey(tenant, slot.Id)))
                    {
                        index.Remove(slot.Id, snapshot.Revision + 1);
                    }
                }
            }

            contents.Forget(snapshot.Revision);
            log.Restart(gate.Position with { Revision = snapshot.Revision }, ahead);
            gate.Advance(gate.Position with { Revision = snapshot.Revision });
        }

        return found.Count;
    }

    /// <summary>Puts a picture from the store, of another history, in the place of all that is held. Called by one thread at a time.</summary>
    internal async Task<int> ReplaceAsync(RecordSnapshot snapshot, long history, CancellationToken cancellationToken)
    {
        var contents = new DirectoryContents();
        var found = await FillAsync(contents, snapshot, cancellationToken);
        lock (writing)
        {
            held = contents;
            log.Restart(new RegistryPosition(history, snapshot.Revision));
            gate.Advance(new RegistryPosition(history, snapshot.Revision));
        }

        return found.Count;
    }

    private async Task<HashSet<RecordKey>> FillAsync(DirectoryContents contents, RecordSnapshot snapshot, CancellationToken cancellationToken)
    {
        var found = new HashSet<RecordKey>();
        // Cards are read on all processors, and taken in by one.
        var reading = new Queue<Task<AgentEntry?[]>>();
        await foreach (var chunk in snapshot.Records.Chunk(LoadChunk).WithCancellation(cancellationToken))
        {
            reading.Enqueue(Task.Run(() => Array.ConvertAll(chunk, stored => TryRead(stored, contents)), cancellationToken));
            if (reading.Count > Environment.ProcessorCount)
            {
                TakeIn(await reading.Dequeue());
            }
        }

        while (reading.TryDequeue(out var last))
        {
            TakeIn(await last);
        }

        return found;

        void TakeIn(AgentEntry?[] entries)
        {
            lock (writing)
            {
                foreach (var entry in entries.OfType<AgentEntry>())
                {
                    found.Add(new RecordKey(entry.Record.Tenant, entry.Record.Id));
                    contents.Put(entry);
                }
            }
        }
    }

    /// <summary>Null where the record cannot be read: that spoils this agent alone.</summary>
    private AgentEntry? TryRead(StoredRecord stored, DirectoryContents contents)
    {
        try
        {
            var entry = EntryOf(decoder.Decode(stored), card: null, contents);
            contents.Unreadable.TryRemove(stored.Key, out _);
            return entry;
        }
#pragma warning disable CA1031 // Whatever it is, it is this record's.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            var reason = fault as RegistryException ?? StoredRecords.Refusal(decoder.Kind, stored.Key, fault);
            contents.Unreadable[stored.Key] = reason;
            faulty.Report(decoder.Kind, stored.Key, reason);
            return null;
        }
    }

    private AgentEntry EntryOf(AgentRecord record, AgentCard? card, DirectoryContents contents)
    {
        var index = contents.Of(record.Tenant);
        var entry = AgentEntry.For(record, card, policy, index.Find(record.Id), index.Text.Generation, out var unusable, Verdicts);
        if (unusable is not null)
        {
            LogUnreadableCard(unusable, LogText.Id(record.Tenant), LogText.Id(record.Id));
        }

        return entry;
    }

    internal TenantIndex Of(string tenant) => held.Of(tenant);

    private IEnumerable<AgentRecord> Of(Func<TenantIndex, ConcurrentDictionary<string, AgentSlot>> some) =>
        held.Tenants.Values.SelectMany(tenant => some(tenant).Values).Select(slot => slot.Entry?.Record).OfType<AgentRecord>();

    [LoggerMessage(LogLevel.Warning, "The stored card of agent {Tenant}/{Id} cannot be read any more: it is found by its id alone")]
    private partial void LogUnreadableCard(Exception fault, string tenant, string id);
}
