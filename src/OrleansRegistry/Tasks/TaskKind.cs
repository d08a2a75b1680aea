using System.Text.Json;

namespace OrleansRegistry.Tasks;

/// <summary>
/// Tasks' heads as stores hold them. The document has <c>generation</c>, <c>history</c> and <c>artifacts</c> (see <see cref="LogJson"/>), and where
/// there are such <c>status_message</c>, <c>artifact_count</c>, <c>artifact_bytes</c>, <c>artifacts_swept</c>, <c>history_swept</c>, <c>lease</c>,
/// <c>lost_token</c>, <c>attempts</c>, <c>traceparent</c>, <c>reply</c>, <c>accepted_output_modes</c>, <c>remote</c>, <c>webhooks</c>, <c>keys</c> and <c>requests</c>
/// (<see cref="RequestMarksJson"/>); all else is in the fields: the columns, and <c>deadline</c>. A task that is being deleted has its owner in the
/// document, as <c>deleting</c>, and an empty owner in its fields: no list of an owner's shows it.
/// </summary>
internal static class TaskKind
{
    /// <summary>The owner of what is being deleted: no caller has an empty name.</summary>
    public const string Nobody = "";

    public static RecordColumn ContextId { get; } = RecordColumn.Text("context_id", required: true);

    public static RecordColumn State { get; } = RecordColumn.Text("state", required: true);

    public static RecordColumn StatusAt { get; } = RecordColumn.Time("state_timestamp", required: true);

    public static RecordColumn Owner { get; } = RecordColumn.Text("owner", required: true);

    public static RecordColumn AgentId { get; } = RecordColumn.Text("agent_id");

    public static RecordColumn LeaseExpiresAt { get; } = RecordColumn.Time("lease_expires_at");

    /// <summary>The deadline of a task that can still meet or miss it: one that is neither over nor being deleted.</summary>
    public static RecordColumn OpenDeadline { get; } = RecordColumn.Time("open_deadline");

    public static RecordColumn HasWebhook { get; } = RecordColumn.Flag("has_webhook");

    public static RecordColumn Metadata { get; } = RecordColumn.Json("metadata");

    public static RecordColumn CreatedAt { get; } = RecordColumn.Time("created_at", required: true);

    public static RecordColumn UpdatedAt { get; } = RecordColumn.Time("updated_at", required: true);

    /// <summary>Of a task with something to deliver to a webhook: when upkeep looks after it.</summary>
    public static RecordColumn PushDue { get; } = RecordColumn.Time("push_due");

    /// <summary>A webhook of it was given up.</summary>
    public static RecordColumn HasFailedWebhook { get; } = RecordColumn.Flag("has_failed_webhook");

    public static RecordKind Kind { get; } = new()
    {
        Number = 2,
        Name = "task",
        Table = "task_records",
        Columns =
        [
            ContextId, State, StatusAt, Owner, AgentId, LeaseExpiresAt, OpenDeadline, HasWebhook, Metadata, CreatedAt, UpdatedAt, PushDue,
            HasFailedWebhook,
        ],
        Orders = [new RecordOrder(StatusAt, Second: "state_second")],
        Lane = new RecordLane(State, [.. TaskStates.All.Select(state => state.ToV03())]),
        Groups = [ContextId, AgentId, Owner],
        Due = [LeaseExpiresAt, OpenDeadline, PushDue],
    };

    public static RecordBody Write(TaskHead task) => new(FieldsWriter.Write(task, WriteDocument), FieldsWriter.Write(task, WriteFields));

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static TaskHead Read(StoredRecord stored) => StoredRecords.Read(Kind, stored, ReadHead);

    /// <summary>Tasks in one of these states; in any state if the list is empty.</summary>
    public static RecordCondition? IsIn(IReadOnlyCollection<TaskState> states) =>
        states.Count == 0 ? null : State.IsOneOf(states.Select(state => state.ToV03()));

    private static TaskHead ReadHead(StoredRecord stored)
    {
        using var fieldsDocument = JsonDocument.Parse(stored.Body.Fields.Utf8, JsonInput.Stored);
        using var document = JsonDocument.Parse(stored.Body.Document.Utf8, JsonInput.Stored);
        var fields = new StoredObject(fieldsDocument.RootElement, "fields");
        var root = new StoredObject(document.RootElement, "document");
        var deletingOwner = root.TextOrNull("deleting");
        // Known, but read from other members.
        foreach (var column in (RecordColumn[])[Owner, OpenDeadline, LeaseExpiresAt, HasWebhook, HasFailedWebhook])
        {
            _ = fields.Has(column.Name);
        }

        return new TaskHead
        {
            Tenant = stored.Key.Tenant,
            Id = stored.Key.Id,
            ContextId = fields.Text("context_id"),
            Owner = deletingOwner ?? fields.Text("owner"),
            AgentId = fields.TextOrNull("agent_id"),
            Status = new TaskStatus(
                TaskStates.TryParse(fields.Text("state")) ?? throw new JsonException("'state' is not one that this version knows"),
                fields.Time("state_timestamp"),
                root.Raw("status_message")),
            Metadata = fields.Raw("metadata"),
            Generation = root.Number("generation"),
            CreatedAt = fields.Time("created_at"),
            UpdatedAt = fields.Time("updated_at"),
            History = LogJson.Read(root, "history"),
            Artifacts = root.Has("artifacts") ? LogJson.Read(root, "artifacts") : LogHead.Empty,
            ArtifactCount = (int)(root.NumberOrNull("artifact_count") ?? 0),
            ArtifactBytes = root.NumberOrNull("artifact_bytes") ?? (root.Has("artifacts") ? null : 0),
            HistorySwept = root.NumberOrNull("history_swept") ?? 0,
            ArtifactsSwept = root.NumberOrNull("artifacts_swept") ?? 0,
            Lease = root.ObjectOrNull("lease") is { } lease ? ReadLease(lease) : null,
            LostToken = root.TextOrNull("lost_token"),
            Deadline = fields.TimeOrNull("deadline"),
            PushDue = fields.TimeOrNull("push_due"),
            Attempts = (int)(root.NumberOrNull("attempts") ?? 0),
            TraceParent = root.TextOrNull("traceparent"),
            IsReply = root.Has("reply") && root.Flag("reply"),
            Remote = root.ObjectOrNull("remote") is { } remote ? ReadRemote(remote) : null,
            AcceptedOutputModes = root.Array("accepted_output_modes", mode => mode.GetString() ?? throw new JsonException("a media type is null")),
            Webhooks = root.Array("webhooks", WebhookJson.Read),
            Keys = root.Array("keys", key => key.GetString() ?? throw new JsonException("a key is null")),
            Deleting = deletingOwner is not null,
            Requests = RequestMarksJson.Read(root),
            Unknown = new UnknownMembers(root.Unknown(), fields.Unknown()),
        };
    }

    private static void WriteFields(Utf8JsonWriter json, TaskHead task)
    {
        json.WriteString("context_id"u8, task.ContextId);
        json.WriteString("state"u8, task.Status.State.ToV03());
        json.WriteString("state_timestamp"u8, task.Status.Timestamp);
        json.WriteString("owner"u8, task.Deleting ? Nobody : task.Owner);
        if (task.AgentId is not null && !task.Deleting)
        {
            json.WriteString("agent_id"u8, task.AgentId);
        }

        json.WriteString("created_at"u8, task.CreatedAt);
        json.WriteString("updated_at"u8, task.UpdatedAt);
        if (task.Lease is { } lease)
        {
            json.WriteString("lease_expires_at"u8, lease.ExpiresAt);
        }

        if (task.Deadline is { } deadline)
        {
            json.WriteString("deadline"u8, deadline);
            if (!task.Status.State.IsTerminal() && !task.Deleting)
            {
                json.WriteString("open_deadline"u8, deadline);
            }
        }

        if (task.Webhooks.Count > 0)
        {
            json.WriteBoolean("has_webhook"u8, true);
        }

        if (task.PushDue is { } pushDue && !task.Deleting)
        {
            json.WriteString("push_due"u8, pushDue);
        }

        if (task.Webhooks.Any(webhook => webhook.Failure is not null))
        {
            json.WriteBoolean("has_failed_webhook"u8, true);
        }

        if (!task.Metadata.IsEmpty)
        {
            json.WritePropertyName("metadata"u8);
            json.WriteRawValue(task.Metadata.Span, skipInputValidation: true);
        }

        StoredObject.WriteUnknown(json, task.Unknown.Fields);
    }

    private static void WriteDocument(Utf8JsonWriter json, TaskHead task)
    {
        json.WriteNumber("generation"u8, task.Generation);
        if (!task.Status.Message.IsEmpty)
        {
            json.WritePropertyName("status_message"u8);
            json.WriteRawValue(task.Status.Message.Span, skipInputValidation: true);
        }

        LogJson.Write(json, "history"u8, task.History);
        if (task.HistorySwept > 0)
        {
            json.WriteNumber("history_swept"u8, task.HistorySwept);
        }

        if (task.Artifacts.Count > 0 || task.Artifacts.Base > 0)
        {
            LogJson.Write(json, "artifacts"u8, task.Artifacts);
            json.WriteNumber("artifact_count"u8, task.ArtifactCount);
            json.WriteGiven("artifact_bytes", task.ArtifactBytes);

            if (task.ArtifactsSwept > 0)
            {
                json.WriteNumber("artifacts_swept"u8, task.ArtifactsSwept);
            }
        }

        if (task.Lease is { } lease)
        {
            json.WriteStartObject("lease"u8);
            json.WriteString("worker"u8, lease.Worker);
            json.WriteString("token"u8, lease.Token);
            json.WriteString("expires_at"u8, lease.ExpiresAt);
            StoredObject.WriteUnknown(json, lease.Unknown);
            json.WriteEndObject();
        }

        json.WriteGiven("lost_token", task.LostToken);

        if (task.Attempts > 0)
        {
            json.WriteNumber("attempts"u8, task.Attempts);
        }

        json.WriteGiven("traceparent", task.TraceParent);

        if (task.IsReply)
        {
            json.WriteBoolean("reply"u8, true);
        }

        if (task.AcceptedOutputModes.Count > 0)
        {
            json.WriteGiven("accepted_output_modes", task.AcceptedOutputModes);
        }

        if (task.Remote is { } remote)
        {
            json.WriteStartObject("remote"u8);
            json.WriteGiven("task_id", remote.TaskId);
            json.WriteGiven("context_id", remote.ContextId);
            json.WriteGiven("message_id", remote.MessageId);
            json.WriteGiven("instance", remote.Instance);
            StoredObject.WriteUnknown(json, remote.Unknown);
            json.WriteEndObject();
        }

        if (task.Webhooks.Count > 0)
        {
            WebhookJson.Write(json, task.Webhooks);
        }

        if (task.Keys.Count > 0)
        {
            json.WriteGiven("keys", task.Keys);
        }

        RequestMarksJson.Write(json, task.Requests);
        if (task.Deleting)
        {
            json.WriteString("deleting"u8, task.Owner);
        }

        StoredObject.WriteUnknown(json, task.Unknown.Document);
    }

    private static RemoteTask ReadRemote(StoredObject remote) =>
        new(remote.TextOrNull("task_id"), remote.TextOrNull("context_id"), remote.TextOrNull("message_id"))
        {
            Instance = remote.TextOrNull("instance"),
            Unknown = remote.Unknown(),
        };

    private static TaskLease ReadLease(StoredObject lease) =>
        new(lease.Text("worker"), lease.Text("token"), lease.Time("expires_at")) { Unknown = lease.Unknown() };
}
