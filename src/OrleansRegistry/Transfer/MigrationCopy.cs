namespace OrleansRegistry.Transfer;

/// <summary>Makes one store hold what another holds: a pass compares all of both, and copies what differs.</summary>
internal sealed class MigrationCopy(IRecordStore source, IRecordStore target)
{
    private const int BatchRecords = 256;
    private const int BatchBytes = 4 * 1024 * 1024;
    private const int Attempts = 10;

    private static readonly RecordKey First = new("", "");

    /// <summary>The revision up to which the target has all changes of agents; null before the first pass.</summary>
    private long? followed;

    private Action<long, long> report = (_, _) => { };
    private long looked;
    private long copied;

    /// <summary>What there is in the target, for people; null where there is nothing.</summary>
    public async Task<string?> FindAsync(CancellationToken cancellationToken)
    {
        foreach (var kind in TransferKind.AllAndIndexes)
        {
            await foreach (var found in (await target.ScanAsync(kind.Kind, First, cancellationToken)).Records.WithCancellation(cancellationToken))
            {
                return $"{kind.Plural}, such as '{RecordLine.Shorten(found.Key.Id)}'";
            }
        }

        return null;
    }

    /// <param name="removes">Whether what the source does not hold goes from the target.</param>
    /// <returns>How many records were copied or removed.</returns>
    public async Task<long> PassAsync(bool removes, Action<long, long> progress, CancellationToken cancellationToken)
    {
        report = progress;
        looked = 0;
        copied = 0;
        await CopyAgentsAsync(cancellationToken);
        foreach (var kind in TransferKind.AllAndIndexes)
        {
            // Agents have a feed, but what was removed before it began shows only so.
            if (kind != TransferKind.Agents || removes)
            {
                await CompareAsync(kind, removes, cancellationToken);
            }
        }

        await FollowAsync(cancellationToken);
        report(looked, copied);
        return copied;
    }

    /// <summary>The target is to give out no revision again that the source has given out.</summary>
    public async Task RaiseRevisionAsync(CancellationToken cancellationToken)
    {
        var revision = await source.CurrentRevisionAsync(AgentKind.Kind, cancellationToken);
        if (revision > await target.CurrentRevisionAsync(AgentKind.Kind, cancellationToken))
        {
            await target.ImportAsync(AgentKind.Kind, [new RecordChange(First, revision, null)], replace: true, cancellationToken);
        }
    }

    /// <summary>All agents at first; later what the feed tells, as far as it reaches back.</summary>
    private async Task CopyAgentsAsync(CancellationToken cancellationToken)
    {
        if (followed is not null && await FollowAsync(cancellationToken))
        {
            return;
        }

        await using var picture = await source.PictureAsync(AgentKind.Kind, cancellationToken);
        await foreach (var agents in picture.Records.Chunk(BatchRecords).WithCancellation(cancellationToken))
        {
            await ImportAsync(AgentKind.Kind, [.. agents.Select(agent => new RecordChange(agent.Key, agent.Version, agent.Body))], cancellationToken);
            looked += agents.Length;
            report(looked, copied);
        }

        followed = picture.Revision;
    }

    /// <returns>False where the feed does not tell.</returns>
    private async Task<bool> FollowAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (followed < await source.CurrentRevisionAsync(AgentKind.Kind, cancellationToken))
            {
                var batch = await source.ReadChangesAsync(AgentKind.Kind, followed.Value, cancellationToken);
                // Of a record, its newest change.
                var newest = batch.Changes.GroupBy(change => change.Key).Select(changes => changes.Last()).OrderBy(change => change.Revision);
                foreach (var changes in newest.Chunk(BatchRecords))
                {
                    await ImportAsync(AgentKind.Kind, changes, cancellationToken);
                }

                followed = batch.Revision;
            }

            return true;
        }
        catch (Exception behind) when (behind is RevisionCompactedException or HistoryChangedException
            || behind is RegistryException { Error: RegistryError.NotSupported })
        {
            followed = null;
            return false;
        }
    }

    private async Task ImportAsync(RecordKind kind, IReadOnlyList<RecordChange> changes, CancellationToken cancellationToken)
    {
        var imported = await target.ImportAsync(kind, changes, replace: true, cancellationToken);
        foreach (var record in imported)
        {
            if (record.Refusal is not null)
            {
                throw record.Refusal;
            }
        }

        if (kind != PageKind.Kind)
        {
            copied += imported.Count(record => record.Result != ImportResult.Same);
        }
    }

    /// <summary>Walks through both stores in the order of keys.</summary>
    private async Task CompareAsync(TransferKind kind, bool removes, CancellationToken cancellationToken)
    {
        await using var here = (await source.ScanAsync(kind.Kind, First, cancellationToken)).Records.GetAsyncEnumerator(cancellationToken);
        await using var there = (await target.ScanAsync(kind.Kind, First, cancellationToken)).Records.GetAsyncEnumerator(cancellationToken);
        var hasHere = await here.MoveNextAsync();
        var hasThere = await there.MoveNextAsync();
        var batch = new List<(StoredRecord Here, StoredRecord? There)>();
        var bytes = 0L;
        while (hasHere || hasThere)
        {
            var order = hasHere ? -1 : 1;
            if (hasHere && hasThere)
            {
                order = CompareKeys(here.Current.Key, there.Current.Key);
            }

            if (order > 0)
            {
                await (removes ? RemoveAsync(kind, there.Current, cancellationToken) : Task.CompletedTask);
                hasThere = await there.MoveNextAsync();
                continue;
            }

            looked++;
            var other = order == 0 ? there.Current : null;
            if (other?.Body != here.Current.Body)
            {
                batch.Add((here.Current, other));
                bytes += here.Current.Body.Document.Length;
            }

            hasHere = await here.MoveNextAsync();
            hasThere = order == 0 ? await there.MoveNextAsync() : hasThere;
            if (batch.Count == BatchRecords || bytes > BatchBytes || !hasHere)
            {
                await CopyAsync(kind, batch, removes, cancellationToken);
                report(looked, copied);
                batch.Clear();
                bytes = 0;
            }
        }
    }

    private async Task CopyAsync(
        TransferKind kind, List<(StoredRecord Here, StoredRecord? There)> batch, bool removes, CancellationToken cancellationToken)
    {
        var heads = new List<RecordChange>();
        var old = new List<(StoredRecord There, TransferHead Head)>();
        foreach (var (here, there) in batch)
        {
            if (await CopyPagesAsync(kind, here, cancellationToken) is { } found)
            {
                heads.Add(new RecordChange(found.Record.Key, found.Record.Version, found.Record.Body));
                if (there is not null)
                {
                    old.Add((there, found.Head));
                }
            }
            else if (there is not null && removes)
            {
                await RemoveAsync(kind, there, cancellationToken);
            }
        }

        // Agents differ here only where no feed told of them.
        await ImportAsync(kind.Kind, [.. heads.OrderBy(head => head.Revision)], cancellationToken);
        foreach (var (there, head) in old)
        {
            await RemovePagesAsync(kind, there, head, cancellationToken);
        }
    }

    /// <summary>Copies the pages of a head. Where one is gone meanwhile, so is that head: its successor is copied.</summary>
    /// <returns>The head as its pages are; null where there is none any more, or none that can be read.</returns>
    private async Task<(StoredRecord Record, TransferHead Head)?> CopyPagesAsync(
        TransferKind kind, StoredRecord record, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (TryRead(kind, record) is not { } head)
            {
                return null;
            }

            if (await TryCopyPagesAsync(head, cancellationToken))
            {
                return (record, head);
            }

            if (await source.ReadAsync(kind.Kind, record.Key, cancellationToken) is not { } now)
            {
                return null;
            }

            record = now;
        }

        return null;
    }

    private async Task<bool> TryCopyPagesAsync(TransferHead head, CancellationToken cancellationToken)
    {
        foreach (var keys in head.PageKeys().Chunk(BatchRecords / 4))
        {
            var reads = Array.ConvertAll(keys, key => source.ReadAsync(PageKind.Kind, key, cancellationToken).AsTask());
            var pages = await Task.WhenAll(reads);
            if (pages.Contains(null))
            {
                return false;
            }

            await ImportAsync(PageKind.Kind, [.. pages.Select(page => new RecordChange(page!.Key, 0, page.Body))], cancellationToken);
        }

        return true;
    }

    private async Task RemoveAsync(TransferKind kind, StoredRecord there, CancellationToken cancellationToken)
    {
        await ImportAsync(kind.Kind, [new RecordChange(there.Key, there.Version, null)], cancellationToken);
        await RemovePagesAsync(kind, there, null, cancellationToken);
    }

    private async Task RemovePagesAsync(TransferKind kind, StoredRecord there, TransferHead? successor, CancellationToken cancellationToken)
    {
        if (TryRead(kind, there) is not { Logs.Count: > 0 } old)
        {
            return;
        }

        var named = successor?.PageKeys().ToHashSet() ?? [];
        foreach (var keys in old.PageKeys().Where(key => !named.Contains(key)).Chunk(BatchRecords))
        {
            await ImportAsync(PageKind.Kind, [.. keys.Select(key => new RecordChange(key, 0, null))], cancellationToken);
        }
    }

    private static TransferHead? TryRead(TransferKind kind, StoredRecord record)
    {
        try
        {
            return kind.Read(record);
        }
        catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
        {
            return null;
        }
    }

    /// <summary>As stores order a scan: by what their columns hold.</summary>
    private static int CompareKeys(RecordKey left, RecordKey right)
    {
        var (leftTenant, leftId, _) = KeyText.Columns(left);
        var (rightTenant, rightId, _) = KeyText.Columns(right);
        var ids = KeyOrder.Compare(leftId, rightId);
        return ids != 0 ? ids : KeyOrder.Compare(leftTenant, rightTenant);
    }
}
