using System.CommandLine;
using System.Text.Json;

namespace OrleansRegistry.Cli.Agents;

internal sealed class DraftPutCommand : RegistryCommand
{
    private readonly Argument<string> id = VersionNames.AgentId();
    private readonly Argument<string> source = new("source")
    {
        Description = "A file with the agent card; a URL; - for the standard input.",
        HelpName = "file|url",
    };

    public DraftPutCommand()
        : base("put", "Writes the draft of an agent's card, in the place of the one before.", "registry drafts put weather weather.json")
    {
        Add(id);
        Add(source);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var entries = await AgentSources.ReadAsync(call.Get(source), call.Terminal, call.Cancellation);
        if (entries.Count != 1 || entries[0].IsEnvelope)
        {
            throw CliException.Refused($"{call.Get(source)}: a draft is one agent card, and nothing beside it.");
        }

        var connection = await call.ConnectAsync();
        using var answer = await connection.Api.SendAsync(HttpMethod.Put, Draft.Path(call.Get(id)), entries[0].Json, null, call.Cancellation);
        Draft.Print(call, answer, $"drafted {call.Get(id)}");
        return ExitCode.Done;
    }
}

internal sealed class DraftShowCommand : RegistryCommand
{
    private readonly Argument<string> id = VersionNames.AgentId();
    private readonly Option<bool> card = new("--card") { Description = "The card alone." };

    public DraftShowCommand()
        : base(
            "show",
            "Shows the draft of an agent's card, and what it breaks.",
            "registry drafts show weather",
            "registry drafts show weather --card")
    {
        Add(id);
        Add(card);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        using var answer = await connection.Api.GetAsync(Draft.Path(call.Get(id)), call.Cancellation);
        if (call.Get(card))
        {
            call.Answer.Bytes(JsonInput.Copy(answer.Json.GetProperty("agent_card")).Span);
        }
        else
        {
            var by = answer.Json.Text("written_by") is { } writer ? $" by {writer}" : "";
            Draft.Print(call, answer, $"written at {answer.Json.Text("written_at")}{by}");
        }

        return ExitCode.Done;
    }
}

internal sealed class DraftPublishCommand : RegistryCommand
{
    private readonly Argument<string> id = VersionNames.AgentId();
    private readonly Option<bool> force = new("--force") { Description = "Also where the agent takes only cards that break no client." };
    private readonly Option<long?> revision = new("--if-revision")
    {
        Description = "Only if this still is the agent's revision.",
        HelpName = "revision",
    };

    public DraftPublishCommand()
        : base("publish", "Makes the draft the agent's card.", "registry drafts publish weather", "registry drafts publish weather --force")
    {
        Add(id);
        Add(force);
        Add(revision);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        using var answer = await connection.Api.SendAsync(
            HttpMethod.Post,
            ApiPath.Of("agents", call.Get(id), "/draft:publish"),
            TaskRequests.Object(json => json.WriteGiven("force", call.Get(force) ? true : null)),
            ("If-Match", call.Get(revision) is { } expected ? $"\"{expected}\"" : null),
            call.Cancellation);
        Draft.Print(call, answer, $"published {call.Get(id)} (revision {answer.Json.Number("revision")})");
        return ExitCode.Done;
    }
}

internal sealed class DraftRemoveCommand : RegistryCommand
{
    private readonly Argument<string> id = VersionNames.AgentId();

    public DraftRemoveCommand()
        : base("remove", "Removes the draft of an agent's card.", "registry drafts remove weather") => Add(id);

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        using var answer = await connection.Api.SendAsync(HttpMethod.Delete, Draft.Path(call.Get(id)), null, null, call.Cancellation);
        Draft.Print(call, answer, $"removed the draft of {call.Get(id)}");
        return ExitCode.Done;
    }
}

/// <summary>What commands about drafts share.</summary>
internal static class Draft
{
    public static string Path(string id) => ApiPath.Of("agents", id, "/draft");

    /// <summary>A line, the verdict on the card with what it breaks, and warnings; or the answer as it is.</summary>
    public static void Print(CommandCall call, ApiAnswer answer, string done)
    {
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
            return;
        }

        call.Answer.Line(PlainText.Of($"{done}{(answer.Json.Text("verdict") is { } verdict ? $": {verdict}" : "")}"));
        foreach (var found in answer.Json.Entries("breaks"))
        {
            call.Answer.Line(PlainText.Of($"  {found.Text("message")}"));
        }

        foreach (var warning in answer.Json.Entries("warnings"))
        {
            call.Terminal.WriteNote(PlainText.Of($"warning: {warning.Text("field")}: {warning.Text("message")}"));
        }
    }
}
