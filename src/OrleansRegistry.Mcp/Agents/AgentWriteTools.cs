using System.Text.Json;
using OrleansRegistry.Mcp.Answers;
using OrleansRegistry.Mcp.Tools;
using static OrleansRegistry.Mcp.Tools.ToolSchema;

namespace OrleansRegistry.Mcp.Agents;

/// <summary>Registers, changes and removes agents.</summary>
internal sealed class AgentWriteTools(IAgentRegistry agents)
{
    private const int MostEntries = 1000;
    private const int MostWarnings = 20;
    private const int ErrorRoom = 512;

    private static readonly SchemaMember Card = Object(
        "agent_card", "The A2A agent card: name, description, version, skills, capabilities, supportedInterfaces or url, …");

    private static readonly SchemaMember Force = Flag(
        "force", "true, by its owner alone: takes the card also where it breaks clients of an agent that takes only compatible ones.");

    private static readonly SchemaMember[] Sharing =
    [
        OneOf("visibility", "Who sees it: its tenant, those named, or other tenants too. Its owner alone says it.", ["tenant", "named", "public"]),
        Texts("visible_to", "With visibility named: the subjects that see it beside its owner and workers."),
        OneOf("messages_from", "Who may send it messages: all who see it, or its owner and who has a grant.", ["tenant", "granted"]),
    ];

    private static readonly SchemaMember[] Entry =
    [
        Card.Required(),
        Text("agent_id", "Default: the card's name."),
        Flag("enabled", "Default: a new agent is enabled, another stays as it is."),
        Texts("workers", "The subjects that may claim its tasks; \"*\" is all of the tenant. Default: the owner alone."),
        AgentReadTools.Delivery("How messages get to it; by default as its card has a URL (listed) or none (worker). "),
        AgentReadTools.LifeCycle("Default: a new agent is active, another stays as it is. "),
        .. Sharing,
        Force,
    ];

    private static readonly RequestMembers.Names EntryNames = new([.. Entry.Select(member => member.Name)]);

    private static readonly SchemaMember[] Written =
    [
        Text("agent_id", "").Required(),
        Flag("created", "false: it was there, and has this card now."),
        Flag("enabled", ""),
        AgentReadTools.Delivery("How messages get to it now. "),
        AgentReadTools.LifeCycle(""),
        Number("revision", "Give it as if_revision to change the agent only if nobody else did meanwhile."),
        List("warnings", "What could be better about the card.", Shape(Text("field", ""), Text("message", ""))),
        Text("waits_for_review", "Nothing was changed yet: a person must approve the card first. The id of the review."),
    ];

    public IEnumerable<McpTool> All =>
    [
        new McpTool(
            "deploy_agent",
            "Register an agent",
            ToolEffect.Replaces,
            "Registers an A2A agent by its agent card. If there is an agent of that id, its card is replaced; with if_absent that is refused.",
            [
                .. Entry,
                Flag("if_absent", "true: only if there is no such agent yet."),
                Number("if_revision", "Only if the agent has this revision."),
            ],
            Written,
            DeployAsync),
        new McpTool(
            "deploy_batch",
            "Register many agents",
            ToolEffect.Replaces,
            $"Registers up to {MostEntries:N0} agents at once, each as deploy_agent does. One that is refused spoils no other: errors tells "
                + "which and why.",
            [List("agents", "", Input(Entry)).Required()],
            [
                Number("success", "").Required(),
                Number("failed", "").Required(),
                Number("waiting", "Of the successes: a person must approve their cards first."),
                List("errors", "", Shape(
                    Number("index", "In agents, from 0."), Text("agent_id", ""), Text("kind", ""), Text("message", ""), Text("field", ""))),
                Number("errors_left_out", "There are more errors than a result has room for."),
                Number("revision", "The newest."),
            ],
            DeployBatchAsync),
        new McpTool(
            "update_agent",
            "Change an agent",
            ToolEffect.Replaces,
            "Changes parts of a registered agent. agent_card is a JSON Merge Patch (RFC 7396): members in it replace the card's, null removes one, "
                + "all others stay.",
            [
                Text("agent_id", "").Required(),
                Object("agent_card", "The members of the card to change, such as {\"description\": \"…\"}."),
                Flag("enabled", ""),
                Texts("workers", "The subjects that may claim its tasks; an empty list is the owner alone."),
                AgentReadTools.Delivery("How messages get to it. "),
                AgentReadTools.LifeCycle("Its owner alone changes it; no other becomes a draft. "),
                Text("deprecation_message", "Why it is deprecated or retired."),
                Text("successor", "The id of the agent to use in its place, of a deprecated or retired one."),
                .. Sharing,
                Force,
                Number("if_revision", "Only if the agent has this revision."),
            ],
            Written,
            UpdateAsync),
        new McpTool(
            "enable_agent",
            "Enable an agent",
            ToolEffect.Adds,
            "Enables a disabled agent, so that it takes messages again.",
            [Text("agent_id", "").Required()],
            Written,
            call => SetEnabledAsync(call, enabled: true)),
        new McpTool(
            "disable_agent",
            "Disable an agent",
            ToolEffect.Adds,
            "Disables an agent: it stays registered and listed, and takes no new messages until enable_agent.",
            [Text("agent_id", "").Required()],
            Written,
            call => SetEnabledAsync(call, enabled: false)),
        new McpTool(
            "remove_agent",
            "Remove an agent",
            ToolEffect.Replaces,
            "Removes an agent from the registry for good. Its tasks stay. Only its owner may; disable_agent can be undone.",
            [Text("agent_id", "").Required(), Number("if_revision", "Only if the agent has this revision.")],
            [Text("agent_id", "").Required(), Flag("removed", ""), Number("revision", "")],
            RemoveAsync),
    ];

    private static WriteCondition Condition(ToolCall call, bool ifAbsent = false) => new(call.Arguments.Number("if_revision", 0), ifAbsent);

    private async Task<ToolResult> DeployAsync(ToolCall call)
    {
        var ifAbsent = call.Arguments.Boolean("if_absent") ?? false;
        var registration = Registration(call.Arguments) with { Condition = Condition(call, ifAbsent) };
        return Answer(await agents.RegisterAsync(call.Caller, registration, call.Cancellation));
    }

    private static AgentRegistration Registration(RequestMembers members) => new(
        members.Document("agent_card") ?? throw members.Missing("agent_card", "it must be an A2A agent card"),
        members.Text("agent_id"),
        members.Boolean("enabled"))
    {
        Workers = members.Texts("workers"),
        Delivery = members.Delivery("delivery"),
        LifeCycle = members.LifeCycle("lifecycle"),
        Sharing = members.Sharing("visibility", "visible_to", "messages_from"),
        Force = members.Boolean("force") ?? false,
    };

    private async Task<ToolResult> UpdateAsync(ToolCall call)
    {
        var patch = new AgentPatch(call.Arguments.Object("agent_card"), call.Arguments.Boolean("enabled"), Condition(call))
        {
            Workers = call.Arguments.Texts("workers"),
            Delivery = call.Arguments.Delivery("delivery"),
            LifeCycle = call.Arguments.LifeCycle("lifecycle"),
            Deprecation = call.Arguments.Deprecation("deprecation_message", "successor"),
            Sharing = call.Arguments.Sharing("visibility", "visible_to", "messages_from"),
            Force = call.Arguments.Boolean("force") ?? false,
        };
        return Answer(await agents.PatchAsync(call.Caller, call.Text("agent_id"), patch, call.Cancellation));
    }

    private async Task<ToolResult> SetEnabledAsync(ToolCall call, bool enabled) =>
        Answer(await agents.PatchAsync(call.Caller, call.Text("agent_id"), new AgentPatch(Enabled: enabled), call.Cancellation));

    private async Task<ToolResult> RemoveAsync(ToolCall call)
    {
        var removal = await agents.RemoveAsync(call.Caller, call.Text("agent_id"), Condition(call), call.Cancellation);
        return ToolResult.Of(json =>
        {
            json.WriteString("agent_id"u8, removal.Id);
            json.WriteBoolean("removed"u8, true);
            json.WriteNumber("revision"u8, removal.Revision);
        });
    }

    private static ToolResult Answer(AgentWriteResult written) => ToolResult.Of(json =>
    {
        json.WriteString("agent_id"u8, written.Agent.Id);
        json.WriteBoolean("created"u8, written.Created);
        json.WriteBoolean("enabled"u8, written.Agent.Enabled);
        json.WriteString("delivery"u8, written.Agent.EffectiveDelivery.ToName());
        json.WriteString("lifecycle"u8, written.Agent.LifeCycle.ToName());
        json.WriteNumber("revision"u8, written.Agent.Revision);
        if (written.Review is { } review)
        {
            json.WriteString("waits_for_review"u8, review.Id);
        }

        json.WriteStartArray("warnings"u8);
        foreach (var warning in written.Warnings.Take(MostWarnings))
        {
            json.WriteStartObject();
            json.WriteString("field"u8, AnswerDocuments.Cut(warning.Field, ErrorRoom));
            json.WriteString("message"u8, AnswerDocuments.Cut(warning.Message, ErrorRoom));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private async Task<ToolResult> DeployBatchAsync(ToolCall call)
    {
        var entries = call.Arguments.Entries("agents", MostEntries + 1);
        if (entries.Count > MostEntries)
        {
            throw new RegistryException(
                RegistryError.TooLarge, $"agents: has more than {MostEntries:N0} entries; send them in several calls", "agents");
        }

        var outcomes = new (string? Id, RegistryException? Fault)[entries.Count];
        var registrations = new List<AgentRegistration>(entries.Count);
        for (var i = 0; i < entries.Count; i++)
        {
            try
            {
                var registration = Registration(new RequestMembers(entries[i], EntryNames, "entry", $"agents[{i}]."));
                registrations.Add(registration);
                outcomes[i].Id = registration.Id;
            }
            catch (RegistryException fault)
            {
                outcomes[i].Fault = fault;
            }
        }

        var results = registrations.Count > 0 ? await agents.RegisterManyAsync(call.Caller, registrations, call.Cancellation) : [];
        var next = 0;
        for (var i = 0; i < outcomes.Length; i++)
        {
            outcomes[i].Fault ??= results[next++].Refused;
        }

        var newest = results.Max(result => result.Written?.Agent.Revision) ?? agents.Revision;
        var waiting = results.Count(result => result.Written?.Review is not null);
        return Answer(outcomes, newest, waiting, call.Options.MaxResultBytes - 1024);
    }

    private static ToolResult Answer((string? Id, RegistryException? Fault)[] outcomes, long revision, int waiting, int room) => ToolResult.Of(json =>
    {
        var failed = outcomes.Count(outcome => outcome.Fault is not null);
        json.WriteNumber("success"u8, outcomes.Length - failed);
        json.WriteNumber("failed"u8, failed);
        if (waiting > 0)
        {
            json.WriteNumber("waiting"u8, waiting);
        }

        json.WriteNumber("revision"u8, revision);
        var told = 0;
        json.WriteStartArray("errors"u8);
        for (var i = 0; i < outcomes.Length && json.BytesCommitted + json.BytesPending + (4 * ErrorRoom) < room; i++)
        {
            if (outcomes[i].Fault is { } fault)
            {
                told++;
                WriteError(json, i, outcomes[i].Id, fault);
            }
        }

        json.WriteEndArray();
        if (told < failed)
        {
            json.WriteNumber("errors_left_out"u8, failed - told);
        }
    });

    private static void WriteError(Utf8JsonWriter json, int index, string? id, RegistryException fault)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        if (id is not null)
        {
            json.WriteString("agent_id"u8, AnswerDocuments.Cut(id, 256));
        }

        json.WriteString("kind"u8, ToolErrors.KindOf(fault.Error));
        json.WriteString("message"u8, AnswerDocuments.Cut(fault.Message, ErrorRoom));
        if (fault.Field is { } field)
        {
            json.WriteString("field"u8, AnswerDocuments.Cut(field, 256));
        }

        json.WriteEndObject();
    }

    private static System.Text.Json.Nodes.JsonObject Input(SchemaMember[] members)
    {
        var shape = Shape(members);
        shape["additionalProperties"] = false;
        return shape;
    }
}
