using System.Runtime.InteropServices;

namespace OrleansRegistry.Finding;

/// <summary>How one task ended.</summary>
/// <param name="At">When, in Unix milliseconds.</param>
/// <param name="Took">From being submitted to the end, in milliseconds.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TaskOutcome(long At, uint Took, bool IsCompleted);

/// <summary>What is known of one agent's tasks. One writer; readers get what was made of it last.</summary>
internal sealed class TaskOutcomes
{
    /// <summary>Of an agent that ends more in a day, the newest count.</summary>
    public const int Most = 4_096;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly Lock gate = new();
    private readonly Queue<TaskOutcome> outcomes = [];
    private int open;
    private AgentActivity? told;
    private long toldAt;

    /// <summary>How many of the agent's tasks are open.</summary>
    public int Open
    {
        get => Volatile.Read(ref open);
        set
        {
            lock (gate)
            {
                told = open == value ? told : null;
                open = value;
            }
        }
    }

    public void Add(TaskOutcome outcome)
    {
        lock (gate)
        {
            if (outcomes.Count == Most)
            {
                outcomes.Dequeue();
            }

            outcomes.Enqueue(outcome);
            told = null;
        }
    }

    /// <summary>Forgets what ended more than a day ago.</summary>
    /// <returns>Whether there is nothing left to tell.</returns>
    public bool Prune(DateTimeOffset now)
    {
        lock (gate)
        {
            var since = (now - Day).ToUnixTimeMilliseconds();
            while (outcomes.TryPeek(out var oldest) && oldest.At < since)
            {
                outcomes.Dequeue();
            }

            return outcomes.Count == 0 && open == 0;
        }
    }

    /// <summary>Null where there is nothing to tell. Made anew once a minute, and where something has changed.</summary>
    public AgentActivity? Tell(DateTimeOffset now)
    {
        lock (gate)
        {
            var minute = now.ToUnixTimeSeconds() / 60;
            if (told is null || toldAt != minute)
            {
                (told, toldAt) = (new AgentActivity(open, Since(now - Hour), Since(now - Day)), minute);
            }

            return told is { OpenTasks: 0, LastDay: { Completed: 0, Failed: 0 } } ? null : told;
        }
    }

    private AgentOutcomes Since(DateTimeOffset time)
    {
        var since = time.ToUnixTimeMilliseconds();
        var completed = new List<uint>();
        var failed = 0;
        foreach (var outcome in outcomes)
        {
            if (outcome.At >= since && outcome.IsCompleted)
            {
                completed.Add(outcome.Took);
            }
            else if (outcome.At >= since)
            {
                failed++;
            }
        }

        completed.Sort();
        return new AgentOutcomes(
            completed.Count, failed, completed.Count == 0 ? null : TimeSpan.FromMilliseconds(completed[(completed.Count - 1) / 2]));
    }
}
