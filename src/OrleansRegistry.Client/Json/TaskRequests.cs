using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansRegistry.Client;

/// <summary>Writes what is sent to tasks. Messages, artifacts and metadata are the bytes that were given, for the registry to judge.</summary>
internal static class TaskRequests
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static ReadOnlyMemory<byte> Of(TaskSubmission submission) => Object(json =>
    {
        json.WriteGiven("message", submission.Message);
        json.WriteGiven("taskId", submission.TaskId);
        json.WriteGiven("contextId", submission.ContextId);
        json.WriteGiven("agentId", submission.AgentId);
        json.WriteGiven("metadata", submission.Metadata);
        json.WriteGiven("deadline", submission.Deadline);
        if (submission.AcceptedOutputModes.Count > 0)
        {
            json.WriteGiven("acceptedOutputModes", submission.AcceptedOutputModes);
        }

        json.WriteGiven("ifGenerationMatch", submission.IfGeneration);
    });

    public static ReadOnlyMemory<byte> Of(TaskUpdate update) => Object(json =>
    {
        json.WriteGiven("state", update.State);
        json.WriteGiven("statusMessage", update.StatusMessage);
        json.WriteGiven("messages", update.Messages);
        if (update.Artifacts.Count > 0)
        {
            json.WriteStartArray("artifacts"u8);
            foreach (var artifact in update.Artifacts)
            {
                Write(json, artifact);
            }

            json.WriteEndArray();
        }

        json.WriteGiven("metadata", update.Metadata);
        json.WriteGiven("ifState", update.IfState);
        json.WriteGiven("ifGenerationMatch", update.IfGeneration);
        json.WriteGiven("leaseToken", update.LeaseToken);
        json.WriteGiven("reply", update.Reply ? true : null);
    });

    public static ReadOnlyMemory<byte> Of(TaskPut task) => Object(json =>
    {
        json.WriteStartObject("status"u8);
        json.WriteGiven("state", (TaskState?)task.State);
        json.WriteGiven("timestamp", task.StatusAt);
        json.WriteGiven("message", task.StatusMessage);
        json.WriteEndObject();
        json.WriteGiven("history", task.Messages);
        json.WriteGiven("artifacts", task.Artifacts);
        json.WriteGiven("metadata", task.Metadata);
        json.WriteGiven("contextId", task.ContextId);
        json.WriteGiven("agentId", task.AgentId);
        json.WriteGiven("deadline", task.Deadline);
        json.WriteGiven("ifGenerationMatch", task.IfGeneration);
        json.WriteGiven("leaseToken", task.LeaseToken);
    });

    public static ReadOnlyMemory<byte> Of(TaskClaim claim) => Object(json =>
    {
        json.WriteGiven("worker", claim.Worker);
        json.WriteGiven("leaseSeconds", (long?)Seconds(claim.Lease));
        json.WriteGiven("waitSeconds", (long?)Seconds(claim.Wait));
    });

    public static ReadOnlyMemory<byte> OfLease(string token, TimeSpan? lease = null) => Object(json =>
    {
        json.WriteGiven("leaseToken", token);
        json.WriteGiven("leaseSeconds", lease is { } length ? Seconds(length) : null);
    });

    /// <summary>Rounded up: a lease or a wait is never shorter than asked.</summary>
    public static long Seconds(TimeSpan time) => (long)Math.Ceiling(time.TotalSeconds);

    /// <summary>One JSON object.</summary>
    public static ReadOnlyMemory<byte> Object(Action<Utf8JsonWriter> members)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes, Options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }

    public static void WriteGiven(this Utf8JsonWriter json, string name, ReadOnlyMemory<byte>? document)
    {
        if (document is { } bytes)
        {
            json.WritePropertyName(name);
            WriteDocument(json, bytes);
        }
    }

    public static void WriteGiven(this Utf8JsonWriter json, string name, IReadOnlyList<ReadOnlyMemory<byte>> documents)
    {
        if (documents.Count == 0)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var document in documents)
        {
            WriteDocument(json, document);
        }

        json.WriteEndArray();
    }

    private static void WriteGiven(this Utf8JsonWriter json, string name, TaskState? state) => json.WriteGiven(name, state?.ToV10());

    private static void Write(Utf8JsonWriter json, ArtifactUpdate artifact)
    {
        json.WriteStartObject();
        json.WriteGiven("artifact", artifact.Json);
        json.WriteBoolean("append"u8, artifact.Append);
        json.WriteBoolean("lastChunk"u8, artifact.LastChunk);
        json.WriteEndObject();
    }

    /// <summary>What is no document becomes null, which the registry takes for absent.</summary>
    private static void WriteDocument(Utf8JsonWriter json, ReadOnlyMemory<byte> document) =>
        json.WriteRawValue(document.IsEmpty ? "null"u8 : document.Span, skipInputValidation: true);
}
