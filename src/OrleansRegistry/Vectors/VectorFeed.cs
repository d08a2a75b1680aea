using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Vectors;

/// <summary>
/// Reads the stored vectors after the start, while the node serves already, and then follows the changes of agents, which tell which agents wait to be
/// embedded, or for what another process embedded.
/// </summary>
internal sealed partial class VectorFeed(
    IRecordStore store,
    AgentDirectory agents,
    VectorDirectory vectors,
    UnreadableRecords faulty,
    BackgroundLoops loops,
    [RegistryTime] TimeProvider time,
    ILogger<VectorFeed> logger) : BackgroundService
{
    /// <summary>The history of the store that was read.</summary>
    private long read = -1;

    private RegistryPosition? seen;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => vectors.Model is null ? Task.CompletedTask : Task.WhenAll(
        loops.RunAsync("the reading of vectors", ReadAsync, stoppingToken),
        loops.RunAsync("the look for agents to be embedded", FollowAgentsAsync, stoppingToken));

    /// <summary>Begins anew where the store went back to an earlier state.</summary>
    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        if (read != store.History)
        {
            await LoadAsync(cancellationToken);
        }

        await Task.Delay(EmbeddingShare.Often, time, cancellationToken);
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var history = store.History;
        var began = time.GetTimestamp();
        var snapshot = await store.ScanAsync(AgentVectorsKind.Kind, after: null, cancellationToken);
        var all = new List<AgentVectors>();
        await foreach (var stored in snapshot.Records.WithCancellation(cancellationToken))
        {
            if (faulty.TryRead(AgentVectorsKind.Kind, stored, AgentVectorsKind.Read) is { } known)
            {
                all.Add(known);
            }
        }

        vectors.Replace(all);
        read = history;
        LogLoaded(all.Count, time.GetElapsedTime(began).TotalMilliseconds, vectors.WaitingCount);
    }

    private async Task FollowAgentsAsync(CancellationToken cancellationToken)
    {
        if (seen is null)
        {
            seen = agents.Position;
            vectors.LookAtAll();
            vectors.SeenRevision = seen.Revision;
        }

        var changes = new List<LoggedChange>();
        seen = await agents.FollowAsync(seen, changes, time, cancellationToken);
        foreach (var change in changes)
        {
            vectors.Look(new RecordKey(change.Tenant, change.Id));
        }

        vectors.SeenRevision = seen?.Revision ?? vectors.SeenRevision;
    }

    [LoggerMessage(LogLevel.Information, "Vectors of {Count} agents, loaded in {Elapsed:F0} ms; {Waiting} wait to be embedded")]
    private partial void LogLoaded(int count, double elapsed, long waiting);
}
