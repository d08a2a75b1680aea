using System.Text.Json;

namespace OrleansRegistry.Agents.LifeCycles;

/// <summary>An agent's life cycle as stores hold it: <c>lifecycle</c> unless it is active, and <c>deprecation</c> where there is one.</summary>
internal static class LifeCycleJson
{
    public static AgentLifeCycle Read(StoredObject fields) => fields.TextOrNull("lifecycle") is not { } name
        ? AgentLifeCycle.Active
        : AgentLifeCycles.TryParse(name) ?? throw new JsonException($"'lifecycle' is not {AgentLifeCycles.AllNames}");

    public static AgentDeprecation? ReadDeprecation(StoredObject fields) => fields.ObjectOrNull("deprecation") is { } deprecation
        ? new AgentDeprecation(deprecation.TextOrNull("message"), deprecation.TextOrNull("successor")) { Unknown = deprecation.Unknown() }
        : null;

    public static void Write(Utf8JsonWriter fields, AgentRecord agent)
    {
        if (agent.LifeCycle != AgentLifeCycle.Active)
        {
            fields.WriteString("lifecycle"u8, agent.LifeCycle.ToName());
        }

        if (agent.Deprecation is not { } deprecation)
        {
            return;
        }

        fields.WriteStartObject("deprecation"u8);
        fields.WriteGiven("message", deprecation.Message);

        fields.WriteGiven("successor", deprecation.Successor);
        StoredObject.WriteUnknown(fields, deprecation.Unknown);
        fields.WriteEndObject();
    }
}
