using System.Text.Encodings.Web;
using System.Text.Json;
using Cronos;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace OrleansRegistry.Snapshots;

/// <summary>
/// Saves the card of every agent with its open tasks when a cron expression says so. The time is the snapshot's index, so that of two silos that make
/// the same one is refused. An agent of which nothing changed since its last one gets none.
/// </summary>
internal sealed partial class SnapshotSchedule(
    IRecordStore store,
    SnapshotIndex index,
    SnapshotSaver saver,
    UpkeepShare share,
    UnreadableRecords faulty,
    RegistryOptions options,
    [RegistryTime] TimeProvider time,
    ILogger<SnapshotSchedule> log)
{
    /// <summary>The session of all that it makes.</summary>
    public const string Session = "scheduled";

    private const int MostTasks = 1_000;
    private const int AtOnce = 4;

    /// <summary>The longest single wait: the registry's time may be set.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public bool IsOn => options.Snapshots.Schedule is not null;

    /// <summary>Waits for the next time, and makes what is due then.</summary>
    public async Task RunNextAsync(CancellationToken cancellationToken)
    {
        var cron = CronExpression.Parse(options.Snapshots.Schedule!);
        if (cron.GetNextOccurrence(time.GetUtcNow(), TimeZoneInfo.Utc) is not { } next)
        {
            await Task.Delay(LongestWait, time, cancellationToken);
            return;
        }

        while (next - time.GetUtcNow() is { Ticks: > 0 } wait)
        {
            await Task.Delay(wait < LongestWait ? wait : LongestWait, time, cancellationToken);
        }

        await MakeAsync(next, cancellationToken);
    }

    /// <summary>Makes this silo's share of the snapshots of a time.</summary>
    /// <returns>How many were saved.</returns>
    public async Task<int> MakeAsync(DateTimeOffset due, CancellationToken cancellationToken)
    {
        var isMine = share.Now();
        var saved = 0;
        var failed = 0;
        var agents = await store.ScanAsync(AgentKind.Kind, cancellationToken: cancellationToken);
        await Parallel.ForEachAsync(
            agents.Records.Where(record => isMine(record.Key)),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (record, token) =>
            {
                try
                {
                    if (faulty.TryRead(AgentKind.Kind, record, AgentKind.Read) is { } agent && await MakeAsync(agent, due, token))
                    {
                        Interlocked.Increment(ref saved);
                    }
                }
                catch (RegistryException fault)
                {
                    // One line tells of all: where the store is down they are many.
                    if (Interlocked.Increment(ref failed) == 1)
                    {
                        LogFailed(fault, LogText.Id(record.Key.Id), LogText.Id(record.Key.Tenant));
                    }
                }
            });
        LogMade(saved, failed);
        return saved;
    }

    private async Task<bool> MakeAsync(AgentRecord agent, DateTimeOffset due, CancellationToken cancellationToken)
    {
        using var json = new MemoryStream();
        await WriteAsync(json, agent, cancellationToken);
        json.Position = 0;
        using var state = await StateDraft.ReadAsync(json, options.Snapshots.MaxBytes, cancellationToken);
        var owner = agent.Owner ?? Caller.DefaultSubject;
        var session = new RecordQuery(SnapshotKind.Kind, agent.Tenant)
            .And(SnapshotKind.Series.Is(SnapshotKind.SeriesOf(agent.Id, Session)), SnapshotKind.Owner.Is(owner));
        var last = await index.FirstAsync(session, cancellationToken);
        if (last?.Snapshot.ContentHash == state.ContentHash)
        {
            return false;
        }

        var metadata = new SnapshotMetadata
        {
            AgentId = agent.Id,
            SessionId = Session,
            Index = due.ToUnixTimeSeconds(),
            Timestamp = SnapshotMetadata.TextOf(due),
            ContentHash = state.ContentHash,
            SnapshotId = DerivedId.Random(),
            Description = "The agent's card and its open tasks",
            UncompressedSize = state.ReadLength,
        };
        return await saver.SaveAtAsync(agent.Tenant, owner, metadata, state, replace: false, cancellationToken) is not null;
    }

    private async Task WriteAsync(Stream output, AgentRecord agent, CancellationToken cancellationToken)
    {
        var open = TaskKind.IsIn([.. TaskStates.All.Where(state => !state.IsTerminal())]);
        var query = new RecordQuery(TaskKind.Kind, agent.Tenant).And(TaskKind.AgentId.Is(agent.Id), open);
        var tasks = await store.QueryAsync(query, null, MostTasks, cancellationToken);
        await using var json = new Utf8JsonWriter(output, Relaxed);
        json.WriteStartObject();
        json.WritePropertyName("agent_card"u8);
        json.WriteRawValue(agent.Card.Span, skipInputValidation: true);
        json.WriteBoolean("enabled"u8, agent.Enabled);
        json.WriteNumber("revision"u8, agent.Revision);
        json.WriteStartArray("open_tasks"u8);
        foreach (var listed in tasks)
        {
            if (faulty.TryRead(TaskKind.Kind, listed.Record, TaskKind.Read) is { } task)
            {
                WriteTask(json, task);
            }
        }

        json.WriteEndArray();
        json.WriteBoolean("open_tasks_cut"u8, tasks.Count == MostTasks);
        json.WriteEndObject();
    }

    private static void WriteTask(Utf8JsonWriter json, TaskHead task)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, task.Id);
        json.WriteString("context_id"u8, task.ContextId);
        json.WriteString("owner"u8, task.Owner);
        json.WriteString("state"u8, task.Status.State.ToV10());
        json.WriteString("status_at"u8, task.Status.Timestamp);
        json.WriteNumber("generation"u8, task.Generation);
        json.WriteNumber("messages"u8, task.History.Count);
        json.WriteNumber("artifacts"u8, task.ArtifactCount);
        if (!task.Metadata.IsEmpty)
        {
            json.WritePropertyName("metadata"u8);
            json.WriteRawValue(task.Metadata.Span, skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    [LoggerMessage(LogLevel.Warning, "The scheduled snapshot of agent '{Id}' of tenant '{Tenant}' failed, and so may others; they are made the next "
        + "time.")]
    private partial void LogFailed(Exception fault, string id, string tenant);

    [LoggerMessage(LogLevel.Information, "Scheduled snapshots: {Saved} saved, {Failed} failed.")]
    private partial void LogMade(int saved, int failed);
}
