using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Trust.Audit;

/// <summary>
/// What this process writes to one tenant's trail. All that waits goes to the trail's grain in one call. What could not be written is kept, and tried
/// again until it is: those entries are marked as late.
/// </summary>
internal sealed partial class AuditLane
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly string tenant;
    private readonly Func<IAuditGrain> grain;
    private readonly Func<bool> isErasing;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly CancellationToken stopping;
    private readonly GroupCommit<AuditNote> commits;
    private readonly LateEntries late;
    private readonly Lock gate = new();
    private Exception? fault;
    private Task catchingUp = Task.CompletedTask;

    /// <param name="isErasing">Whether the tenant is being erased: nothing is written for it then.</param>
    public AuditLane(
        string tenant, Func<IAuditGrain> grain, Func<bool> isErasing, TimeProvider time, ILogger log, CancellationToken stopping)
    {
        this.tenant = tenant;
        this.grain = grain;
        this.isErasing = isErasing;
        this.time = time;
        this.log = log;
        this.stopping = stopping;
        late = new LateEntries(time);
        commits = new GroupCommit<AuditNote>(CommitAsync, LateEntries.Most);
    }

    /// <summary>Why the trail cannot be written now; null while it can.</summary>
    public Exception? Fault => Volatile.Read(ref fault);

    /// <inheritdoc cref="LateEntries.Missing"/>
    public (long Kept, long Lost) Missing => late.Missing;

    /// <summary>Ends once the entry is durable. Where it fails, the entry will be written late.</summary>
    public Task WriteAsync(AuditNote note)
    {
        if (isErasing())
        {
            return Task.CompletedTask;
        }

        if (commits.TryAdd(note, out var written))
        {
            return written;
        }

        var many = new RegistryException(RegistryError.Unavailable, "Too many entries of the audit trail wait for the store.");
        late.Lose(1);
        Stop(many);
        var refused = Task.FromException(many);

        // Where nobody waits.
        _ = refused.Exception;
        return refused;
    }

    /// <summary>Drops what waits, as the tenant is being erased.</summary>
    public void Forget() => late.Clear();

    /// <summary>Ends when all is written, or was tried once more, after the token for the end was set.</summary>
    public async Task EndAsync()
    {
        await commits.WhenIdleAsync();
        Task last;
        lock (gate)
        {
            last = catchingUp;
        }

        await last;
    }

    /// <summary>Logs what a process that ends leaves behind.</summary>
    public void TellGivenUp()
    {
        if (Missing is { Kept: > 0 } missing)
        {
            LogGivenUp(missing.Kept, LogText.Id(tenant));
        }
    }

    private async Task CommitAsync(IReadOnlyList<AuditNote> notes)
    {
        Exception? failure = null;
        var since = late.Erasures;
        foreach (var some in notes.Chunk(AuditChain.MostEntries))
        {
            var batch = AuditBatch.Of(some, time);
            failure ??= Fault;
            var wasSent = failure is null;
            if (wasSent)
            {
                try
                {
                    await SendAsync(batch);
                    continue;
                }
#pragma warning disable CA1031 // Whatever it is, the entries are kept and those who wait are told.
                catch (Exception thrown)
#pragma warning restore CA1031
                {
                    failure = thrown;
                }
            }

            late.Add(batch, wasSent, since);
        }

        if (failure is not null)
        {
            Stop(failure);
            throw failure;
        }
    }

    /// <summary>Sends it until the grain has answered, which writes it once however often it comes.</summary>
    private async Task SendAsync(AuditBatch batch)
    {
        await GrainCalls.ReadAsync(grain(), async called =>
        {
            if (isErasing())
            {
                return true;
            }

            var now = batch;
            batch = batch with { Again = true };
            await called.Append(now);
            return true;
        });
        AuditTelemetry.Written(batch.Notes.Count);
    }

    private void Stop(Exception failure)
    {
        lock (gate)
        {
            if (fault is not null)
            {
                return;
            }

            Volatile.Write(ref fault, failure);
            catchingUp = Task.Run(CatchUpAsync, CancellationToken.None);
        }

        LogStopped(failure, LogText.Id(tenant));
    }

    /// <summary>Writes what is late, until all is, or the process ends: then once more.</summary>
    private async Task CatchUpAsync()
    {
        while (true)
        {
            await Task.Delay(Pause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var isLast = stopping.IsCancellationRequested;
            try
            {
                if (await WriteLateAsync())
                {
                    return;
                }
            }
#pragma warning disable CA1031 // It is tried again.
            catch (Exception again)
#pragma warning restore CA1031
            {
                Volatile.Write(ref fault, again);
            }

            if (isLast)
            {
                return;
            }
        }
    }

    /// <summary>Sends all that is late at once, so that the trail is looked through once for all.</summary>
    /// <returns>True once nothing is late any more.</returns>
    private async Task<bool> WriteLateAsync()
    {
        while (true)
        {
            lock (gate)
            {
                if (late.Missing is (0, 0))
                {
                    Volatile.Write(ref fault, null);
                    LogGoesOn(LogText.Id(tenant));
                    return true;
                }
            }

            await Task.WhenAll(late.Take().Select(async batch =>
            {
                await SendAsync(batch);
                late.Written(batch);
            }));
        }
    }

    [LoggerMessage(LogLevel.Error, "The audit trail of tenant {Tenant} cannot be written. Entries are kept in memory until it can.")]
    private partial void LogStopped(Exception fault, string tenant);

    [LoggerMessage(LogLevel.Information, "The audit trail of tenant {Tenant} is written again, with all that was late.")]
    private partial void LogGoesOn(string tenant);

    [LoggerMessage(LogLevel.Error, "The process stops before {Count} entries of the audit trail of tenant {Tenant} could be written.")]
    private partial void LogGivenUp(long count, string tenant);
}
