using System.CommandLine;
using System.Text.Json;

namespace OrleansRegistry.Cli.Agents;

/// <summary>Does the same to each of several agents; one that is refused keeps no other from it.</summary>
internal abstract class AgentEachCommand : RegistryCommand
{
    private readonly Argument<string[]> ids = new("id") { Description = "The agents' ids.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<long?> revision = new("--if-revision")
    {
        Description = "Only if this still is the agent's revision; goes with one id.",
        HelpName = "revision",
    };

    protected AgentEachCommand(string name, string description, params string[] examples)
        : this(name, description, takesRevision: true, examples)
    {
    }

    /// <param name="takesRevision">Whether it can be on the condition of a revision.</param>
    protected AgentEachCommand(string name, string description, bool takesRevision, params string[] examples)
        : base(name, description, examples)
    {
        Add(ids);
        if (takesRevision)
        {
            Add(revision);
        }
    }

    /// <summary>What is said of one to whom it was done.</summary>
    protected abstract string Done(JsonElement answer);

    protected abstract Task<ApiAnswer> DoAsync(CommandCall call, RegistryApi api, string id, (string Name, string? Value) condition);

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var each = call.Get(ids).Distinct(StringComparer.Ordinal).ToArray();
        if (call.Get(revision) is not null && each.Length > 1)
        {
            throw CliException.Usage("--if-revision goes with one id.");
        }

        var connection = await call.ConnectAsync();
        var list = call.IsJson ? call.Answer.List("results") : null;
        var worst = ExitCode.Done;
        foreach (var id in each)
        {
            worst = ExitCodes.Worse(worst, await RunAsync(call, connection.Api, id, list));
        }

        list?.End();
        return worst;
    }

    private async Task<ExitCode> RunAsync(CommandCall call, RegistryApi api, string id, ListWriter? list)
    {
        try
        {
            var condition = ("If-Match", call.Get(revision) is { } expected ? $"\"{expected}\"" : null);
            using var answer = await DoAsync(call, api, id, condition);
            var at = answer.Json.Number("revision");
            list?.Add(json =>
            {
                json.WriteString("agent_id", id);
                json.WriteBoolean("success", true);
                json.WriteGiven("changed", answer.Json.Find("changed") is { } changed ? changed.ValueKind == JsonValueKind.True : null);
                json.WriteNumber("revision", at);
            });
            if (list is null)
            {
                call.Answer.Line($"{Done(answer.Json)} {id} (revision {at})");
            }

            return ExitCode.Done;
        }
        catch (CliException refused) when (refused.Code is ExitCode.NotFound or ExitCode.Refused)
        {
            call.Terminal.WriteError($"{id}: {refused.Message}");
            list?.Add(json =>
            {
                json.WriteString("agent_id", id);
                json.WriteBoolean("success", false);
                json.WriteString("error", refused.Message);
            });
            return refused.Code;
        }
    }
}

internal sealed class AgentRemoveCommand() : AgentEachCommand(
    "remove", "Removes agents.", "registry agents remove weather", "registry agents remove weather tide --json")
{
    protected override string Done(JsonElement answer) => "removed";

    protected override Task<ApiAnswer> DoAsync(CommandCall call, RegistryApi api, string id, (string Name, string? Value) condition) =>
        api.SendAsync(HttpMethod.Delete, ApiPath.Of("agents", id), null, condition, call.Cancellation);
}

internal sealed class AgentEnableCommand() : AgentEachCommand("enable", "Enables agents.", "registry agents enable weather")
{
    protected override string Done(JsonElement answer) => "enabled";

    protected override Task<ApiAnswer> DoAsync(CommandCall call, RegistryApi api, string id, (string Name, string? Value) condition) =>
        api.SendAsync(HttpMethod.Post, ApiPath.Of("agents", id, ":enable"), null, condition, call.Cancellation);
}

internal sealed class AgentDisableCommand() : AgentEachCommand(
    "disable", "Disables agents; they stay registered.", "registry agents disable weather", "registry agents disable weather --if-revision 12")
{
    protected override string Done(JsonElement answer) => "disabled";

    protected override Task<ApiAnswer> DoAsync(CommandCall call, RegistryApi api, string id, (string Name, string? Value) condition) =>
        api.SendAsync(HttpMethod.Post, ApiPath.Of("agents", id, ":disable"), null, condition, call.Cancellation);
}

internal sealed class AgentRefreshCommand() : AgentEachCommand(
    "refresh",
    "Has the registry fetch the cards of agents anew that were registered by URL.",
    takesRevision: false,
    "registry agents refresh weather",
    "registry agents refresh weather tide --json")
{
    protected override string Done(JsonElement answer) => answer.Flag("changed") ? "refreshed" : "unchanged";

    protected override Task<ApiAnswer> DoAsync(CommandCall call, RegistryApi api, string id, (string Name, string? Value) condition) =>
        api.SendAsync(HttpMethod.Post, ApiPath.Of("agents", id, ":refresh"), null, condition, call.Cancellation);
}
