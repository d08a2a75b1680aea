using System.Collections.Concurrent;
using System.Text.Json;

namespace OrleansRegistry.Finding;

/// <summary>
/// What the tasks in the store tell of agents, kept in this process's memory. Nothing is written for it: each round reads the tasks whose status is new
/// by the index of states and times, so that every process finds the same, and a new one what was before it.
/// </summary>
internal sealed class AgentTaskFigures(IRecordStore store, [RegistryTime] TimeProvider time) : IAgentActivities
{
    /// <summary>Few, as whole heads are read, which may have a megabyte each.</summary>
    private const int Step = 100;

    /// <summary>The most outcomes that are read at the start, the newest.</summary>
    private const int MostAtStart = 200_000;

    /// <summary>So many agents are counted for in one query.</summary>
    private const int Agents = 1_000;

    /// <summary>A status is told this long before others are, at most: it is stored after its time, and clocks differ.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TaskState[] Ends = [TaskState.Completed, TaskState.Failed, TaskState.Rejected, TaskState.Canceled];
    private static readonly TaskState[] Opens = [.. TaskStates.All.Where(state => !state.IsTerminal())];

    private readonly ConcurrentDictionary<RecordKey, TaskOutcomes> agents = new();

    /// <summary>What has been counted, of the time that is read again.</summary>
    private readonly Dictionary<RecordKey, DateTimeOffset> counted = [];

    /// <summary>Whether there ever was one: to ask the dictionary whether it is empty takes all its locks where it is.</summary>
    private volatile bool hasAny;

    private DateTimeOffset? readUntil;
    private long history;

    public AgentActivity? Of(string tenant, string id) =>
        !hasAny ? null : agents.GetValueOrDefault(new RecordKey(tenant, id))?.Tell(time.GetUtcNow());

    /// <summary>Takes in what happened to tasks since the round before.</summary>
    public async Task ReadNewAsync(CancellationToken cancellationToken)
    {
        if (readUntil is null || history != store.History)
        {
            await StartAsync(cancellationToken);
            return;
        }

        var now = time.GetUtcNow();
        var from = readUntil.Value - Overlap;
        var touched = new HashSet<RecordKey>();
        await foreach (var task in ListAsync(Ends, from, oldestFirst: true, cancellationToken))
        {
            Count(task);
            touched.Add(task.Agent);
        }

        await foreach (var task in ListAsync(Opens, from, oldestFirst: true, cancellationToken))
        {
            touched.Add(task.Agent);
        }

        await CountOpenAsync(touched, cancellationToken);
        readUntil = now;
        foreach (var (key, at) in counted)
        {
            if (at < now - Overlap - Overlap)
            {
                counted.Remove(key);
            }
        }
    }

    /// <summary>Counts the open tasks again of all agents that have some, as deleted ones leave no trace; and forgets what is older than a day.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await CountOpenAsync([.. agents.Where(agent => agent.Value.Open > 0).Select(agent => agent.Key)], cancellationToken);
        var now = time.GetUtcNow();
        foreach (var (key, outcomes) in agents)
        {
            if (outcomes.Prune(now))
            {
                agents.TryRemove(key, out _);
            }
        }
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        // Where this fails, the next round starts again.
        readUntil = null;
        history = store.History;
        agents.Clear();
        counted.Clear();
        var now = time.GetUtcNow();
        var ended = new List<SeenTask>();
        await foreach (var task in ListAsync(Ends, now - Day, oldestFirst: false, cancellationToken))
        {
            ended.Add(task);
            if (ended.Count == MostAtStart)
            {
                break;
            }
        }

        for (var i = ended.Count - 1; i >= 0; i--)
        {
            Count(ended[i]);
        }

        var touched = new HashSet<RecordKey>();
        await foreach (var task in ListAsync(Opens, from: null, oldestFirst: true, cancellationToken))
        {
            touched.Add(task.Agent);
        }

        await CountOpenAsync(touched, cancellationToken);
        readUntil = now;
    }

    private void Count(SeenTask task)
    {
        if (task.State == TaskState.Canceled || (counted.TryGetValue(task.Key, out var at) && at == task.At))
        {
            return;
        }

        counted[task.Key] = task.At;
        var took = Math.Clamp((task.At - task.CreatedAt).TotalMilliseconds, 0, uint.MaxValue);
        Of(task.Agent).Add(new TaskOutcome(task.At.ToUnixTimeMilliseconds(), (uint)took, task.State == TaskState.Completed));
    }

    private TaskOutcomes Of(RecordKey agent)
    {
        hasAny = true;
        return agents.GetOrAdd(agent, static _ => new TaskOutcomes());
    }

    /// <summary>Asks the store, by its index of agents, how many open tasks these have.</summary>
    private async Task CountOpenAsync(IReadOnlyCollection<RecordKey> some, CancellationToken cancellationToken)
    {
        foreach (var ofTenant in some.GroupBy(agent => agent.Tenant))
        {
            var query = new RecordQuery(TaskKind.Kind, ofTenant.Key).And(TaskKind.IsIn(Opens));
            foreach (var ids in ofTenant.Select(agent => agent.Id).Chunk(Agents))
            {
                var groups = await store.GroupAsync(query, TaskKind.AgentId, ids, first: 0, cancellationToken);
                foreach (var (i, group) in groups.Index())
                {
                    var agent = new RecordKey(ofTenant.Key, ids[i]);
                    if (group.Count > 0 || agents.ContainsKey(agent))
                    {
                        Of(agent).Open = (int)group.Count;
                    }
                }
            }
        }
    }

    /// <summary>The tasks of agents in these states, of every tenant.</summary>
    private async IAsyncEnumerable<SeenTask> ListAsync(
        TaskState[] states,
        DateTimeOffset? from,
        bool oldestFirst,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new RecordQuery(TaskKind.Kind, Tenant: null) { OldestFirst = oldestFirst }
            .And(TaskKind.IsIn(states), from is { } start ? TaskKind.StatusAt.IsFrom(start) : null);
        RecordPosition? after = null;
        while (true)
        {
            var some = await store.QueryAsync(query, after, Step, cancellationToken);
            foreach (var listed in some)
            {
                if (Read(listed) is { } task)
                {
                    yield return task;
                }
            }

            if (some.Count == 0)
            {
                yield break;
            }

            after = some[^1].Position;
        }
    }

    /// <summary>Null where it is of no agent, is being deleted, or cannot be read, of which lists tell.</summary>
    private static SeenTask? Read(ListedRecord listed)
    {
        try
        {
            using var document = JsonDocument.Parse(listed.Record.Body.Fields.Utf8, JsonInput.Stored);
            var fields = new StoredObject(document.RootElement, "fields");
            return fields.TextOrNull("agent_id") is { } agent && TaskStates.TryParse(fields.Text("state")) is { } state
                ? new SeenTask(
                    listed.Position.Key, listed.Position.Key with { Id = agent }, state, fields.Time("created_at"), fields.Time("state_timestamp"))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record SeenTask(RecordKey Key, RecordKey Agent, TaskState State, DateTimeOffset CreatedAt, DateTimeOffset At);
}
