using OrleansRegistry.Model;

namespace OrleansRegistry.Storage;

/// <summary>Which tasks to list or count. All that is set must hold.</summary>
/// <param name="Tenant">Null: of every tenant, for what the registry does by itself (retention, leases).</param>
public sealed record TaskFilter(string? Tenant)
{
    public string? ContextId { get; init; }

    /// <summary>One of these; empty is any.</summary>
    public IReadOnlyList<TaskState> States { get; init; } = [];

    public string? Owner { get; init; }

    /// <summary>Only what somebody owns: nothing that is being deleted.</summary>
    public bool Owned { get; init; }

    public string? AgentId { get; init; }

    /// <summary>Status timestamp at or after.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Status timestamp before.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Only tasks whose lease ended before.</summary>
    public DateTimeOffset? LeaseBefore { get; init; }

    /// <summary>Only tasks that are not over and whose deadline was before.</summary>
    public DateTimeOffset? DeadlineBefore { get; init; }

    /// <summary>Only tasks that have a webhook.</summary>
    public bool HasWebhook { get; init; }

    /// <summary>By (status timestamp, tenant, id) ascending; else descending.</summary>
    public bool OldestFirst { get; init; }

    /// <summary>Whether a task is one of these.</summary>
    public bool Matches(RecordKey key, TaskFields task) =>
        (Tenant is null || Tenant == key.Tenant)
        && (ContextId is null || ContextId == task.ContextId)
        && (States.Count == 0 || States.Contains(task.State))
        && (Owner is null || Owner == task.Owner)
        && (!Owned || task.Owner.Length > 0)
        && (AgentId is null || AgentId == task.AgentId)
        && (Since is null || task.StatusAt >= Since)
        && (Before is null || task.StatusAt < Before)
        && (LeaseBefore is null || task.LeaseExpiresAt < LeaseBefore)
        && (DeadlineBefore is null || task.OpenDeadline < DeadlineBefore)
        && (!HasWebhook || task.HasWebhook);
}

/// <summary>Which contexts to list. By (updated at, tenant, id), descending unless <paramref name="OldestFirst"/>.</summary>
/// <param name="Tenant">Null: of every tenant.</param>
/// <param name="UpdatedBefore">Only those that were last changed before.</param>
public sealed record ContextFilter(string? Tenant, string? Owner = null, DateTimeOffset? UpdatedBefore = null, bool OldestFirst = false)
{
    /// <inheritdoc cref="TaskFilter.Owned"/>
    public bool Owned { get; init; }

    /// <summary>Whether a context of this owner is one of these.</summary>
    public bool IsOf(string owner) => Owner is null ? !Owned || owner.Length > 0 : Owner == owner;
}

/// <summary>Where a list goes on: after the record with this time (a task's status timestamp, a context's last change) and key.</summary>
public readonly record struct RecordPosition(DateTimeOffset At, RecordKey Key);
