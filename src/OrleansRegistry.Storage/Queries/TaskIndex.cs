using OrleansRegistry.Model;

namespace OrleansRegistry.Storage;

/// <summary>
/// The tasks of a store by what <see cref="TaskFilter"/> asks for, in memory: of each its key and a few fields, in the order of lists.
/// Finding a page costs O(log n) and the page where one condition names the tasks (or one and the state), and a walk over the smallest
/// of what the conditions name where there are more. Safe for any number of threads; a reader holds up the writer for a moment only.
/// </summary>
internal sealed class TaskIndex
{
    private readonly Lock gate = new();
    private readonly ShardedDictionary<RecordKey, TaskEntry> entries = new();
    private readonly Dictionary<string, TaskTenant> tenants = new(StringComparer.Ordinal);
    private readonly EntryGroup<TaskEntry> all = new("");
    private readonly SortedRun<DueEntry> leases = new();
    private readonly SortedRun<DueEntry> deadlines = new();

    /// <summary>Takes in a task as it is stored now. One without readable fields is in no list.</summary>
    public void Set(RecordKey key, long version, TaskFields? fields)
    {
        if (fields is null)
        {
            Remove(key);
            return;
        }

        lock (gate)
        {
            if (!entries.TryGetValue(key, out var entry))
            {
                entry = new TaskEntry(key with { Tenant = TenantOf(key).Name });
                entries.Add(entry.Key, entry);
                Join(entry, fields);
            }
            else if (!IsAtItsPlace(entry, fields))
            {
                Leave(entry);
                Join(entry, fields);
            }

            entry.Version = version;
            entry.Lease = Move(leases, entry, entry.Lease, fields.LeaseExpiresAt);
            entry.Deadline = Move(deadlines, entry, entry.Deadline, fields.OpenDeadline);
        }
    }

    public void Remove(RecordKey key)
    {
        lock (gate)
        {
            if (entries.Remove(key, out var entry))
            {
                entry.Lease = Move(leases, entry, entry.Lease, null);
                entry.Deadline = Move(deadlines, entry, entry.Deadline, null);
                Leave(entry);
                if (entry.Tenant.All.Count == 0)
                {
                    tenants.Remove(entry.Tenant.Name);
                }
            }
        }
    }

    /// <summary>The next tasks that match, in the filter's order; fewer than <paramref name="limit"/> only where there are no more.</summary>
    public List<IndexHit> Page(TaskFilter filter, IndexPosition? after, int limit)
    {
        var (since, before) = (IndexPosition.Before(filter.Since), IndexPosition.Before(filter.Before));
        if (IsOfDue(filter))
        {
            return PageOfDue(filter, after, limit);
        }

        var lanes = filter.States.Count == 0 ? EntryGroup<TaskEntry>.AnyLane : filter.States.Aggregate(0u, (bits, state) => bits | (1u << (int)state));
        return filter.OldestFirst
            ? IndexPages.Read(gate, () => Choose(filter), entry => Matches(filter, entry), lanes, IndexPosition.Later(after, since), before, true, limit)
            : IndexPages.Read(gate, () => Choose(filter), entry => Matches(filter, entry), lanes, IndexPosition.Earlier(after, before), since, false, limit);
    }

    /// <summary>How many tasks match, by state, at one moment.</summary>
    public Dictionary<TaskState, long> Count(TaskFilter filter)
    {
        var counts = new Dictionary<TaskState, long>();
        lock (gate)
        {
            if (IsOfDue(filter))
            {
                Add(Due(filter));
            }
            else if (Choose(filter) is { } group)
            {
                var (since, before) = (IndexPosition.Before(filter.Since), IndexPosition.Before(filter.Before));
                if (NamesOneGroup(filter))
                {
                    foreach (var state in filter.States.Count == 0 ? TaskStates.All : filter.States.Distinct())
                    {
                        counts[state] = group.CountLane((int)state, since, before);
                    }
                }
                else
                {
                    Add(group.Walk(since, ascending: true, EntryGroup<TaskEntry>.AnyLane)
                        .TakeWhile(entry => before?.CompareEntry(entry) is null or < 0).Where(entry => Matches(filter, entry)));
                }
            }
        }

        return counts.Where(count => count.Value > 0).ToDictionary();

        void Add(IEnumerable<TaskEntry> matching)
        {
            foreach (var entry in matching)
            {
                counts[entry.State] = counts.GetValueOrDefault(entry.State) + 1;
            }
        }
    }

    private List<IndexHit> PageOfDue(TaskFilter filter, IndexPosition? after, int limit)
    {
        lock (gate)
        {
            var found = Due(filter).ToList();
            found.Sort((one, other) => filter.OldestFirst ? one.OrderTo(other) : other.OrderTo(one));
            return
            [
                .. found.Where(entry => after?.CompareEntry(entry) is not { } order || (filter.OldestFirst ? order > 0 : order < 0))
                    .Take(limit).Select(entry => new IndexHit(entry.Key, entry.Version, entry.At)),
            ];
        }
    }

    private static bool IsOfDue(TaskFilter filter) => filter.LeaseBefore is not null || filter.DeadlineBefore is not null;

    /// <summary>The tasks whose lease ended or whose deadline was, which are few: they are looked for to be given back or to fail.</summary>
    private IEnumerable<TaskEntry> Due(TaskFilter filter)
    {
        var (run, end) = filter.LeaseBefore is { } expiry ? (leases, expiry) : (deadlines, filter.DeadlineBefore!.Value);
        var (since, before) = (filter.Since?.UtcTicks ?? long.MinValue, filter.Before?.UtcTicks ?? long.MaxValue);
        return run.Walk(null, ascending: true).TakeWhile(due => due.At < end.UtcTicks).Select(due => due.Task)
            .Where(entry => entry.At >= since && entry.At < before && (filter.Tenant is null || filter.Tenant == entry.Key.Tenant) && Matches(filter, entry));
    }

    private EntryGroup<TaskEntry>? Choose(TaskFilter filter) =>
        filter.Tenant is null ? all : tenants.TryGetValue(filter.Tenant, out var tenant) ? tenant.Choose(filter) : null;

    /// <summary>True where all of the chosen group matches, but for states and times.</summary>
    private static bool NamesOneGroup(TaskFilter filter)
    {
        var conditions = new[] { filter.ContextId is not null, filter.Owner is not null, filter.AgentId is not null, filter.HasWebhook }.Count(set => set);
        return !filter.Owned && (conditions == 0 || (conditions == 1 && filter.Tenant is not null));
    }

    private static bool Matches(TaskFilter filter, TaskEntry entry) =>
        (filter.ContextId is null || filter.ContextId == entry.Context.Name)
        && (filter.Owner is null || filter.Owner == entry.Owner.Name)
        && (!filter.Owned || entry.Owner.Name.Length > 0)
        && (filter.AgentId is null || filter.AgentId == entry.Agent?.Name)
        && (filter.DeadlineBefore is null || entry.Deadline?.At < filter.DeadlineBefore.Value.UtcTicks)
        && (!filter.HasWebhook || entry.HasWebhook)
        && (filter.States.Count == 0 || filter.States.Contains(entry.State));

    private static bool IsAtItsPlace(TaskEntry entry, TaskFields fields) =>
        entry.At == fields.StatusAt.UtcTicks && entry.State == fields.State && entry.HasWebhook == fields.HasWebhook
        && entry.Context.Name == fields.ContextId && entry.Owner.Name == fields.Owner && entry.Agent?.Name == fields.AgentId;

    private void Join(TaskEntry entry, TaskFields fields)
    {
        var tenant = TenantOf(entry.Key);
        (entry.Tenant, entry.At, entry.State, entry.HasWebhook) = (tenant, fields.StatusAt.UtcTicks, fields.State, fields.HasWebhook);
        all.Add(entry);
        tenant.All.Add(entry);
        entry.Context = tenant.Contexts.Join(fields.ContextId, entry);
        entry.Owner = tenant.Owners.Join(fields.Owner, entry);
        entry.Agent = fields.AgentId is { } agent ? tenant.Agents.Join(agent, entry) : null;
        if (entry.HasWebhook)
        {
            tenant.WithWebhook.Add(entry);
        }
    }

    private void Leave(TaskEntry entry)
    {
        var tenant = entry.Tenant;
        all.Remove(entry);
        tenant.All.Remove(entry);
        tenant.Contexts.Leave(entry.Context, entry);
        tenant.Owners.Leave(entry.Owner, entry);
        if (entry.Agent is { } agent)
        {
            tenant.Agents.Leave(agent, entry);
        }

        if (entry.HasWebhook)
        {
            tenant.WithWebhook.Remove(entry);
        }
    }

    private TaskTenant TenantOf(RecordKey key)
    {
        if (!tenants.TryGetValue(key.Tenant, out var tenant))
        {
            tenants[key.Tenant] = tenant = new TaskTenant(key.Tenant);
        }

        return tenant;
    }

    /// <summary>Puts a task at another place in a run, where the time is another.</summary>
    private static DueEntry? Move(SortedRun<DueEntry> run, TaskEntry entry, DueEntry? former, DateTimeOffset? at)
    {
        if (former?.At == at?.UtcTicks)
        {
            return former;
        }

        if (former is not null)
        {
            run.Remove(former);
        }

        if (at is not { } time)
        {
            return null;
        }

        var due = new DueEntry(entry, time);
        run.Add(due);
        return due;
    }
}
