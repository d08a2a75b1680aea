using System.Text.Json;
using Orleans.Storage;

namespace OrleansRegistry.Snapshots;

/// <summary>The records of snapshots and of their uploads.</summary>
internal sealed class SnapshotIndex(IRecordStore store, UnreadableRecords faulty)
{
    /// <summary>Holds the registry's mark. No tenant has an empty name, and no list shows a record without columns.</summary>
    private static readonly RecordKey MarkKey = new("", "mark");

    private string? mark;

    /// <summary>Whether this registry ever had a file.</summary>
    public async ValueTask<bool> HasMarkAsync(CancellationToken cancellationToken) =>
        mark is not null || await store.ReadAsync(SnapshotUploadKind.Kind, MarkKey, cancellationToken) is not null;

    /// <summary>A random name of this registry's index, made once, which the names of its files begin with.</summary>
    public async ValueTask<string> GetMarkAsync(CancellationToken cancellationToken)
    {
        while (mark is null)
        {
            if (await store.ReadAsync(SnapshotUploadKind.Kind, MarkKey, cancellationToken) is { } stored)
            {
                using var document = JsonDocument.Parse(stored.Body.Document.Utf8);
                mark = document.RootElement.GetProperty("mark").GetString();
                break;
            }

            try
            {
                var made = $$"""{"mark":"{{Guid.NewGuid().ToString("N")[..12]}}"}""";
                var body = new RecordBody(RawJson.FromValid(System.Text.Encoding.UTF8.GetBytes(made)), RawJson.FromValid("{}"u8));
                await store.WriteAsync(SnapshotUploadKind.Kind, MarkKey, 0, body, cancellationToken);
            }
            catch (InconsistentStateException)
            {
                // Another process made it.
            }
        }

        return mark!;
    }

    /// <summary>A new record, or one in place of the version that the caller knows.</summary>
    /// <returns>False where the record has another version.</returns>
    /// <exception cref="RecordOutcomeUnknownException">Nobody knows whether it was stored.</exception>
    public async Task<bool> TryWriteAsync(SnapshotEntry entry, long expectedVersion, CancellationToken cancellationToken)
    {
        var key = KeyOf(entry);
        try
        {
            await store.WriteAsync(SnapshotKind.Kind, key, expectedVersion, SnapshotKind.Write(entry), cancellationToken);
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
        catch (RecordOutcomeUnknownException)
        {
            var stored = await store.ReadAsync(SnapshotKind.Kind, key, CancellationToken.None);
            if (stored is not null && SnapshotKind.Read(stored).ObjectId == entry.ObjectId)
            {
                return true;
            }

            if ((stored?.Version ?? 0) != expectedVersion)
            {
                return false;
            }

            throw;
        }
    }

    /// <returns>False where the record has another version, or is gone.</returns>
    public async Task<bool> TryDeleteAsync(SnapshotEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            await store.DeleteAsync(SnapshotKind.Kind, KeyOf(entry), entry.Version, cancellationToken);
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }

    /// <summary>The snapshot of an owner with this index; null where there is none.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public async Task<SnapshotEntry?> ReadAsync(
        string tenant, string owner, string agentId, string sessionId, long index, CancellationToken cancellationToken)
    {
        var key = SnapshotKind.KeyOf(tenant, owner, agentId, sessionId, index);
        return await store.ReadAsync(SnapshotKind.Kind, key, cancellationToken) is { } stored ? SnapshotKind.Read(stored) : null;
    }

    /// <summary>The first of a list; null where it is empty.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public async Task<SnapshotEntry?> FirstAsync(RecordQuery query, CancellationToken cancellationToken)
    {
        var found = await store.QueryAsync(query, null, 1, cancellationToken);
        return found.Count > 0 ? SnapshotKind.Read(found[0].Record) : null;
    }

    /// <summary>A page of a list; null in the place of one that cannot be read.</summary>
    public async Task<IReadOnlyList<(ListedRecord Listed, SnapshotEntry? Entry)>> ListAsync(
        RecordQuery query, RecordPosition? after, int limit, CancellationToken cancellationToken)
    {
        var found = await store.QueryAsync(query, after, limit, cancellationToken);
        return [.. found.Select(listed => (listed, faulty.TryRead(SnapshotKind.Kind, listed.Record, SnapshotKind.Read)))];
    }

    /// <summary>Where the records of a list stand.</summary>
    public ValueTask<IReadOnlyList<RecordPosition>> ListKeysAsync(
        RecordQuery query, RecordPosition? after, int limit, CancellationToken cancellationToken) =>
        store.QueryKeysAsync(query, after, limit, cancellationToken);

    /// <summary>Removes a record that cannot be read.</summary>
    public async Task DeleteUnreadableAsync(StoredRecord stored, CancellationToken cancellationToken)
    {
        await store.DeleteAsync(SnapshotKind.Kind, stored.Key, stored.Version, cancellationToken);
        faulty.Forget(SnapshotKind.Kind, stored.Key);
    }

    /// <summary>Which of these files a record names.</summary>
    /// <param name="objectIds">Up to 1,000.</param>
    public async Task<IReadOnlySet<string>> NamedAsync(IReadOnlyList<string> objectIds, CancellationToken cancellationToken)
    {
        var groups = await store.GroupAsync(
            new RecordQuery(SnapshotKind.Kind, Tenant: null), SnapshotKind.ObjectId, objectIds, first: 0, cancellationToken);
        return objectIds.Zip(groups).Where(group => group.Second.Count > 0).Select(group => group.First).ToHashSet(StringComparer.Ordinal);
    }

    public async Task<SnapshotUploadEntry?> ReadUploadAsync(string tenant, string snapshotId, CancellationToken cancellationToken) =>
        await store.ReadAsync(SnapshotUploadKind.Kind, new RecordKey(tenant, snapshotId), cancellationToken) is { } stored
            ? SnapshotUploadKind.Read(stored)
            : null;

    public async Task WriteUploadAsync(SnapshotUploadEntry upload, CancellationToken cancellationToken) => await store.WriteAsync(
        SnapshotUploadKind.Kind, new RecordKey(upload.Tenant, upload.SnapshotId), 0, SnapshotUploadKind.Write(upload), cancellationToken);

    public async Task DeleteUploadAsync(SnapshotUploadEntry upload, CancellationToken cancellationToken)
    {
        try
        {
            await store.DeleteAsync(
                SnapshotUploadKind.Kind, new RecordKey(upload.Tenant, upload.SnapshotId), upload.Version, cancellationToken);
        }
        catch (InconsistentStateException)
        {
            // It is gone already.
        }
    }

    /// <summary>Uploads that were begun before a time, oldest first.</summary>
    public async Task<IReadOnlyList<SnapshotUploadEntry>> UploadsBeforeAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken)
    {
        var query = new RecordQuery(SnapshotUploadKind.Kind, Tenant: null) { OldestFirst = true }
            .And(SnapshotUploadKind.StartedAt.IsBefore(before));
        var found = await store.QueryAsync(query, null, limit, cancellationToken);
        return
        [
            .. found.Select(listed => faulty.TryRead(SnapshotUploadKind.Kind, listed.Record, SnapshotUploadKind.Read))
                .OfType<SnapshotUploadEntry>(),
        ];
    }

    private static RecordKey KeyOf(SnapshotEntry entry) => SnapshotKind.KeyOf(
        entry.Snapshot.Tenant, entry.Snapshot.Owner, entry.Snapshot.AgentId, entry.Snapshot.SessionId, entry.Snapshot.Index);
}
