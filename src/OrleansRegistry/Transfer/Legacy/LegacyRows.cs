using System.Runtime.CompilerServices;
using System.Text.Json;

namespace OrleansRegistry.Transfer;

/// <summary>
/// Rows of Bindu's tables as JSON: <c>tasks</c>, <c>contexts</c>, <c>task_feedback</c> and <c>webhook_configs</c>, one table or several in a file. Ids and
/// times stay; the owner is the row's <c>owner_did</c>, or the caller.
/// </summary>
internal sealed class LegacyRows(IRecordStore store, LineCheck check, Caller caller)
{
    private readonly Dictionary<string, LegacyEntry> webhooks = new(StringComparer.Ordinal);
    private readonly HashSet<string> contexts = new(StringComparer.Ordinal);

    public static IReadOnlyList<string> Tables { get; } = ["contexts", "tasks", "task_feedback", "webhook_configs"];

    /// <summary>Whether it is such a row.</summary>
    public static bool Recognises(JsonElement row) => TableOf(row) is not null;

    public async IAsyncEnumerable<CheckedLine> ReadAsync(
        IReadOnlyList<LegacyEntry> entries, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var tables = entries.ToLookup(entry => entry.Table ?? TableOf(entry.Json) ?? "", StringComparer.Ordinal);
        foreach (var entry in tables.Where(table => !Tables.Contains(table.Key, StringComparer.Ordinal)).SelectMany(table => table))
        {
            yield return new CheckedLine(entry.Number, null, null, entry.Fault ?? $"it is a row of none of {string.Join(", ", Tables)}");
        }

        foreach (var fault in tables["webhook_configs"].SelectMany(entry => entry.Read(AddWebhook)))
        {
            yield return fault;
        }

        foreach (var line in tables["contexts"].SelectMany(entry => entry.Read(ReadContext)))
        {
            yield return line;
        }

        await foreach (var line in MissingContextsAsync(tables["tasks"], cancellationToken))
        {
            yield return line;
        }

        foreach (var line in tables["tasks"].SelectMany(entry => entry.Read(ReadTask)))
        {
            yield return line;
        }

        foreach (var entry in webhooks.Values)
        {
            yield return new CheckedLine(entry.Number, null, null, "the task that it belongs to is not in the file");
        }

        foreach (var said in tables["task_feedback"].GroupBy(entry => IdOf(entry, "task_id") ?? "", StringComparer.Ordinal))
        {
            foreach (var line in said.First().Read(_ => ReadFeedback(said.Key, [.. said])))
            {
                yield return line;
            }
        }
    }

    private static string? TableOf(JsonElement row)
    {
        if (LegacyFile.Has(row, "feedback_data"))
        {
            return "task_feedback";
        }

        if (LegacyFile.Has(row, "context_id") && (LegacyFile.Has(row, "state") || LegacyFile.Has(row, "status")))
        {
            return "tasks";
        }

        if (LegacyFile.Has(row, "message_history") || LegacyFile.Has(row, "context_data"))
        {
            return "contexts";
        }

        return LegacyFile.Has(row, "task_id") && LegacyFile.Has(row, "config") ? "webhook_configs" : null;
    }

    private IReadOnlyList<CheckedLine> AddWebhook(LegacyEntry entry)
    {
        webhooks[IdOf(entry, "task_id") ?? throw new JsonException("'task_id' is missing")] = entry;
        return [];
    }

    private IReadOnlyList<CheckedLine> ReadContext(LegacyEntry entry)
    {
        var id = IdOf(entry, "id") ?? throw new JsonException("'id' is missing");
        var created = CreatedAt(entry);
        var log = new LegacyLog(LogName.MessagesOf(caller.Tenant, id), Messages(entry, "message_history", id), MessageItem.IdOf);
        contexts.Add(id);
        var head = ContextHeadOf(id, OwnerOf(entry), ObjectOf(entry, "context_data"), created, UpdatedAt(entry, created), log.Head);
        return Lines(entry.Number, head, log);
    }

    /// <summary>Contexts that tasks name and nothing tells of: a task of this registry is always in one.</summary>
    private async IAsyncEnumerable<CheckedLine> MissingContextsAsync(
        IEnumerable<LegacyEntry> tasks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var entry in tasks)
        {
            if (entry.Json.ValueKind != JsonValueKind.Object || IdOf(entry, "context_id") is not { } id || !contexts.Add(id)
                || await store.ReadAsync(ContextKind.Kind, new RecordKey(caller.Tenant, id), cancellationToken) is not null)
            {
                continue;
            }

            foreach (var line in entry.Read(entry =>
            {
                var created = CreatedAt(entry);
                return Lines(entry.Number, ContextHeadOf(id, OwnerOf(entry), default, created, created, LogHead.Empty));
            }))
            {
                if (line.Fault is null)
                {
                    yield return line;
                }
            }
        }
    }

    private IReadOnlyList<CheckedLine> ReadTask(LegacyEntry entry)
    {
        var id = IdOf(entry, "id") ?? throw new JsonException("'id' is missing");
        var status = entry.Json.TryGetProperty("status", out var json) && json.ValueKind == JsonValueKind.Object ? entry with { Json = json } : null;
        var created = CreatedAt(entry);
        var updated = UpdatedAt(entry, created);
        var at = LegacyTime.Read(entry, "state_timestamp") ?? (status is null ? null : LegacyTime.Read(status, "timestamp")) ?? updated;
        var history = new LegacyLog(LogName.HistoryOf(caller.Tenant, id), Messages(entry, "history", id), MessageItem.IdOf);
        var artifacts = Artifacts(entry);
        RawJson[] items = [.. artifacts.Select(ArtifactLog.Entry)];
        var log = new LegacyLog(LogName.ArtifactsOf(caller.Tenant, id), items, ArtifactLog.IdOfEntry);
        var sizes = new ArtifactSizes().PlanFor(artifacts, items);
        var task = new TaskHead
        {
            Tenant = caller.Tenant,
            Id = id,
            ContextId = IdOf(entry, "context_id") ?? throw new JsonException("'context_id' is missing"),
            Owner = OwnerOf(entry),
            Status = new TaskStatus(StateOf(entry.Text("state") ?? status?.Text("state")), at, status?.Raw("message") ?? default),
            Metadata = ObjectOf(entry, "metadata"),
            Generation = GenerationOf(created),
            CreatedAt = created,
            UpdatedAt = updated,
            History = history.Head,
            Artifacts = log.Head,
            ArtifactBytes = sizes.Living,
            ArtifactCount = sizes.Added,
            Webhooks = webhooks.Remove(id, out var webhook) ? [WebhookOf(webhook, id)] : [],
            Requests = [],
        };
        var head = new RecordLine(TaskKind.Kind.Name, new RecordKey(caller.Tenant, id), 0, TaskKind.Write(task));
        return Lines(entry.Number, head, history, log);
    }

    private IReadOnlyList<CheckedLine> ReadFeedback(string taskId, IReadOnlyList<LegacyEntry> said)
    {
        Identifiers.CheckId(taskId, "task_id");
        RawJson[] items =
        [
            .. said.Select((entry, i) => FeedbackItem.Write(
                new TaskFeedback(i + 1, OwnerOf(entry), CreatedAt(entry), ObjectOf(entry, "feedback_data")))),
        ];
        var log = new LegacyLog(LogName.FeedbackOf(caller.Tenant, taskId), items, idOf: null);
        var head = new RecordLine(FeedbackKind.Kind.Name, new RecordKey(caller.Tenant, taskId), 0, FeedbackKind.Write(new FeedbackHead(log.Head)));
        return Lines(said[0].Number, head, log);
    }

    private RecordLine ContextHeadOf(string id, string owner, RawJson data, DateTimeOffset created, DateTimeOffset updated, LogHead messages)
    {
        var context = new ContextRecord
        {
            Tenant = caller.Tenant,
            Id = id,
            Owner = owner,
            Data = data,
            Generation = GenerationOf(created),
            CreatedAt = created,
            UpdatedAt = updated,
            MessageCount = messages.Count,
        };
        return new RecordLine(
            ContextKind.Kind.Name, new RecordKey(caller.Tenant, id), 0, ContextKind.Write(new ContextHead(context, messages)));
    }

    private IReadOnlyList<CheckedLine> Lines(long number, RecordLine head, params LegacyLog[] logs)
    {
        var first = check.Check(number, head);
        return first.Fault is not null
            ? [first]
            : [first, .. logs.SelectMany(log => log.PageLines()).Select(page => check.Check(number, page))];
    }

    private static RawJson[] Messages(LegacyEntry entry, string name, string of)
    {
        var raw = entry.Raw(name);
        if (raw.IsEmpty)
        {
            return [];
        }

        return
        [
            .. Items(raw, name).Select(
                (message, i) => MessageItem.Write(message, MessageId(message, $"{name}[{i}]") ?? DerivedId.For("message", of, $"{i}"))),
        ];
    }

    private static TaskArtifact[] Artifacts(LegacyEntry entry)
    {
        var raw = entry.Raw("artifacts");
        if (raw.IsEmpty)
        {
            return [];
        }

        var rules = new TaskRules();
        return [.. Items(raw, "artifacts").Select((artifact, i) => ArtifactLog.Read(new ArtifactUpdate(artifact.Utf8), $"artifacts[{i}]", rules))];
    }

    private static RawJson[] Items(RawJson array, string name)
    {
        using var document = JsonInput.Parse(array.Utf8, name);
        return document.RootElement.ValueKind == JsonValueKind.Array
            ? JsonObjects.Items(array)
            : throw new JsonException($"'{name}' is {JsonInput.Describe(document.RootElement)}, not an array");
    }

    private static string? MessageId(RawJson message, string field)
    {
        using var document = JsonDocument.Parse(message.Utf8, JsonInput.Stored);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? MessageReader.ReadId(document.RootElement, field, "messageId", "message_id")
            : throw new JsonException($"'{field}' is {JsonInput.Describe(document.RootElement)}, not an object");
    }

    private static RawJson ObjectOf(LegacyEntry entry, string name)
    {
        var raw = entry.Raw(name);
        return raw.IsEmpty || raw.ToString() is "{}" ? default : TaskRules.ReadObject(raw.Utf8, int.MaxValue, name);
    }

    private static TaskWebhook WebhookOf(LegacyEntry entry, string taskId) => CheckedWebhook.Of(null, entry.Raw("config").Utf8, taskId);

    private string OwnerOf(LegacyEntry entry)
    {
        if (entry.Text("owner_did") is not { Length: > 0 } owner)
        {
            return caller.Subject;
        }

        Identifiers.CheckId(owner, "owner_did");
        return owner;
    }

    private static string? IdOf(LegacyEntry entry, string name) => entry.Json.ValueKind == JsonValueKind.Object ? entry.Text(name) : null;

    private static DateTimeOffset CreatedAt(LegacyEntry entry) =>
        LegacyTime.Read(entry, "created_at") ?? LegacyTime.Read(entry, "state_timestamp") ?? throw new JsonException("'created_at' is missing");

    private static DateTimeOffset UpdatedAt(LegacyEntry entry, DateTimeOffset created) =>
        LegacyTime.Read(entry, "updated_at") is { } updated && updated >= created ? updated : created;

    /// <summary>From the time, so that the same row makes the same task.</summary>
    private static long GenerationOf(DateTimeOffset created) => (created.ToUnixTimeMilliseconds() * Generations.PerMillisecond) + 1;

    private static TaskState StateOf(string? state) => state switch
    {
        null => throw new JsonException("'state' is missing"),
        "pending" => TaskState.Submitted,
        "suspended" or "payment-required" => TaskState.InputRequired,
        _ => TaskStates.TryParse(state) ?? throw new JsonException($"'state' is '{RecordLine.Shorten(state)}', which this registry does not know"),
    };
}
