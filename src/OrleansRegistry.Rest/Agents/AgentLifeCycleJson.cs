using System.Text.Json;

namespace OrleansRegistry.Rest.Agents;

/// <summary>
/// Writes an agent's life cycle as members of its record: <c>lifecycle</c>, and <c>deprecation_message</c> and <c>successor</c> if it has them.
/// </summary>
internal static class AgentLifeCycleJson
{
    /// <summary>The members with a comma before each.</summary>
    public static ReadOnlySpan<byte> Of(AgentRecord agent)
    {
        if (agent is { LifeCycle: AgentLifeCycle.Active, Deprecation: null })
        {
            return ",\"lifecycle\":\"active\""u8;
        }

        using var buffer = new MemoryStream(128);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("lifecycle"u8, agent.LifeCycle.ToName());
            Write(json, agent.Deprecation);
            json.WriteEndObject();
        }

        var members = buffer.GetBuffer().AsSpan(0, (int)buffer.Length - 1);
        members[0] = (byte)',';
        return members;
    }

    private static void Write(Utf8JsonWriter json, AgentDeprecation? deprecation)
    {
        json.WriteGiven("deprecation_message", deprecation?.Message);

        json.WriteGiven("successor", deprecation?.Successor);
    }
}
