using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Protocol;

/// <summary>Writes errors as the bindings in JSON have them.</summary>
/// <remarks>Source: A2A 1.0, 3.3.2, 9.5, 11.6; google.rpc.Status and its details.</remarks>
internal static class A2AErrorJson
{
    private const string Types = "type.googleapis.com/google.rpc.";

    /// <summary>Writes the body of HTTP+JSON: <c>{"error":{"code","status","message","details"}}</c>.</summary>
    public static void WriteStatus(Utf8JsonWriter json, A2AException fault, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, fault.Error.Http);
        json.WriteString("status"u8, fault.Error.Rpc.ToName());
        json.WriteString("message"u8, fault.Message);
        json.WritePropertyName("details"u8);
        WriteDetails(json, fault, now);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes the value of JSON-RPC's <c>error</c>: <c>{"code","message","data"}</c>.</summary>
    public static void WriteJsonRpc(Utf8JsonWriter json, A2AException fault, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteNumber("code"u8, fault.Error.Code);
        json.WriteString("message"u8, fault.Error.JsonRpcName is { } name ? $"{name}: {fault.Message}" : fault.Message);
        json.WritePropertyName("data"u8);
        WriteDetails(json, fault, now);
        json.WriteEndObject();
    }

    private static void WriteDetails(Utf8JsonWriter json, A2AException fault, DateTimeOffset now)
    {
        json.WriteStartArray();
        WriteInfo(json, fault, now);
        if (fault.Field is { } field)
        {
            WriteViolation(json, field, fault.Message);
        }

        if (fault.RetryAfter is { } wait)
        {
            json.WriteStartObject();
            json.WriteString("@type"u8, Types + "RetryInfo");
            json.WriteString("retryDelay"u8, string.Create(CultureInfo.InvariantCulture, $"{wait.TotalSeconds:0.###}s"));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteInfo(Utf8JsonWriter json, A2AException fault, DateTimeOffset now)
    {
        json.WriteStartObject();
        json.WriteString("@type"u8, Types + "ErrorInfo");
        json.WriteString("reason"u8, fault.Error.Reason);
        json.WriteString("domain"u8, fault.Error.Domain);
        json.WriteStartObject("metadata"u8);
        json.WriteGiven("taskId", fault.TaskId);
        json.WriteTime("timestamp", now);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteViolation(Utf8JsonWriter json, string field, string message)
    {
        json.WriteStartObject();
        json.WriteString("@type"u8, Types + "BadRequest");
        json.WriteStartArray("fieldViolations"u8);
        json.WriteStartObject();
        json.WriteString("field"u8, field);
        json.WriteString("description"u8, message.StartsWith($"{field}: ", StringComparison.Ordinal) ? message[(field.Length + 2)..] : message);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
