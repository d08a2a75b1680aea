using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Storage;
using OrleansRegistry.Trust.Audit;
using OrleansRegistry.Trust.Keys;
using OrleansRegistry.Trust.Logins;
using OrleansRegistry.Trust.Records;

namespace OrleansRegistry.Trust.Tenants;

/// <summary>
/// Erases what tenants have, that are marked for it: rounds over all kinds of records until one finds nothing, once more when what was under way is
/// through, and then the mark says that it is done. Several processes may be at one tenant: what one has deleted, the others do not find.
/// </summary>
internal sealed partial class TenantEraser(
    IRecordStore store,
    TrustRecords records,
    SnapshotSaver snapshots,
    SnapshotIndex index,
    SnapshotObjects objects,
    ActivationEnd activations,
    StoredKinds kinds,
    IHostApplicationLifetime lifetime,
    [RegistryTime] TimeProvider time,
    ILogger<TenantEraser> log)
{
    private const int Step = 500;
    private const int AtOnce = 32;

    /// <summary>Until then every process knows that the tenant's callers are refused.</summary>
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(2);

    /// <summary>The same where this process alone has the store.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(200);

    /// <summary>Until then what was let in before is through, but for what takes very long.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(8);

    /// <inheritdoc cref="Moment"/>
    private static readonly TimeSpan OwnRest = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, Job> jobs = new(StringComparer.Ordinal);

    /// <summary>Begins, or follows one that runs.</summary>
    public async Task<TenantErasure> EraseAsync(string tenant, TimeSpan? wait, CancellationToken cancellationToken)
    {
        var job = jobs.GetOrAdd(tenant, _ => new Job());
        var work = job.Start(() => RunAsync(tenant, job));
        if (wait is not { } most)
        {
            await work.WaitAsync(cancellationToken);
        }
        else
        {
            await work.WaitAsync(most, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return new TenantErasure(tenant, work.IsCompletedSuccessfully, job.Erased);
    }

    /// <summary>Goes on where a process that ended has stopped.</summary>
    public Task ResumeAsync(CancellationToken stopping) => Task.WhenAll(
        records.All(TenantType.Type).Where(tenant => tenant.Value.State == TenantState.Erasing).ToList()
            .Select(tenant => EraseAsync(tenant.Tenant, null, stopping)));

    private async Task RunAsync(string tenant, Job job)
    {
        try
        {
            await Task.Delay(store.IsShared ? Spread : Moment, time, lifetime.ApplicationStopping);
            await EraseAllAsync(tenant, job);
            await Task.Delay(store.IsShared ? Rest : OwnRest, time, lifetime.ApplicationStopping);
            await EraseAllAsync(tenant, job);
            await records.ChangeAsync(
                TenantType.Type,
                tenant,
                TenantType.Id,
                before => before is { State: TenantState.Erasing }
                    ? new StoredTenant(TenantState.Erased, time.GetUtcMilliseconds()) { Reason = before.Reason }
                    : before,
                lifetime.ApplicationStopping);
            LogErased(log, tenant, job.Erased);
        }
        finally
        {
            jobs.TryRemove(tenant, out _);
        }
    }

    private async Task EraseAllAsync(string tenant, Job job)
    {
        bool wasAny;
        do
        {
            wasAny = false;
            foreach (var kind in kinds.All)
            {
                var before = job.Erased;
                await EraseAsync(kind, tenant, job);

                // Callers who are refused may add to the audit trail all the time.
                wasAny |= job.Erased > before && kind != AuditKind.Kind;
            }
        }
        while (wasAny);
    }

    private async Task EraseAsync(RecordKind kind, string tenant, Job job)
    {
        RecordKey? after = null;
        while (true)
        {
            var state = await records.ReadAsync(TenantType.Type, tenant, TenantType.Id, lifetime.ApplicationStopping);
            if (state?.Value.State != TenantState.Erasing)
            {
                // Another process was through before, and the tenant may have been made again.
                return;
            }

            var page = await store.ListKeysAsync(kind, tenant, after, Step, lifetime.ApplicationStopping);
            foreach (var some in page.Where(record => kind != TrustKind.Kind || !Stays(record.Key)).Chunk(AtOnce))
            {
                await Task.WhenAll(some.Select(record => DeleteAsync(kind, record, job)));
            }

            if (kind == AuditKind.Kind && page.Count > 0)
            {
                await activations.RunAsync(tenant);
            }

            if (TransferKind.All.FirstOrDefault(transferred => transferred.Kind == kind) is { } known)
            {
                await activations.RunAsync(page.Select(record => (known, record.Key)));
            }

            if (page.Count < Step)
            {
                return;
            }

            after = page[^1].Key;
        }
    }

    /// <summary>The mark of the erasure, and what says which secrets of the settings were taken back: no start is to take them again.</summary>
    private static bool Stays(RecordKey key) => TrustKind.Parts(key.Id) is { } parts
        && ((parts.Type == TenantType.Type.Name && parts.Id == TenantType.Id)
            || parts.Type == RetiredKey.Type.Name || parts.Type == GivenPassword.Type.Name);

    /// <summary>One that was changed meanwhile is found by the next round.</summary>
    private async Task DeleteAsync(RecordKind kind, VersionedKey record, Job job)
    {
        try
        {
            if (kind == SnapshotKind.Kind || kind == SnapshotUploadKind.Kind)
            {
                await DeleteFileAsync(kind, record.Key);
            }

            await store.DeleteAsync(kind, record.Key, record.Version, lifetime.ApplicationStopping);
        }
        catch (InconsistentStateException)
        {
            // It is gone, or another by now.
        }

        job.Count();
    }

    private async Task DeleteFileAsync(RecordKind kind, RecordKey key)
    {
        try
        {
            if (await store.ReadAsync(kind, key, lifetime.ApplicationStopping) is not { } stored)
            {
                return;
            }

            if (kind == SnapshotKind.Kind)
            {
                await snapshots.RemoveAsync(SnapshotKind.Read(stored), lifetime.ApplicationStopping);
                return;
            }

            var upload = SnapshotUploadKind.Read(stored);
            await objects.AbortUploadAsync(upload.ObjectName, upload.ObjectUpload, lifetime.ApplicationStopping);
            await index.DeleteUploadAsync(upload, lifetime.ApplicationStopping);
        }
        catch (RegistryException unreadable) when (unreadable.Error == RegistryError.Unreadable)
        {
            // The file that it names is swept, as no record names it any more.
        }
    }

    [LoggerMessage(LogLevel.Information, "Tenant '{Tenant}' is erased: {Count} records")]
    private static partial void LogErased(ILogger log, string tenant, long count);

    private sealed class Job
    {
        private readonly Lock starting = new();
        private long erased;
        private Task? work;

        public long Erased => Interlocked.Read(ref erased);

        public void Count() => Interlocked.Increment(ref erased);

        public Task Start(Func<Task> run)
        {
            lock (starting)
            {
                return work ??= run();
            }
        }
    }
}

/// <summary>Takes up erasures that a process which ended has left.</summary>
internal sealed class TenantErasureService(TenantEraser eraser, BackgroundLoops loops) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        loops.RepeatAsync("the erasure of tenants", Often, eraser.ResumeAsync, stoppingToken);
}
