using OrleansRegistry.Model;

namespace OrleansRegistry.Storage;

/// <summary>What the index knows of a task: some 100 bytes, and strings that it shares with others.</summary>
internal sealed class TaskEntry(RecordKey key) : IndexEntry(key)
{
    public TaskState State { get; set; }

    public bool HasWebhook { get; set; }

    /// <summary>Null where nobody works on it.</summary>
    public DueEntry? Lease { get; set; }

    /// <summary>Null where it has none, or is over.</summary>
    public DueEntry? Deadline { get; set; }

    public TaskTenant Tenant { get; set; } = null!;

    public EntryGroup<TaskEntry> Context { get; set; } = null!;

    public EntryGroup<TaskEntry> Owner { get; set; } = null!;

    /// <summary>Null where it is no agent's.</summary>
    public EntryGroup<TaskEntry>? Agent { get; set; }

    public override int Lane => (int)State;
}

/// <summary>When something of a task is over: its lease, or its time.</summary>
internal sealed class DueEntry : IndexEntry
{
    public DueEntry(TaskEntry task, DateTimeOffset at)
        : base(task.Key) => (Task, At) = (task, at.UtcTicks);

    public TaskEntry Task { get; }
}

/// <summary>The tasks of one tenant, by what lists are filtered by.</summary>
internal sealed class TaskTenant(string name)
{
    public string Name { get; } = name;

    public EntryGroup<TaskEntry> All { get; } = new("");

    public EntryGroup<TaskEntry> WithWebhook { get; } = new("");

    public EntryGroups<TaskEntry> Contexts { get; } = new();

    public EntryGroups<TaskEntry> Owners { get; } = new();

    public EntryGroups<TaskEntry> Agents { get; } = new();

    /// <summary>The smallest group that holds all tasks of the tenant that match; null where none does.</summary>
    public EntryGroup<TaskEntry>? Choose(TaskFilter filter)
    {
        EntryGroup<TaskEntry>? smallest = filter.HasWebhook ? WithWebhook : All;
        Narrow(Contexts, filter.ContextId);
        Narrow(Owners, filter.Owner);
        Narrow(Agents, filter.AgentId);
        return smallest;

        void Narrow(EntryGroups<TaskEntry> groups, string? name)
        {
            if (name is not null && smallest is not null)
            {
                var group = groups.Find(name);
                smallest = group is null || group.Count < smallest.Count ? group : smallest;
            }
        }
    }
}
