using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace OrleansRegistry.Trust.Records;

/// <summary>
/// All small things of trust (keys, users, tenants, …), of all tenants, in this process's memory: fed by one <see cref="TrustFeed"/>, and by this
/// process's own writes ahead of it. Reads take no locks and ask nobody; what another process wrote is seen moments later.
/// </summary>
internal sealed partial class TrustRecords(IRecordStore store, UnreadableRecords faulty, ILogger<TrustRecords> log)
{
    /// <summary>How often a change is made again that met another.</summary>
    private const int Attempts = 20;

    /// <summary>The longest wait before it is made again, in milliseconds; so that those who met do not meet again.</summary>
    private const int LongestPause = 20;

    private readonly Lock writing = new();
    private volatile TrustContents held = new();
    private volatile RegistryPosition position = new(-1, 0);
    private volatile RegistryPosition told = new(-1, 0);
    private volatile Action<TrustChange>[] listeners = [];

    /// <summary>Up to where the changes of the store are taken in, and all that listen were told; of no history before all were loaded.</summary>
    public RegistryPosition Position => told;

    /// <summary>The record, or null.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>: there is one, and it cannot be read.</exception>
    public TrustRecord<T>? Find<T>(TrustType<T> type, string tenant, string id)
        where T : class => held.Find(type.Name, tenant, id) is { } record ? TryRead(type, record, out _) ?? record.Read(type) : null;

    /// <summary>The record, or null, also where there is one that cannot be read: for who asks too often for exceptions.</summary>
    public TrustRecord<T>? TryFind<T>(TrustType<T> type, string tenant, string id, out bool isUnreadable)
        where T : class => TryRead(type, held.Find(type.Name, tenant, id), out isUnreadable);

    /// <summary>Those of a tenant, in the order of their ids. Those that cannot be read are left out.</summary>
    public IReadOnlyList<TrustRecord<T>> All<T>(TrustType<T> type, string tenant)
        where T : class => [.. Readable(type, held.All(type.Name, tenant)).OrderBy(record => record.Id, StringComparer.Ordinal)];

    /// <summary>Those of all tenants, in no order. Those that cannot be read are left out.</summary>
    public IEnumerable<TrustRecord<T>> All<T>(TrustType<T> type)
        where T : class => Readable(type, held.All(type.Name));

    /// <summary>
    /// Has a function called for as long as this lives, after a record was written or removed, here or elsewhere: <see cref="Find"/> then finds it as
    /// it is, or a later one. It may be called twice for one change, and must neither throw nor wait.
    /// </summary>
    public void OnChange(Action<TrustChange> listener)
    {
        lock (writing)
        {
            listeners = [.. listeners, listener];
        }
    }

    /// <summary>The record as the store has it now, for callers that must be sure; null where there is none.</summary>
    /// <exception cref="RegistryException">It cannot be read, or the store cannot be asked.</exception>
    public async ValueTask<TrustRecord<T>?> ReadAsync<T>(TrustType<T> type, string tenant, string id, CancellationToken cancellationToken = default)
        where T : class
    {
        var history = store.History;
        if (await store.ReadAsync(TrustKind.Kind, TrustKind.KeyOf(type.Name, tenant, id), cancellationToken) is not { } stored)
        {
            return null;
        }

        TakeIn(stored.Key, stored.Version, stored.Body.Document, history);
        return HeldTrust.Read(type, stored, id);
    }

    /// <summary>Writes a record, durably, if it is still as <paramref name="before"/> (null: if there is none). This process sees it at once.</summary>
    /// <exception cref="InconsistentStateException">It is not.</exception>
    /// <exception cref="RegistryException">An id is not valid, or the store takes no writes.</exception>
    public async ValueTask<TrustRecord<T>> WriteAsync<T>(
        TrustType<T> type, string tenant, string id, T value, TrustRecord<T>? before, CancellationToken cancellationToken = default)
        where T : class
    {
        var key = TrustKind.KeyOf(type.Name, tenant, id);
        Identifiers.CheckTenant(tenant);
        Identifiers.CheckId(key.Id, "id");
        var unknown = before?.Unknown ?? default;
        var document = FieldsWriter.Write((type, value, unknown), static (json, written) =>
        {
            written.type.Write(json, written.value);
            StoredObject.WriteUnknown(json, written.unknown);
        });
        var body = new RecordBody(document, default);
        var history = store.History;
        long version;
        try
        {
            version = await store.WriteAsync(TrustKind.Kind, key, before?.Version ?? 0, body, cancellationToken);
        }
        catch (RecordOutcomeUnknownException)
        {
            var stored = await store.ReadAsync(TrustKind.Kind, key, cancellationToken);
            version = stored?.Body.Document == document
                ? stored.Version
                : throw RecordRules.Conflict(TrustKind.Kind, key, stored?.Version ?? 0, before?.Version ?? 0);
        }

        TakeIn(key, version, document, history);
        return new TrustRecord<T>(tenant, id, value, version) { Unknown = unknown };
    }

    /// <summary>Changes a record from what it is to what <paramref name="change"/> makes of that, again where another change came between.</summary>
    /// <param name="change">Gets null where there is none; the same object that it got writes nothing, and null removes it. What it throws is
    /// thrown.</param>
    /// <returns>The record as it is then; null where there is none.</returns>
    /// <exception cref="RegistryException"><see cref="RegistryError.Busy"/>: others change it all the time; or as of the others.</exception>
    public async ValueTask<TrustRecord<T>?> ChangeAsync<T>(
        TrustType<T> type, string tenant, string id, Func<T?, T?> change, CancellationToken cancellationToken = default)
        where T : class
    {
        var before = Find(type, tenant, id);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var after = change(before?.Value);
            if (ReferenceEquals(after, before?.Value))
            {
                return before;
            }

            try
            {
                if (after is not null)
                {
                    return await WriteAsync(type, tenant, id, after, before, cancellationToken);
                }

                await DeleteAsync(type.Name, tenant, id, before!.Version, cancellationToken);
                return null;
            }
            catch (InconsistentStateException)
            {
                await Task.Delay(Random.Shared.Next(Math.Min(attempt * 2, LongestPause)), cancellationToken);
                before = await ReadAsync(type, tenant, id, cancellationToken);
            }
        }

        throw new RegistryException(RegistryError.Busy, $"The {type.Name} '{id}' is being changed all the time: try again.")
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };
    }

    /// <summary>Removes a record, whatever it is now, also where it cannot be read.</summary>
    /// <returns>False where there was none.</returns>
    public async ValueTask<bool> DeleteAsync<T>(TrustType<T> type, string tenant, string id, CancellationToken cancellationToken = default)
        where T : class
    {
        for (var attempt = 0; ; attempt++)
        {
            if (await store.ReadAsync(TrustKind.Kind, TrustKind.KeyOf(type.Name, tenant, id), cancellationToken) is not { } stored)
            {
                return false;
            }

            try
            {
                await DeleteAsync(type.Name, tenant, id, stored.Version, cancellationToken);
                return true;
            }
            catch (InconsistentStateException) when (attempt < Attempts)
            {
                // Somebody else has written it meanwhile.
            }
        }
    }

    /// <summary>Takes in changes in commit order. Called by one thread at a time.</summary>
    internal void Apply(ChangeBatch batch)
    {
        var changed = new List<TrustChange>(batch.Changes.Count);
        lock (writing)
        {
            foreach (var change in batch.Changes)
            {
                if (held.Put(change.Key, change.Revision, change.Body?.Document, isAhead: false) is { } told)
                {
                    changed.Add(told);
                }
            }

            position = position with { Revision = batch.Revision };
        }

        Tell(changed);
        told = position;
    }

    /// <summary>Takes in all that the store has; what is held and not there goes. Called by one thread at a time.</summary>
    /// <param name="history">Of which the snapshot is: nothing is kept of another.</param>
    internal async Task<int> LoadAsync(RecordSnapshot snapshot, long history, CancellationToken cancellationToken)
    {
        var found = new List<StoredRecord>();
        await foreach (var stored in snapshot.Records.WithCancellation(cancellationToken))
        {
            found.Add(stored);
        }

        var contents = new TrustContents();
        foreach (var stored in found)
        {
            contents.Put(stored.Key, stored.Version, stored.Body.Document, isAhead: false);
        }

        TrustContents before;
        lock (writing)
        {
            before = held;
            if (position.History == history)
            {
                foreach (var own in before.All().Where(own => own.Version > snapshot.Revision))
                {
                    contents.Put(own.Key, own.Version, own.Document, isAhead: true);
                }
            }

            held = contents;
            position = new RegistryPosition(history, snapshot.Revision);
        }

        Tell(before.All().Concat(contents.All()).Select(record => record.Change).Distinct());
        told = position;
        return found.Count;
    }

    private async ValueTask DeleteAsync(string type, string tenant, string id, long version, CancellationToken cancellationToken)
    {
        var key = TrustKind.KeyOf(type, tenant, id);
        var history = store.History;
        var revision = await store.DeleteAsync(TrustKind.Kind, key, version, cancellationToken);
        faulty.Forget(TrustKind.Kind, key);
        TakeIn(key, revision, document: null, history);
    }

    /// <summary>Takes in what this process wrote or has just read, unless the feed has come that far.</summary>
    private void TakeIn(RecordKey key, long version, RawJson? document, long history)
    {
        lock (writing)
        {
            if (position.History == history && version > position.Revision)
            {
                held.Put(key, version, document, isAhead: true);
            }
        }

        // Also where the feed was there before: whoever it tells may not have heard yet.
        if (TrustKind.Parts(key.Id) is { } parts)
        {
            Tell([new TrustChange(parts.Type, key.Tenant, parts.Id)]);
        }
    }

    private TrustRecord<T>? TryRead<T>(TrustType<T> type, HeldTrust? record, out bool isUnreadable)
        where T : class
    {
        RegistryException? fault = null;
        var read = record?.TryRead(type, out fault);
        if (fault is not null)
        {
            faulty.Report(TrustKind.Kind, record!.Key, fault);
        }

        isUnreadable = fault is not null;
        return read;
    }

    private IEnumerable<TrustRecord<T>> Readable<T>(TrustType<T> type, IEnumerable<HeldTrust> records)
        where T : class => records.Select(record => TryRead(type, record, out _)).OfType<TrustRecord<T>>();

    private void Tell(IEnumerable<TrustChange> changes)
    {
        foreach (var change in changes)
        {
            if (!faulty.IsEmpty)
            {
                faulty.Forget(TrustKind.Kind, TrustKind.KeyOf(change.Type, change.Tenant, change.Id));
            }

            foreach (var listener in listeners)
            {
                try
                {
                    listener(change);
                }
                catch (Exception fault)
                {
                    // The others are to hear of it all the same, and of what follows: it may be that a key was taken back.
                    LogUntold(fault, change.Type);
                }
            }
        }
    }

    [LoggerMessage(
        LogLevel.Error,
        "What follows changes of trust failed at a {Type}: it may go by what is no longer so, until this process starts anew.")]
    private partial void LogUntold(Exception fault, string type);
}
