using Orleans.Storage;

namespace OrleansRegistry.Trust.Audit;

/// <summary>
/// Appends to one tenant's trail. The key of a page is the place of its first entry, and it is written only where there is none: another writer of the
/// same trail makes this one read again, and neither loses an entry nor forks the trail. Not safe for concurrent use.
/// </summary>
/// <param name="told">Gets what was stored.</param>
internal sealed class AuditChain(string tenant, IRecordStore store, TimeProvider time, Action<IReadOnlyList<AuditEntry>>? told = null)
{
    /// <summary>Keeps pages well below what a store takes in one record.</summary>
    public const int MostEntries = 500;

    /// <summary>More lost races in a row than any number of writers explains.</summary>
    private const int Tries = 20;

    /// <summary>
    /// A writer that slept for longer reads again before it writes: the page that would stop it may be gone, once the retention has removed it.
    /// </summary>
    private static readonly TimeSpan HeadTrusted = TimeSpan.FromMinutes(10);

    /// <summary>How far the clocks of two processes may be apart.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private AuditHead? head;
    private long headKnown;

    /// <summary>The newest entry that is stored.</summary>
    public async ValueTask<AuditHead> GetHeadAsync()
    {
        if (head is null || time.GetElapsedTime(headKnown) > HeadTrusted)
        {
            Know(await ReadHeadAsync(tenant, store));
        }

        return head!;
    }

    /// <summary>Writes the notes of the batches, but for those of batches that were written before.</summary>
    /// <exception cref="RegistryException">The store does not take them now: some may be written.</exception>
    public async Task AppendAsync(IReadOnlyList<AuditBatch> batches)
    {
        // The head is known before the look: what another writes later makes the write lose its place, and is looked through then.
        await GetHeadAsync();
        var waiting = batches;
        if (batches.Any(batch => batch.Again))
        {
            var written = await FindWrittenAsync([.. batches.Where(batch => batch.Again)]);
            waiting = [.. batches.Where(batch => !written.Contains(batch.Id))];
        }

        // The same one can be sent again while it waits.
        waiting = [.. waiting.DistinctBy(batch => batch.Id, StringComparer.Ordinal)];
        for (var next = 0; next < waiting.Count;)
        {
            // A batch is in one page, so it is written whole or not at all.
            var page = new List<AuditBatch> { waiting[next] };
            var count = waiting[next].Notes.Count;
            for (next++; next < waiting.Count && count + waiting[next].Notes.Count <= MostEntries; next++)
            {
                page.Add(waiting[next]);
                count += waiting[next].Notes.Count;
            }

            await WritePageAsync(page);
        }
    }

    public static async Task<AuditHead> ReadHeadAsync(string tenant, IRecordStore store, CancellationToken cancellationToken = default)
    {
        var newest = await store.QueryAsync(AuditKind.PagesOf(tenant), null, 1, cancellationToken);
        return newest is [var (_, record)] ? AuditKind.ReadHead(record) : AuditHead.None;
    }

    private async Task WritePageAsync(List<AuditBatch> batches)
    {
        AuditHead? overtaken = null;
        for (var attempt = 1; ; attempt++)
        {
            var before = head ?? await GetHeadAsync();
            if (overtaken is not null && before.Sequence > overtaken.Sequence)
            {
                // Those of the winner may be the same, sent to both.
                var written = await FindWrittenAfterAsync(overtaken);
                batches.RemoveAll(batch => written.Contains(batch.Id));
                if (batches.Count == 0)
                {
                    return;
                }
            }

            overtaken = before;
            var page = new StoredAuditPage(
                Link(before, [.. batches.SelectMany(batch => batch.Notes)]), [.. batches.Select(batch => batch.Id)]);
            var key = AuditKind.KeyOf(tenant, before.Sequence + 1);
            var body = AuditKind.Write(page);
            try
            {
                await store.WriteAsync(AuditKind.Kind, key, 0, body);
                Know(page);
                return;
            }
            catch (InconsistentStateException) when (attempt < Tries)
            {
                // The winner knows the head already, and would win again and again.
                head = null;
                await Task.Delay(Random.Shared.Next(2 * attempt));
            }
            catch (RecordOutcomeUnknownException) when (attempt < Tries)
            {
                head = null;
                if (await store.ReadAsync(AuditKind.Kind, key) is { } stored && stored.Body == body)
                {
                    Know(page);
                    return;
                }
            }
            catch
            {
                // Whatever it was, it may have been written.
                head = null;
                throw;
            }
        }
    }

    private AuditEntry[] Link(AuditHead before, IReadOnlyList<AuditNote> notes)
    {
        var now = Microseconds(time.GetUtcNow());
        var at = now > before.At ? now : before.At.AddMicroseconds(1);
        var entries = new AuditEntry[notes.Count];
        var previous = before.Hash;
        for (var i = 0; i < entries.Length; i++)
        {
            var note = notes[i];
            var entry = new AuditEntry
            {
                Tenant = tenant,
                Sequence = before.Sequence + 1 + i,
                Time = at,
                Subject = note.Subject,
                Action = note.Action,
                Outcome = note.Outcome,
                Object = note.Object,
                Credential = note.Credential,
                Address = note.Address,
                Trace = note.Trace,
                Late = note.Late,
                Skipped = note.Skipped,
                Previous = previous,
                Hash = "",
            };
            previous = AuditHash.Of(entry);
            entries[i] = entry with { Hash = previous };
        }

        return entries;
    }

    /// <summary>Those of the batches that are in the trail.</summary>
    private async Task<HashSet<string>> FindWrittenAsync(IReadOnlyList<AuditBatch> batches)
    {
        var since = batches.Min(batch => batch.MadeAt) - ClockSkew;
        var query = AuditKind.PagesOf(tenant).And(AuditKind.WrittenAt.IsFrom(since));
        var wanted = batches.Select(batch => batch.Id).ToHashSet(StringComparer.Ordinal);
        var found = new HashSet<string>(StringComparer.Ordinal);
        RecordPosition? after = null;
        while (found.Count < wanted.Count && await store.QueryAsync(query, after, 100) is { Count: > 0 } some)
        {
            found.UnionWith(some.SelectMany(listed => AuditKind.ReadBatches(listed.Record)).Where(wanted.Contains));
            after = some[^1].Position;
        }

        return found;
    }

    /// <summary>The batches of pages that others have written since.</summary>
    private async Task<HashSet<string>> FindWrittenAfterAsync(AuditHead since)
    {
        var first = AuditKind.KeyOf(tenant, since.Sequence + 1).Id;
        var query = AuditKind.PagesOf(tenant).And(AuditKind.WrittenAt.IsFrom(since.At));
        var found = new HashSet<string>(StringComparer.Ordinal);
        RecordPosition? after = null;
        while (await store.QueryAsync(query, after, 100) is { Count: > 0 } some)
        {
            foreach (var (_, page) in some.Where(listed => string.CompareOrdinal(listed.Record.Key.Id, first) >= 0))
            {
                found.UnionWith(AuditKind.ReadBatches(page));
            }

            after = some[^1].Position;
        }

        return found;
    }

    private void Know(StoredAuditPage written)
    {
        Know(written.Head);
        told?.Invoke(written.Entries);
    }

    private void Know(AuditHead now)
    {
        head = now;
        headKnown = time.GetTimestamp();
    }

    private static DateTimeOffset Microseconds(DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerMicrosecond));
}
