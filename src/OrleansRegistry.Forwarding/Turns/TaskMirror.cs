using System.Buffers;
using System.Text.Json;
using OrleansRegistry.Forwarding.Wire;
using OrleansRegistry.Protocol;

namespace OrleansRegistry.Forwarding.Turns;

/// <summary>Does to a task here what its agent says of its own: StreamResponses of A2A 1.0, in their order.</summary>
internal sealed class TaskMirror
{
    /// <summary>More than this of artifacts goes in several writes.</summary>
    private const int LargeWrite = 1024 * 1024;

    /// <summary>What a response can be, and where it names the task.</summary>
    private static readonly (string Member, string Id)[] Named =
        [("task", "id"), ("statusUpdate", "taskId"), ("artifactUpdate", "taskId"), ("message", "taskId")];

    private readonly WorkerContext context;
    private readonly HashSet<string> messages = new(StringComparer.Ordinal);

    /// <summary>The artifacts that are known to be as the agent has them, by their ids.</summary>
    private readonly Dictionary<string, byte[]> artifacts = new(StringComparer.Ordinal);
    private RemoteTask stored;
    private byte[]? metadata;
    private bool hasArtifacts;

    /// <param name="instance">Which of the agent's instances works on it; null where it has none.</param>
    public TaskMirror(TaskRecord task, WorkerContext context, string? instance)
    {
        this.context = context;
        stored = task.Remote ?? new RemoteTask(null, null, null);
        Remote = stored with { Instance = instance };
        hasArtifacts = task.ArtifactCount > 0;
        foreach (var message in task.Status.Message.IsEmpty ? task.History : [.. task.History, task.Status.Message])
        {
            using var document = JsonDocument.Parse(message.Utf8, JsonInput.Stored);
            Know(document.RootElement);
        }

        foreach (var artifact in task.Artifacts)
        {
            var shaped = DocumentShape.Artifact(artifact);
            using var document = JsonDocument.Parse(shaped.Utf8, JsonInput.Stored);
            if (document.RootElement.Text("artifactId") is { } id)
            {
                artifacts[id] = JsonValueHash.Of(shaped, []);
            }
        }
    }

    /// <summary>What is known of the agent's own task.</summary>
    public RemoteTask Remote { get; private set; }

    /// <summary>Whether this ends the turn, unless it is a task as it is.</summary>
    public static bool EndsByPart(JsonElement response) =>
        response.Find("statusUpdate") is { } update && StateOf(update.Find("status")) is { } state && state != TaskState.Working;

    /// <summary>The agent has taken a message.</summary>
    public void Took(string messageId) => Remote = Remote with { MessageId = messageId };

    /// <summary>The task begins in a context that the agent has.</summary>
    public void GoOnIn(string contextId) => Remote = Remote with { ContextId = contextId };

    /// <summary>Learns the agent's ids.</summary>
    public void Learn(JsonElement response)
    {
        foreach (var (member, id) in Named)
        {
            if (response.Find(member) is { } about)
            {
                Remote = Remote with
                {
                    TaskId = About(about, id) ?? Remote.TaskId,
                    ContextId = About(about, "contextId") ?? Remote.ContextId,
                };
            }
        }

        static string? About(JsonElement about, string name) => about.Text(name) is { Length: > 0 } id ? id : null;
    }

    /// <summary>Takes over what a StreamResponse tells.</summary>
    /// <exception cref="RemoteFault">It tells nothing that A2A knows.</exception>
    /// <exception cref="RegistryException">The registry does not take it.</exception>
    public async Task TakeAsync(JsonElement response)
    {
        Learn(response);
        if (response.Find("task") is { } task)
        {
            await TakeTaskAsync(task);
        }
        else if (response.Find("statusUpdate") is { } status)
        {
            await WriteAsync(WithStatus(new TaskUpdate(), status.Find("status")));
        }
        else if (response.Find("artifactUpdate") is { } artifact)
        {
            await TakeArtifactAsync(artifact);
        }
        else if (response.Find("message") is { } message)
        {
            await WriteAsync(new TaskUpdate
            {
                State = TaskState.Completed,
                StatusMessage = Message(message),

                // Beside what the task has already, it is the end of it; else it is all of the answer.
                Reply = Remote.TaskId is null && !hasArtifacts,
            });
        }
        else
        {
            throw RemoteFault.Unreadable("it is neither a task, a message nor an update of either");
        }
    }

    /// <summary>The task as the agent has it: all that differs is written.</summary>
    private async Task TakeTaskAsync(JsonElement task)
    {
        var changed = new List<ArtifactUpdate>();
        var size = 0;
        foreach (var artifact in task.Entries("artifacts").Where(IsChanged))
        {
            var bytes = Bytes(artifact);
            if (changed.Count > 0 && size + bytes.Length > LargeWrite)
            {
                await WriteAsync(new TaskUpdate { Artifacts = changed });
                changed = [];
                size = 0;
            }

            changed.Add(new ArtifactUpdate(bytes, LastChunk: true));
            size += bytes.Length;
        }

        var about = task.Find("metadata") is { ValueKind: JsonValueKind.Object } given ? Bytes(given) : (ReadOnlyMemory<byte>?)null;
        if (about is { } all && JsonValueHash.Of(RawJson.FromValid(all.Span), []) is var hash)
        {
            about = metadata is not null && hash.AsSpan().SequenceEqual(metadata) ? null : about;
            metadata = hash;
        }

        // The message of the status is told by the status.
        var current = task.Find("status")?.Find("message")?.Text("messageId");
        var update = new TaskUpdate
        {
            Artifacts = changed,
            Messages = [.. task.Entries("history")
                .Where(message => message.Text("role") == "ROLE_AGENT" && message.Text("messageId") is { } id && id != current && messages.Add(id))
                .Select(message => Message(message))],
            Metadata = about,
        };
        await WriteAsync(WithStatus(update, task.Find("status")));
    }

    private async Task TakeArtifactAsync(JsonElement update)
    {
        if (update.Find("artifact") is not { ValueKind: JsonValueKind.Object } artifact || artifact.Text("artifactId") is not { } id)
        {
            throw RemoteFault.Unreadable("an artifact has no artifactId");
        }

        var bytes = Bytes(artifact);
        if (update.Flag("append"))
        {
            artifacts.Remove(id);
        }
        else
        {
            artifacts[id] = JsonValueHash.Of(RawJson.FromValid(bytes.Span), []);
        }

        await WriteAsync(new TaskUpdate { Artifacts = [new ArtifactUpdate(bytes, update.Flag("append"), update.Flag("lastChunk"))] });
    }

    /// <summary>Whether an artifact is not known to be here as it is there; it is after this.</summary>
    private bool IsChanged(JsonElement artifact)
    {
        if (artifact.Text("artifactId") is not { } id)
        {
            throw RemoteFault.Unreadable("an artifact has no artifactId");
        }

        var hash = JsonValueHash.Of(RawJson.FromValid(Bytes(artifact).Span), []);
        var isKnown = artifacts.TryGetValue(id, out var known) && known.AsSpan().SequenceEqual(hash);
        artifacts[id] = hash;
        return !isKnown;
    }

    private TaskUpdate WithStatus(TaskUpdate update, JsonElement? status)
    {
        if (status is not { } given || StateOf(status) is not { } state)
        {
            return update;
        }

        var message = given.Find("message") is { ValueKind: JsonValueKind.Object } said ? said : (JsonElement?)null;
        if (message is { } known)
        {
            Know(known);
        }

        // A task that is being worked on already need not be told so.
        return state == TaskState.Working && message is null
            ? update
            : update with { State = state, StatusMessage = message is { } body ? Message(body) : (ReadOnlyMemory<byte>?)null };
    }

    private async Task WriteAsync(TaskUpdate update)
    {
        var isNew = Remote != stored;
        if (!isNew && update is { State: null, StatusMessage: null, Messages.Count: 0, Artifacts.Count: 0, Metadata: null })
        {
            return;
        }

        var remote = Remote;
        await context.UpdateAsync(isNew ? update with { Remote = remote } : update);
        stored = remote;
        hasArtifacts |= update.Artifacts.Count > 0;
    }

    private void Know(JsonElement message)
    {
        if ((message.Text("messageId") ?? message.Text("message_id")) is { } id)
        {
            messages.Add(id);
        }
    }

    /// <summary>A state of A2A 1.0; one that is not over, and not known, is work.</summary>
    private static TaskState? StateOf(JsonElement? status) => status?.Text("state") is not { } name
        ? null
        : TaskStates.TryParse(name) is { } state && state != TaskState.Submitted ? state : TaskState.Working;

    /// <summary>A message without the agent's ids of the task and context.</summary>
    private static ReadOnlyMemory<byte> Message(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw RemoteFault.Unreadable("a message is not an object");
        }

        var output = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            foreach (var member in message.EnumerateObject().Where(member => !IsOfTask(member.Name)))
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static bool IsOfTask(string name) => name is "taskId" or "contextId" or "task_id" or "context_id";

    private static ReadOnlyMemory<byte> Bytes(JsonElement element) => System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(element).ToArray();
}
