using Orleans.Storage;

namespace OrleansRegistry.Trust.Audit;

/// <summary>
/// Removes old pages of one trail. First an entry says up to where: whoever checks the trail later knows by it that the beginning was not cut off by
/// somebody else.
/// </summary>
internal sealed class AuditTrim(string tenant, IRecordStore store)
{
    private const int AtOnce = 100;

    /// <param name="tell">Appends an entry of the registry's: its action and its object.</param>
    /// <returns>How many pages are gone.</returns>
    public async Task<int> RunAsync(DateTimeOffset before, Func<string, string, Task> tell)
    {
        var all = AuditKind.PagesOf(tenant);
        if (await store.QueryKeysAsync(all, null, 1) is not [var newest])
        {
            return 0;
        }

        var old = all.And(AuditKind.WrittenAt.IsBefore(before)) with { OldestFirst = true };
        var removed = 0;
        while (true)
        {
            // The last page stays, as the trail goes on from it.
            var some = (await store.QueryAsync(old, null, AtOnce)).Where(listed => listed.Position.Key != newest.Key).ToArray();

            // What only tells of earlier removals is not worth another such entry.
            if (some.All(listed => OnlyTells(listed.Record)))
            {
                return removed;
            }

            var last = AuditKind.ReadHead(some[^1].Record);
            await tell(AuditActions.Retention, AuditActions.RemovedUpTo(last.Sequence, last.Hash));

            // One after the other: what is left after a kill has no gaps.
            foreach (var (_, record) in some)
            {
                try
                {
                    await store.DeleteAsync(AuditKind.Kind, record.Key, record.Version);
                    removed++;
                }
                catch (InconsistentStateException)
                {
                    // Gone already, by another activation.
                }
            }
        }
    }

    /// <summary>A page that is damaged goes when its time is over, as the others do.</summary>
    private static bool OnlyTells(StoredRecord page)
    {
        try
        {
            return AuditKind.Read(page).Entries.All(entry => AuditActions.ReadRemoved(entry) is not null);
        }
        catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
        {
            return false;
        }
    }
}
