using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Snapshots;

/// <summary>Writes snapshots as answers show them: the metadata by the names that they have in the file, and what the registry knows beside it.</summary>
internal static class SnapshotJson
{
    public static async Task SendAsync(HttpContext context, SnapshotRecord snapshot, int status = StatusCodes.Status200OK)
    {
        var answer = JsonAnswer.Rent();
        Write(answer.Json, snapshot);
        await answer.SendAsync(context, status);
    }

    /// <summary>The answer to a save.</summary>
    public static Task SendSavedAsync(HttpContext context, SnapshotRecord snapshot)
    {
        context.Response.Headers.Location = PublicPath.Of(
            context, $"/agents/{Uri.EscapeDataString(snapshot.AgentId)}/snapshots/{Uri.EscapeDataString(snapshot.Id)}");
        return SendAsync(context, snapshot, snapshot.Repeated ? StatusCodes.Status200OK : StatusCodes.Status201Created);
    }

    public static void Write(Utf8JsonWriter json, SnapshotRecord snapshot)
    {
        json.WriteStartObject();
        json.WriteString("snapshot_id"u8, snapshot.Id);
        json.WriteString("agent_id"u8, snapshot.AgentId);
        json.WriteString("session_id"u8, snapshot.SessionId);
        json.WriteNumber("snapshot_index"u8, snapshot.Index);
        json.WriteTime("timestamp", snapshot.Timestamp);
        if (snapshot.Description is null)
        {
            json.WriteNull("description"u8);
        }
        else
        {
            json.WriteString("description"u8, snapshot.Description);
        }

        json.WriteString("content_hash"u8, snapshot.ContentHash);
        json.WriteNumber("format_version"u8, snapshot.FormatVersion);
        json.WriteNumber("uncompressed_size"u8, snapshot.UncompressedSize);
        json.WriteNumber("compressed_size"u8, snapshot.CompressedSize);
        json.WriteString("compression_algorithm"u8, "gzip"u8);
        json.WriteString("owner"u8, snapshot.Owner);
        json.WriteTime("saved_at", snapshot.SavedAt);
        if (snapshot.Repeated)
        {
            json.WriteBoolean("repeated"u8, true);
        }

        json.WriteEndObject();
    }
}
