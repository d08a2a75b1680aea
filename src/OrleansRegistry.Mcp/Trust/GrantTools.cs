using System.Text.Json;
using OrleansRegistry.Mcp.Agents;
using OrleansRegistry.Mcp.Answers;
using OrleansRegistry.Mcp.Tools;
using static OrleansRegistry.Mcp.Tools.ToolSchema;

namespace OrleansRegistry.Mcp.Trust;

/// <summary>Asks for leave to send agents messages, and lists what was given.</summary>
internal sealed class GrantTools(IAgentGrants grants)
{
    private const int UsualPage = 20;
    private const int MostText = 500;

    private static readonly SchemaMember[] Grant =
    [
        Text("grant_id", ""), Text("agent_id", ""), Text("grantee", "Who has it."), Texts("actions", ""), Texts("skills", "None: any."),
        Text("state", $"{GrantStates.AllNames}."), Text("expires_at", "Absent: never."), Text("reason", "Why it was taken back or not given."),
    ];

    public IEnumerable<McpTool> All =>
    [
        new McpTool(
            "request_grant",
            "Ask for leave to message an agent",
            ToolEffect.Adds,
            "Asks the owner of an agent for leave to send it messages, where send_message says that it needs a grant. The owner approves it or not: "
                + "list_grants shows what became of it.",
            [
                Text("agent_id", "The agent's id.").Required(),
                Texts("skills", "The ids of the skills that are to be asked for. Default: any."),
                Number("expires_in", "For how many seconds from when it is approved. Default: a day."),
                Text("message", "Why, for the owner."),
            ],
            Grant,
            RequestAsync),
        new McpTool(
            "list_grants",
            "List grants",
            ToolEffect.Reads,
            "Lists the caller's grants, newest first: those that it has, gave or asked for, and those for its agents.",
            [
                Text("agent_id", "Only for this agent."),
                OneOf("state", "Only those that are so far.", Enum.GetValues<GrantState>().Select(state => state.ToName())),
                PageSize(PageLimit.Grants, UsualPage),
                PageToken(),
            ],
            [List("grants", "", Shape(Grant)).Required(), AgentReadTools.Next()],
            ListAsync),
    ];

    private async Task<ToolResult> RequestAsync(ToolCall call)
    {
        var terms = new GrantTerms(call.Text("agent_id"))
        {
            Skills = call.Arguments.Texts("skills") ?? [],
            Lifetime = call.Arguments.Number("expires_in", 0) is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue)) : null,
            Message = call.Arguments.Text("message"),
        };
        var asked = await grants.RequestAsync(call.Caller, terms, call.Cancellation);
        return ToolResult.Of(json => Write(json, asked));
    }

    private async Task<ToolResult> ListAsync(ToolCall call)
    {
        var query = new GrantQuery
        {
            AgentId = call.Arguments.Text("agent_id"),
            State = call.Arguments.Text("state") is not { } state ? null : GrantStates.TryParse(state)
                ?? throw RegistryException.Invalid("state", $"must be {GrantStates.AllNames}"),
        };
        var page = await ResultPage.ReadAsync(
            call.PageSize(PageLimit.Grants, UsualPage),
            call.PageToken,
            call.Options.MaxResultBytes,
            async (size, token) =>
            {
                var found = await grants.ListAsync(call.Caller, query with { PageSize = size, PageToken = token }, call.Cancellation);
                return new ResultItems([.. found.Grants.Select(grant => AnswerItems.Write(json => Write(json, grant)))], found.NextPageToken);
            });
        return ToolResult.Of(json => page.Write(json, "grants"));
    }

    private static void Write(Utf8JsonWriter json, AgentGrant grant)
    {
        json.WriteString("grant_id"u8, grant.Id);
        json.WriteString("agent_id"u8, grant.AgentId);
        json.WriteString("grantee"u8, grant.Grantee.ToString());
        json.WriteGiven("actions", grant.Actions);
        json.WriteGiven("skills", grant.Skills);
        json.WriteString("state"u8, grant.State.ToName());
        json.WriteTime("expires_at", grant.ExpiresAt);

        if (grant.Reason is { } reason)
        {
            json.WriteString("reason"u8, AnswerDocuments.Cut(reason, MostText));
        }
    }
}
