using System.Text.Json;

namespace OrleansRegistry.Rest.Trust;

/// <summary>Writes with whom an agent is shared as members of its record, where that is not as usual.</summary>
internal static class SharingJson
{
    /// <summary>The members with a comma before each.</summary>
    public static ReadOnlySpan<byte> Of(AgentSharing? sharing)
    {
        if (sharing is null)
        {
            return default;
        }

        using var buffer = new MemoryStream(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("visibility"u8, sharing.Visibility.ToName());
            if (sharing.VisibleTo.Count > 0)
            {
                json.WriteGiven("visible_to", sharing.VisibleTo);
            }

            json.WriteString("messages_from"u8, sharing.MessagesFrom.ToName());
            json.WriteEndObject();
        }

        var members = buffer.GetBuffer().AsSpan(0, (int)buffer.Length - 1);
        members[0] = (byte)',';
        return members;
    }
}
