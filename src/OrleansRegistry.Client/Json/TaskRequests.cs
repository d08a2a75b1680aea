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
        json.Write("message", submission.Message);
        json.Write("taskId", submission.TaskId);
        json.Write("contextId", submission.ContextId);
        json.Write("agentId", submission.AgentId);
        json.Write("metadata", submission.Metadata);
        json.Write("deadline", submission.Deadline);
        if (submission.AcceptedOutputModes.Count > 0)
        {
            json.WriteStartArray("acceptedOutputModes"u8);
            foreach (var mode in submission.AcceptedOutputModes)
            {
                json.WriteStringValue(mode);
            }

            json.WriteEndArray();
        }

        json.Write("ifGenerationMatch", submission.IfGeneration);
    });

    public static ReadOnlyMemory<byte> Of(TaskUpdate update) => Object(json =>
    {
        json.Write("state", update.State);
        json.Write("statusMessage", update.StatusMessage);
        json.Write("messages", update.Messages);
        if (update.Artifacts.Count > 0)
        {
            json.WriteStartArray("artifacts"u8);
            foreach (var artifact in update.Artifacts)
            {
                Write(json, artifact);
            }

            json.WriteEndArray();
        }

        json.Write("metadata", update.Metadata);
        json.Write("ifState", update.IfState);
        json.Write("ifGenerationMatch", update.IfGeneration);
        json.Write("leaseToken", update.LeaseToken);
        json.Write("reply", update.Reply ? true : null);
    });

    public static ReadOnlyMemory<byte> Of(TaskPut task) => Object(json =>
    {
        json.WriteStartObject("status"u8);
        json.Write("state", (TaskState?)task.State);
        json.Write("timestamp", task.StatusAt);
        json.Write("message", task.StatusMessage);
        json.WriteEndObject();
        json.Write("history", task.Messages);
        json.Write("artifacts", task.Artifacts);
        json.Write("metadata", task.Metadata);
        json.Write("contextId", task.ContextId);
        json.Write("agentId", task.AgentId);
        json.Write("deadline", task.Deadline);
        json.Write("ifGenerationMatch", task.IfGeneration);
        json.Write("leaseToken", task.LeaseToken);
    });

    public static ReadOnlyMemory<byte> Of(TaskClaim claim) => Object(json =>
    {
        json.Write("worker", claim.Worker);
        json.Write("leaseSeconds", (long?)Seconds(claim.Lease));
        json.Write("waitSeconds", (long?)Seconds(claim.Wait));
    });

    public static ReadOnlyMemory<byte> OfLease(string token, TimeSpan? lease = null) => Object(json =>
    {
        json.Write("leaseToken", token);
        json.Write("leaseSeconds", lease is { } length ? Seconds(length) : null);
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

    public static void Write(this Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    public static void Write(this Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } flag)
        {
            json.WriteBoolean(name, flag);
        }
    }

    public static void Write(this Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    public static void Write(this Utf8JsonWriter json, string name, DateTimeOffset? value)
    {
        if (value is { } time)
        {
            json.WriteString(name, time);
        }
    }

    public static void Write(this Utf8JsonWriter json, string name, ReadOnlyMemory<byte>? document)
    {
        if (document is { } bytes)
        {
            json.WritePropertyName(name);
            WriteDocument(json, bytes);
        }
    }

    public static void Write(this Utf8JsonWriter json, string name, IReadOnlyList<ReadOnlyMemory<byte>> documents)
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

    private static void Write(this Utf8JsonWriter json, string name, TaskState? state) => json.Write(name, state?.ToV10());

    private static void Write(Utf8JsonWriter json, ArtifactUpdate artifact)
    {
        json.WriteStartObject();
        json.Write("artifact", artifact.Json);
        json.WriteBoolean("append"u8, artifact.Append);
        json.WriteBoolean("lastChunk"u8, artifact.LastChunk);
        json.WriteEndObject();
    }

    /// <summary>What is no document becomes null, which the registry takes for absent.</summary>
    private static void WriteDocument(Utf8JsonWriter json, ReadOnlyMemory<byte> document) =>
        json.WriteRawValue(document.IsEmpty ? "null"u8 : document.Span, skipInputValidation: true);
}
