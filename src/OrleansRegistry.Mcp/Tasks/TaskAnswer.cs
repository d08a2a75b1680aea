using System.Text.Json;
using System.Text.Json.Nodes;
using OrleansRegistry.Mcp.Agents;
using OrleansRegistry.Mcp.Answers;
using OrleansRegistry.Mcp.Tools;
using static OrleansRegistry.Mcp.Tools.ToolSchema;

namespace OrleansRegistry.Mcp.Tasks;

/// <summary>
/// A task in a result. Its status comes first, then artifacts, the newest messages and the metadata, each as long as there is room: what has none is
/// told with the way to read it.
/// </summary>
internal sealed class TaskAnswer(TaskRecord task, int limit)
{
    private const string OfStatus = "status:";
    private const string OfMetadata = "metadata:";

    // Of the members that every task has.
    private const int Reserve = 4096;
    private const int MostLeftOut = 20;

    private readonly List<Action<Utf8JsonWriter>> leftOut = [];
    private int room = limit - Reserve;

    /// <summary>What a result with a task has.</summary>
    public static SchemaMember[] Output =>
    [
        Text("task_id", "").Required(),
        Text("context_id", "The conversation that it belongs to."),
        Text("agent_id", "The agent that works on it."),
        OneOf("state", "", TaskStates.All.Select(state => state.ToV10())),
        Flag("finished", "true: the state is final, and nothing can change any more."),
        Flag("needs_input", "true: the agent waits for an answer; give it by send_message with this task_id."),
        Text("status_at", ""),
        new SchemaMember("status_message", AgentReadTools.Any("What the agent says of the state: an A2A message.")),
        List("artifacts", "What the agent made: A2A artifacts.", AgentReadTools.Any("")),
        List("history", "The newest messages, oldest first: A2A messages.", AgentReadTools.Any("")),
        new SchemaMember("metadata", AgentReadTools.Any("")),
        Number("artifact_count", "With those that are not shown."),
        Number("history_count", "With those that are not shown."),
        Number("generation", "Rises with every change."),
        Text("deadline", "When it fails unless it has ended."),
        List("left_out", "What had no room, and how to read it.", Shape(
            Text("what", ""), Text("artifact_id", ""), Number("bytes", ""), Text("read_with", "A tool."), Text("page_token", "For that tool."))),
        AgentReadTools.Part(),
        AgentReadTools.Next(),
    ];

    /// <summary>What a list shows of a task.</summary>
    public static JsonObject Listed => Shape(
        Text("task_id", ""), Text("context_id", ""), Text("agent_id", ""), Text("state", ""), Flag("finished", ""), Flag("needs_input", ""),
        Text("status_at", ""), Number("artifact_count", ""), Number("history_count", ""), Number("generation", ""), Text("deadline", ""));

    /// <summary>The members of the task itself.</summary>
    public static void WriteHead(Utf8JsonWriter json, TaskRecord task)
    {
        json.WriteString("task_id"u8, task.Id);
        json.WriteString("context_id"u8, task.ContextId);
        json.WriteGiven("agent_id", task.AgentId);
        json.WriteString("state"u8, task.Status.State.ToV10());
        json.WriteBoolean("finished"u8, task.Status.State.IsTerminal());
        json.WriteBoolean("needs_input"u8, task.Status.State.AwaitsCaller());
        json.WriteTime("status_at", task.Status.Timestamp);
        json.WriteNumber("artifact_count"u8, task.ArtifactCount);
        json.WriteNumber("history_count"u8, task.HistoryCount);
        json.WriteNumber("generation"u8, task.Generation);
        json.WriteTime("deadline", task.Deadline);
    }

    /// <summary>Writes the task.</summary>
    public void Write(Utf8JsonWriter json)
    {
        WriteHead(json, task);
        WriteOne(json, "status_message", task.Status.Message, OfStatus);
        WriteArtifacts(json);
        WriteHistory(json);
        WriteOne(json, "metadata", task.Metadata, OfMetadata);
        WriteLeftOut(json);
    }

    /// <summary>Writes more of a document of the task that had no room as a whole.</summary>
    /// <exception cref="RegistryException">The token is not one of this task.</exception>
    public void WriteMore(Utf8JsonWriter json, string token)
    {
        var mark = token.StartsWith(OfStatus, StringComparison.Ordinal) ? OfStatus : OfMetadata;
        var document = mark == OfStatus ? task.Status.Message : task.Metadata;
        if (!token.StartsWith(mark, StringComparison.Ordinal) || !int.TryParse(token.AsSpan(mark.Length), out var from))
        {
            throw RegistryException.Invalid("page_token", "is not one that a result for this task had");
        }

        WriteHead(json, task);
        if (json.WritePart(document.Span, from, limit - Reserve) is { } end)
        {
            json.WriteString("next_page_token"u8, $"{mark}{end}");
        }
    }

    private void WriteOne(Utf8JsonWriter json, string name, RawJson document, string mark)
    {
        if (Takes(document))
        {
            json.WriteShown(name, document);
        }
        else
        {
            LeaveOut(name, document.Length, null, "get_task", $"{mark}0");
        }
    }

    private void WriteArtifacts(Utf8JsonWriter json)
    {
        if (task.Artifacts.Count == 0)
        {
            return;
        }

        json.WriteStartArray("artifacts"u8);
        foreach (var artifact in task.Artifacts)
        {
            if (Takes(artifact))
            {
                json.WriteShown(artifact.Utf8);
            }
            else
            {
                LeaveOut("artifact", artifact.Length, Id(artifact), "read_artifacts", null);
            }
        }

        json.WriteEndArray();
        if (task.ArtifactsTruncated)
        {
            LeaveOut("artifacts", null, null, "read_artifacts", null);
        }
    }

    /// <summary>The newest that fit, without a gap.</summary>
    private void WriteHistory(Utf8JsonWriter json)
    {
        if (task.History.Count == 0)
        {
            return;
        }

        var first = task.History.Count;
        while (first > 0 && Takes(task.History[first - 1]))
        {
            first--;
        }

        json.WriteStartArray("history"u8);
        for (var i = first; i < task.History.Count; i++)
        {
            json.WriteShown(task.History[i].Utf8);
        }

        json.WriteEndArray();
        if (first > 0 || task.HistoryTruncated)
        {
            LeaveOut("messages", null, null, "read_messages", null);
        }
    }

    private void WriteLeftOut(Utf8JsonWriter json)
    {
        if (leftOut.Count == 0)
        {
            return;
        }

        json.WriteStartArray("left_out"u8);
        foreach (var write in leftOut.Take(MostLeftOut))
        {
            write(json);
        }

        json.WriteEndArray();
    }

    private bool Takes(RawJson document)
    {
        var bytes = AnswerDocuments.Measure(document.Span) + 1;
        if (bytes > room)
        {
            return false;
        }

        room -= bytes;
        return true;
    }

    private void LeaveOut(string what, int? bytes, string? artifactId, string tool, string? token) => leftOut.Add(json =>
    {
        json.WriteStartObject();
        json.WriteString("what"u8, what);
        if (artifactId is not null)
        {
            json.WriteString("artifact_id"u8, AnswerDocuments.Cut(artifactId, 300));
        }

        json.WriteGiven("bytes", bytes);
        json.WriteString("read_with"u8, tool);
        json.WriteGiven("page_token", token);
        json.WriteEndObject();
    });

    private static string? Id(RawJson artifact)
    {
        using var document = JsonDocument.Parse(artifact.Utf8, JsonInput.Stored);
        var root = document.RootElement;
        return (root.TryGetProperty("artifactId", out var id) || root.TryGetProperty("artifact_id", out id)) && id.ValueKind == JsonValueKind.String
            ? id.GetString()
            : null;
    }
}
