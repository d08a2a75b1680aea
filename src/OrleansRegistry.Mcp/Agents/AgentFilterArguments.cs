using OrleansRegistry.Mcp.Tools;
using static OrleansRegistry.Mcp.Tools.ToolSchema;

namespace OrleansRegistry.Mcp.Agents;

/// <summary>The filters of agents as arguments of a tool; <see cref="AgentFilterMembers"/> reads them.</summary>
internal static class AgentFilterArguments
{
    /// <summary>What models got to know as one text.</summary>
    private static readonly AgentField[] Single = [AgentField.Category, AgentField.Capability, AgentField.Provider];

    public static IEnumerable<SchemaMember> Schema => AgentField.All.Select(Of).Append(Nested("all", "all")).Append(Nested("not", "none"));

    private static SchemaMember Of(AgentField field)
    {
        if (field == AgentField.Enabled)
        {
            return Flag(field.Name, "true: only enabled agents; false: only disabled ones. Default: both.");
        }

        if (field == AgentField.Delivery)
        {
            return AgentReadTools.Delivery("Messages get to it so. ");
        }

        if (field == AgentField.LifeCycle)
        {
            return Texts(field.Name, $"Is one of these: {string.Join(", ", field.Values!)}. Default: active agents only.");
        }

        return Single.Contains(field)
            ? Text(field.Name, $"Has this: {field.Description}.")
            : Texts(field.Plural ?? field.Name, $"Has at least one of these: {field.Description}.");
    }

    private static SchemaMember Nested(string name, string some) =>
        Object(name, $"Has {some} of these values, by the names of the arguments beside it, such as {{\"tags\": [\"beta\"]}}.");
}
