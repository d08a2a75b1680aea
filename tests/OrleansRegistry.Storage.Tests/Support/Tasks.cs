using System.Text.Json;
using static OrleansRegistry.Storage.Tests.Records;

namespace OrleansRegistry.Storage.Tests;

/// <summary>The columns of a task, as its record's fields have them.</summary>
public sealed record TaskFields(
    string ContextId, TaskState State, DateTimeOffset StatusAt, string Owner, string? AgentId, DateTimeOffset? LeaseExpiresAt, bool HasWebhook)
{
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>JSON as it is written.</summary>
    public RawJson Metadata { get; init; }

    public DateTimeOffset? Deadline { get; init; }

    public DateTimeOffset? OpenDeadline => State.IsTerminal() || Owner.Length == 0 ? null : Deadline;

    public static TaskFields Read(RawJson fields)
    {
        using var document = JsonDocument.Parse(fields.Utf8);
        var root = document.RootElement;
        return new TaskFields(
            root.GetProperty("context_id").GetString()!, TaskStates.TryParse(root.GetProperty("state").GetString()!)!.Value, root.GetProperty(
                "state_timestamp").GetDateTimeOffset(),
            root.GetProperty("owner").GetString()!, root.TryGetProperty("agent_id", out var agent) ? agent.GetString() : null,
            root.TryGetProperty("lease_expires_at", out var lease) ? lease.GetDateTimeOffset() : null, root.TryGetProperty("has_webhook", out _))
        {
            Metadata = root.TryGetProperty("metadata", out var metadata) ? JsonInput.Copy(metadata) : default,
            Deadline = root.TryGetProperty("deadline", out var deadline) ? deadline.GetDateTimeOffset() : null,
        };
    }

    public RawJson Write()
    {
        var fields = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["context_id"] = ContextId, ["state"] = State.ToV03(), ["state_timestamp"] = StatusAt, ["owner"] = Owner, ["created_at"] = Tasks
                .At(0), ["updated_at"] = UpdatedAt ?? StatusAt,
        };
        Add("agent_id", AgentId);
        Add("lease_expires_at", LeaseExpiresAt);
        Add("deadline", Deadline);
        Add("open_deadline", OpenDeadline);
        Add("has_webhook", HasWebhook ? true : null);
        var json = JsonSerializer.Serialize(fields);
        return Json(Metadata.IsEmpty ? json : $"{json[..^1]},\"metadata\":{Metadata}}}");

        void Add(string name, object? value)
        {
            if (value is not null)
            {
                fields[name] = value;
            }
        }
    }
}

/// <summary>The columns of a context.</summary>
public sealed record ContextFields(string Owner, DateTimeOffset UpdatedAt)
{
    public RawJson Data { get; init; }

    public static ContextFields Read(RawJson fields)
    {
        using var document = JsonDocument.Parse(fields.Utf8);
        return new ContextFields(
            document.RootElement.GetProperty("owner").GetString()!,
            document.RootElement.GetProperty("updated_at").GetDateTimeOffset());
    }

    public RawJson Write()
    {
        var json = JsonSerializer.Serialize(new { owner = Owner, created_at = Tasks.At(0), updated_at = UpdatedAt });
        return Json(Data.IsEmpty ? json : $"{json[..^1]},\"context_data\":{Data}}}");
    }
}

/// <summary>A query of tasks with a name for each condition, so that it can be compared with the plainest means.</summary>
public sealed record TaskFilter(string? Tenant)
{
    public string? ContextId { get; init; }

    public IReadOnlyList<TaskState> States { get; init; } = [];

    public string? Owner { get; init; }

    public bool Owned { get; init; }

    public string? AgentId { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Before { get; init; }

    public DateTimeOffset? LeaseBefore { get; init; }

    public DateTimeOffset? DeadlineBefore { get; init; }

    public bool HasWebhook { get; init; }

    public DateTimeOffset? PushBefore { get; init; }

    public bool HasFailedWebhook { get; init; }

    public bool OldestFirst { get; init; }

    public RecordQuery Query => new RecordQuery(TaskKind.Kind, Tenant) { OldestFirst = OldestFirst }.And(
        ContextId is null ? null : TaskKind.ContextId.Is(ContextId),
        TaskKind.IsIn(States),
        Owner is null ? null : TaskKind.Owner.Is(Owner),
        Owned ? TaskKind.Owner.IsNot("") : null,
        AgentId is null ? null : TaskKind.AgentId.Is(AgentId),
        Since is { } since ? TaskKind.StatusAt.IsFrom(since) : null,
        Before is { } before ? TaskKind.StatusAt.IsBefore(before) : null,
        LeaseBefore is { } lease ? TaskKind.LeaseExpiresAt.IsBefore(lease) : null,
        DeadlineBefore is { } deadline ? TaskKind.OpenDeadline.IsBefore(deadline) : null,
        HasWebhook ? TaskKind.HasWebhook.IsSet() : null,
        PushBefore is { } push ? TaskKind.PushDue.IsBefore(push) : null,
        HasFailedWebhook ? TaskKind.HasFailedWebhook.IsSet() : null);

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

/// <summary>A query of contexts.</summary>
public sealed record ContextFilter(string? Tenant, string? Owner = null, DateTimeOffset? UpdatedBefore = null, bool OldestFirst = false)
{
    public RecordQuery Query => new RecordQuery(ContextKind.Kind, Tenant) { OldestFirst = OldestFirst }.And(
        Owner is null ? null : ContextKind.Owner.Is(Owner), UpdatedBefore is { } before ? ContextKind.UpdatedAt.IsBefore(before) : null);
}

/// <summary>Short ways to say which tasks and contexts the tests store.</summary>
internal static class Tasks
{
    /// <summary>A second begins at 20, as some stores look up the second of a time first.</summary>
    public static DateTimeOffset At(int millisecond) => new DateTimeOffset(2026, 1, 2, 3, 4, 4, 980, TimeSpan.Zero).AddMilliseconds(millisecond);

    public static ValueTask<IReadOnlyList<ListedRecord>> ListTasksAsync(
        this IRecordStore store, TaskFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        store.QueryAsync(filter.Query, after, limit, cancellationToken);

    public static ValueTask<IReadOnlyList<RecordPosition>> ListTaskKeysAsync(
        this IRecordStore store,
        TaskFilter filter,
        RecordPosition? after,
        int limit) =>
        store.QueryKeysAsync(filter.Query, after, limit);

    public static ValueTask<IReadOnlyList<ListedRecord>> ListContextsAsync(
        this IRecordStore store, ContextFilter filter, RecordPosition? after, int limit, CancellationToken cancellationToken = default) =>
        store.QueryAsync(filter.Query, after, limit, cancellationToken);

    /// <summary>How many match, by state; states that none has are left out.</summary>
    public static async ValueTask<IReadOnlyDictionary<TaskState, long>> CountTasksAsync(
        this IRecordStore store, TaskFilter filter, CancellationToken cancellationToken = default)
    {
        var groups = await store.GroupAsync(
            filter.Query,
            TaskKind.State,
            [.. TaskStates.All.Select(state => state.ToV03())],
            first: 0,
            cancellationToken);
        return TaskStates.All.Zip(groups).Where(counted => counted.Second.Count > 0)
            .ToDictionary(counted => counted.First, counted => counted.Second.Count);
    }

    public static ValueTask<IReadOnlyList<RecordGroup>> SummarizeContextsAsync(
        this IRecordStore store,
        string tenant,
        string owner,
        IReadOnlyList<string> contextIds,
        int newest,
        CancellationToken cancellationToken = default) =>
        store.GroupAsync(new TaskFilter(tenant) { Owner = owner }.Query, TaskKind.ContextId, contextIds, newest, cancellationToken);

    public static TaskFields Fields(
        int at, TaskState state = TaskState.Submitted, string context = "c", string owner = "o", string? agent = null, int? lease = null,
        bool webhook = false) =>
        new(context, state, At(at), owner, agent, lease is { } end ? At(end) : null, webhook);

    public static ContextFields Conversation(int updated, string owner = "o") => new(owner, At(updated));

    public static ValueTask<long> PutTaskAsync(this IRecordStore store, string id, TaskFields fields, long expected = 0, string tenant = "acme") =>
        store.WriteAsync(TaskKind.Kind, Key(id, tenant), expected, new RecordBody(Json($$"""{"task":"{{id}}"}"""), fields.Write()));

    public static ValueTask<long> PutContextAsync(
        this IRecordStore store,
        string id,
        ContextFields fields,
        long expected = 0,
        string tenant = "acme") =>
        store.WriteAsync(ContextKind.Kind, Key(id, tenant), expected, new RecordBody(Json($$"""{"context":"{{id}}"}"""), fields.Write()));

    /// <summary>All that match, read in pages.</summary>
    public static async Task<List<StoredRecord>> AllTasksAsync(this IRecordStore store, TaskFilter filter, int pageSize = 1_000)
    {
        var (all, position) = (new List<StoredRecord>(), (RecordPosition?)null);
        while (true)
        {
            var page = await store.ListTasksAsync(filter, position, pageSize);
            all.AddRange(page.Select(listed => listed.Record));
            if (page.Count < pageSize)
            {
                return all;
            }

            position = page[^1].Position;
        }
    }

    /// <summary>All that match, read in pages.</summary>
    public static async Task<List<StoredRecord>> AllContextsAsync(this IRecordStore store, ContextFilter filter, int pageSize = 1_000)
    {
        var (all, position) = (new List<StoredRecord>(), (RecordPosition?)null);
        while (true)
        {
            var page = await store.ListContextsAsync(filter, position, pageSize);
            var keys = await store.QueryKeysAsync(filter.Query, position, pageSize);
            Assert.Equal(page.Select(listed => new RecordPosition(ContextFields.Read(listed.Record.Body.Fields).UpdatedAt, listed.Record.Key)), keys);
            Assert.Equal(page.Select(listed => listed.Position), keys);
            all.AddRange(page.Select(listed => listed.Record));
            if (page.Count < pageSize)
            {
                return all;
            }

            position = page[^1].Position;
        }
    }

    public static async Task<string> IdsAsync(this IRecordStore store, TaskFilter filter, int pageSize = 1_000) =>
        Ids(await store.AllTasksAsync(filter, pageSize));

    public static string Ids(IEnumerable<StoredRecord> records) => string.Join(' ', records.Select(record => record.Key.Id));

    /// <summary>What a filter should find, by the plainest means.</summary>
    public static IEnumerable<RecordKey> Expected(TaskFilter filter, IEnumerable<KeyValuePair<RecordKey, TaskFields>> tasks)
    {
        var order = Comparer<RecordKey>.Create(KeyOrder.Compare);
        var matching = tasks.Where(task => filter.Matches(task.Key, task.Value)).ToList();
        return (filter.OldestFirst
            ? matching.OrderBy(task => task.Value.StatusAt).ThenBy(task => task.Key, order)
            : matching.OrderByDescending(task => task.Value.StatusAt).ThenByDescending(task => task.Key, order)).Select(task => task.Key);
    }
}
