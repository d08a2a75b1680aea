using System.CommandLine;
using System.Text.Json;

namespace OrleansRegistry.Cli.Agents;

/// <summary>Says of agents how far they are in their lives.</summary>
internal abstract class AgentLifeCycleCommand(AgentLifeCycle lifeCycle, string name, string description, params string[] examples)
    : AgentEachCommand(name, description, examples)
{
    protected override string Done(JsonElement answer) => lifeCycle == AgentLifeCycle.Active ? "activated" : lifeCycle.ToName();

    protected override Task<ApiAnswer> DoAsync(CommandCall call, RegistryApi api, string id, (string Name, string? Value) condition) => api.SendAsync(
        HttpMethod.Patch,
        ApiPath.Of("agents", id),
        TaskRequests.Object(json =>
        {
            json.WriteString("lifecycle", lifeCycle.ToName());
            Write(json, call);
        }),
        condition,
        call.Cancellation);

    /// <summary>What is said beside that.</summary>
    protected virtual void Write(Utf8JsonWriter json, CommandCall call)
    {
    }
}

internal sealed class AgentActivateCommand() : AgentLifeCycleCommand(
    AgentLifeCycle.Active, "activate", "Makes agents active that are drafts, deprecated or retired.", "registry agents activate weather");

/// <summary>Beside which a message and a successor may be told.</summary>
internal abstract class AgentEndingCommand : AgentLifeCycleCommand
{
    private readonly Option<string?> message = new("--message") { Description = "Why, for who uses them.", HelpName = "text" };
    private readonly Option<string?> successor = new("--successor") { Description = "The id of the agent to use in their place.", HelpName = "id" };

    protected AgentEndingCommand(AgentLifeCycle lifeCycle, string name, string description, params string[] examples)
        : base(lifeCycle, name, description, examples)
    {
        Add(message);
        Add(successor);
    }

    protected override void Write(Utf8JsonWriter json, CommandCall call)
    {
        json.WriteGiven("deprecation_message", call.Get(message));
        json.WriteGiven("successor", call.Get(successor));
    }
}

internal sealed class AgentDeprecateCommand() : AgentEndingCommand(
    AgentLifeCycle.Deprecated,
    "deprecate",
    "Tells that agents serve, but should not be used any more.",
    "registry agents deprecate weather --message 'ends in May' --successor forecast");

internal sealed class AgentRetireCommand() : AgentEndingCommand(
    AgentLifeCycle.Retired,
    "retire",
    "Ends agents: they stay registered, take no new tasks, and are found only where asked for.",
    "registry agents retire weather --successor forecast");
