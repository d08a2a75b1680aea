using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Trust.Audit;

/// <summary>
/// What this process writes to one tenant's trail. All that waits goes to the trail's grain in one call. What could not be written is kept, and tried
/// again until it is: those entries are marked as late.
/// </summary>
internal sealed partial class AuditLane
{
    /// <summary>The most notes that are kept. Beyond, only their number is.</summary>
    public const int MostLate = 10_000;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly string tenant;
    private readonly Func<IAuditGrain> grain;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly CancellationToken stopping;
    private readonly GroupCommit<AuditNote> commits;
    private readonly Lock gate = new();
    private readonly Queue<AuditBatch> late = [];
    private long kept;
    private long lost;
    private Exception? fault;

    public AuditLane(string tenant, Func<IAuditGrain> grain, TimeProvider time, ILogger log, CancellationToken stopping)
    {
        this.tenant = tenant;
        this.grain = grain;
        this.time = time;
        this.log = log;
        this.stopping = stopping;
        commits = new GroupCommit<AuditNote>(CommitAsync);
    }

    /// <summary>Why the trail cannot be written now; null while it can.</summary>
    public Exception? Fault => Volatile.Read(ref fault);

    /// <summary>How many entries wait to be written late, and how many were given up.</summary>
    public (long Kept, long Lost) Missing
    {
        get
        {
            lock (gate)
            {
                return (kept, lost);
            }
        }
    }

    /// <summary>Ends once the entry is durable. Where it fails, the entry will be written late.</summary>
    public Task WriteAsync(AuditNote note) => commits.AddAsync(note);

    private async Task CommitAsync(IReadOnlyList<AuditNote> notes)
    {
        Exception? failure = null;
        foreach (var some in notes.Chunk(AuditChain.MostEntries))
        {
            var batch = new AuditBatch(Guid.NewGuid().ToString("N"), time.GetUtcNow(), some, Again: false);
            failure ??= Fault;
            if (failure is null)
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

            Keep(batch, failure);
        }

        if (failure is not null)
        {
            throw failure;
        }
    }

    /// <summary>Sends it until the grain has answered, which writes it once however often it comes.</summary>
    private async Task SendAsync(AuditBatch batch)
    {
        await GrainCalls.ReadAsync(grain(), async called =>
        {
            var now = batch;
            batch = batch with { Again = true };
            await called.Append(now);
            return true;
        });
        AuditTelemetry.Written(batch.Notes.Count);
    }

    private void Keep(AuditBatch batch, Exception failure)
    {
        lock (gate)
        {
            if (kept + batch.Notes.Count > MostLate)
            {
                lost += batch.Notes.Count;
                AuditTelemetry.Lost(batch.Notes.Count);
                return;
            }

            late.Enqueue(batch with { Again = true, Notes = [.. batch.Notes.Select(note => note with { Late = true })] });
            kept += batch.Notes.Count;
            AuditTelemetry.Late(batch.Notes.Count);
            if (fault is not null)
            {
                return;
            }

            Volatile.Write(ref fault, failure);
        }

        LogStopped(failure, LogText.Id(tenant));
        _ = CatchUpAsync();
    }

    /// <summary>Writes what is late, until all is.</summary>
    private async Task CatchUpAsync()
    {
        while (true)
        {
            try
            {
                await Task.Delay(Pause, time, stopping);
                if (await WriteLateAsync())
                {
                    return;
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                LogGivenUp(Missing.Kept, LogText.Id(tenant));
                return;
            }
#pragma warning disable CA1031 // It is tried again.
            catch (Exception again)
#pragma warning restore CA1031
            {
                Volatile.Write(ref fault, again);
            }
        }
    }

    /// <returns>True once nothing is late any more.</returns>
    private async Task<bool> WriteLateAsync()
    {
        while (true)
        {
            AuditBatch? next;
            long gone;
            lock (gate)
            {
                gone = lost;
                if (!late.TryPeek(out next) && gone == 0)
                {
                    Volatile.Write(ref fault, null);
                    LogGoesOn(LogText.Id(tenant));
                    return true;
                }
            }

            next ??= new AuditBatch(
                Guid.NewGuid().ToString("N"), time.GetUtcNow(), [AuditNote.OfRegistry(AuditActions.Lost, $"{gone}")], Again: false);
            await SendAsync(next);
            lock (gate)
            {
                if (late.TryPeek(out var written) && ReferenceEquals(written, next))
                {
                    late.Dequeue();
                    kept -= next.Notes.Count;
                    AuditTelemetry.Late(-next.Notes.Count);
                }
                else
                {
                    lost -= gone;
                }
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "The audit trail of tenant {Tenant} cannot be written. Entries are kept in memory until it can.")]
    private partial void LogStopped(Exception fault, string tenant);

    [LoggerMessage(LogLevel.Information, "The audit trail of tenant {Tenant} is written again, with all that was late.")]
    private partial void LogGoesOn(string tenant);

    [LoggerMessage(LogLevel.Error, "The process stops before {Count} entries of the audit trail of tenant {Tenant} could be written.")]
    private partial void LogGivenUp(long count, string tenant);
}
