using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace OrleansRegistry.Cli.Agents;

/// <summary>How commands take a version.</summary>
internal static class VersionNames
{
    public const string Help = "@ and its number, a label, the card's own version, or latest";

    public static Argument<string> AgentId() => new("id") { Description = "The agent's id." };
}

internal sealed class AgentVersionsCommand : RegistryCommand
{
    private const int PageSize = 100;
    private const int LongestText = 60;

    private readonly Argument<string> id = VersionNames.AgentId();
    private readonly Option<int> limit = Pages.LimitOption();

    public AgentVersionsCommand()
        : base("versions", "Lists the versions of an agent's card, newest first.", "registry agents versions weather")
    {
        Add(id);
        Add(limit);
    }

    protected override Task<ExitCode> RunAsync(CommandCall call) => Pages.PrintAsync(
        call,
        ApiPath.Of("agents", call.Get(id), "/versions"),
        "versions",
        PageSize,
        call.Get(limit),
        ["NUMBER", "VERSION", "LABELS", "WRITTEN", "BY"],
        Row);

    private static Cell[] Row(JsonElement version) =>
    [
        $"@{version.Number("number").ToString(CultureInfo.InvariantCulture)}",
        Cell.Short(version.Text("version"), LongestText),
        Cell.Short(string.Join(", ", Labels(version)), LongestText),
        Cell.Time(version.Text("written_at")),
        Cell.Short(version.Text("written_by"), LongestText),
    ];

    private static IEnumerable<string> Labels(JsonElement version)
    {
        var labels = version.Strings("labels");
        return version.Flag("current") ? labels.Prepend(AgentLabel.Latest) : labels;
    }
}

internal sealed class AgentDiffCommand : RegistryCommand
{
    private const int LongestValue = 200;

    private readonly Argument<string> id = VersionNames.AgentId();
    private readonly Argument<string> from = new("from") { Description = $"The first version: {VersionNames.Help}." };
    private readonly Argument<string> to = new("to")
    {
        Description = "The second version.",
        DefaultValueFactory = _ => AgentLabel.Latest,
    };

    public AgentDiffCommand()
        : base(
            "diff",
            "Compares two versions of an agent's card, and tells whether clients of the first can go on with the second.",
            "registry agents diff weather @1",
            "registry agents diff weather stable latest --json")
    {
        Add(id);
        Add(from);
        Add(to);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        var path = ApiPath.With(ApiPath.Of("agents", call.Get(id), "/versions:diff"), ("from", call.Get(from)), ("to", call.Get(to)));
        using var answer = await connection.Api.GetAsync(path, call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
            return ExitCode.Done;
        }

        foreach (var change in answer.Json.Entries("changes"))
        {
            Print(call, change);
        }

        call.Answer.Line(answer.Json.Text("verdict") ?? "");
        foreach (var found in answer.Json.Entries("breaks"))
        {
            call.Answer.Line(PlainText.Of($"  {found.Text("message")}"));
        }

        return ExitCode.Done;
    }

    private static void Print(CommandCall call, JsonElement change)
    {
        var path = change.Text("path");
        if (change.TryGetProperty("before", out var before))
        {
            call.Answer.Line(PlainText.Of($"- {path} {Short(before)}"));
        }

        if (change.TryGetProperty("after", out var after))
        {
            call.Answer.Line(PlainText.Of($"+ {path} {Short(after)}"));
        }
    }

    private static string Short(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= LongestValue ? text : string.Concat(text.AsSpan(0, LongestValue), "…");
    }
}

internal sealed class AgentRollbackCommand : RegistryCommand
{
    private readonly Argument<string> id = VersionNames.AgentId();
    private readonly Argument<string> to = new("to") { Description = $"The version: {VersionNames.Help}." };
    private readonly Option<bool> force = new("--force") { Description = "Also where the agent takes only cards that break no client." };
    private readonly Option<long?> revision = new("--if-revision")
    {
        Description = "Only if this still is the agent's revision.",
        HelpName = "revision",
    };

    public AgentRollbackCommand()
        : base("rollback", "Gives an agent the card of an earlier version again, as a new version.", "registry agents rollback weather stable")
    {
        Add(id);
        Add(to);
        Add(force);
        Add(revision);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var connection = await call.ConnectAsync();
        var body = TaskRequests.Object(json =>
        {
            json.WriteString("to", call.Get(to));
            json.WriteGiven("force", call.Get(force) ? true : null);
        });
        using var answer = await connection.Api.SendAsync(
            HttpMethod.Post,
            ApiPath.Of("agents", call.Get(id), ":rollback"),
            body,
            ("If-Match", call.Get(revision) is { } expected ? $"\"{expected}\"" : null),
            call.Cancellation);
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
        }
        else
        {
            call.Answer.Line($"rolled back {call.Get(id)} to {call.Get(to)} (revision {answer.Json.Number("revision")})");
        }

        return ExitCode.Done;
    }
}

internal sealed class AgentLabelCommand : RegistryCommand
{
    private readonly Argument<string> id = VersionNames.AgentId();
    private readonly Argument<string> label = new("label") { Description = "The label, such as stable." };
    private readonly Argument<string?> version = new("version")
    {
        Description = $"What it is to point to: {VersionNames.Help}. The newest unless given.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> remove = new("--remove") { Description = "Removes the label." };

    public AgentLabelCommand()
        : base(
            "label",
            "Points a label to a version of an agent's card.",
            "registry agents label weather stable @1",
            "registry agents label weather beta",
            "registry agents label weather beta --remove")
    {
        Add(id);
        Add(label);
        Add(version);
        Add(remove);
    }

    protected override async Task<ExitCode> RunAsync(CommandCall call)
    {
        var (agent, name) = (call.Get(id), call.Get(label));
        if (call.Get(remove) && call.Get(version) is not null)
        {
            throw CliException.Usage("--remove goes without a version.");
        }

        var connection = await call.ConnectAsync();
        var path = ApiPath.OfPart("agents", agent, "labels", name, "label");
        if (call.Get(remove))
        {
            using var removed = await connection.Api.SendAsync(HttpMethod.Delete, path, null, null, call.Cancellation);
            Print(call, removed, $"removed {name} of {agent}");
            return ExitCode.Done;
        }

        var named = ApiPath.OfPart("agents", agent, "versions", call.Get(version) ?? AgentLabel.Latest, "version");
        using var found = await connection.Api.GetAsync(named, call.Cancellation);
        var number = found.Json.Number("number");
        var body = TaskRequests.Object(json => json.WriteNumber("number", number));
        using var answer = await connection.Api.SendAsync(HttpMethod.Put, path, body, null, call.Cancellation);
        Print(call, answer, $"{name} of {agent} is @{number}");
        return ExitCode.Done;
    }

    private static void Print(CommandCall call, ApiAnswer answer, string says)
    {
        if (call.IsJson)
        {
            call.Answer.Document(answer.Bytes);
        }
        else
        {
            call.Answer.Line(says);
        }
    }
}
